"""Ridge regression for each action, from running sums, so that data need not be kept."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.features import Vector

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Ridge:
    """Sums of x xᵀ and x yᵀ by action, x = (standardised features, 1), y several targets.

    ``strength`` penalises every coefficient but the constant. With ``shared`` they are
    penalised towards a fit to all actions of the same kind instead of zero, so rare actions borrow
    from others (as in the hybrid model of Li et al. 2010, fitted in two steps).
    """

    def __init__(self, groups: Ints, width: int, targets: int, strength: float) -> None:
        n = len(groups)
        self.groups = groups
        self.strength = strength
        self.gram = np.zeros((n, width + 1, width + 1))
        self.moment = np.zeros((n, width + 1, targets))
        self.squares = np.zeros((n, targets))
        self.count = np.zeros(n)

    def add(self, x: Vector, actions: Ints, y: Floats) -> None:
        """Add samples: x (n, features) standardised, actions (n,), y (n, targets)."""
        inputs = np.hstack([x, np.ones((len(x), 1))]).astype(np.float64)
        for action in np.unique(actions).tolist():
            rows = actions == action
            mine, theirs = inputs[rows], y[rows]
            self.gram[action] += mine.T @ mine
            self.moment[action] += mine.T @ theirs
            self.squares[action] += (theirs**2).sum(axis=0)
            self.count[action] += len(mine)

    def solve(self, *, shared: bool) -> tuple[Floats, Floats]:
        """Return coefficients (actions, features + 1, targets) and residual sd (targets,)."""
        n, width, targets = self.moment.shape
        prior = np.zeros((n, width, targets))
        if shared:
            for group in np.unique(self.groups).tolist():
                members = self.groups == group
                gram, moment = self.gram[members].sum(axis=0), self.moment[members].sum(axis=0)
                prior[members] = _solve(gram, moment, self.strength)
        found = np.zeros_like(prior)
        for action in range(n):
            found[action] = prior[action]
            if self.count[action]:
                rest = self.moment[action] - self.gram[action] @ prior[action]
                found[action] += _solve(self.gram[action], rest, self.strength)
        return found, self._residual_sd(found)

    def _residual_sd(self, found: Floats) -> Floats:
        explained = 2 * np.einsum("aft,aft->t", found, self.moment)
        explained -= np.einsum("aft,afg,agt->t", found, self.gram, found, optimize=True)
        n = max(1.0, float(self.count.sum()))
        sd: Floats = np.sqrt(np.maximum(0.0, self.squares.sum(axis=0) - explained) / n)
        return sd

    def factors(self) -> Floats:
        """Return F (actions, width, width) with (gram + strength I)⁻¹ = F Fᵀ."""
        eye = np.eye(self.gram.shape[1])
        lower = np.linalg.cholesky(self.gram + max(self.strength, 1e-6) * eye)
        return np.asarray(np.linalg.inv(lower).transpose(0, 2, 1), dtype=np.float64)


def _solve(gram: Floats, moment: Floats, strength: float) -> Floats:
    penalty = np.full(len(gram), max(strength, 1e-9))
    penalty[-1] = 1e-6  # the constant is hardly held
    return np.asarray(np.linalg.solve(gram + np.diag(penalty), moment), dtype=np.float64)
