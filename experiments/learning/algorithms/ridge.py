"""Ridge regression for each action, from running sums, so that data need not be kept."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.decisions.features import Vector

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
HALVES = 2
SUMS = ("gram", "moment", "squares", "count")


class Ridge:
    """Sums of x xᵀ and x yᵀ by half of the data and action, x = (features, 1), y several targets.

    Coefficients but the constant are penalised. With ``shared`` they are penalised towards a fit
    to all actions of the same group instead of zero, so rare actions borrow from others (as in the
    hybrid model of Li et al. 2010, fitted in two steps). Of several ``strengths`` each group takes
    the one that predicts the first target best from one half of the data to the other.
    """

    def __init__(
        self, groups: Ints, width: int, targets: int, strengths: tuple[float, ...]
    ) -> None:
        n = len(groups)
        self.groups = groups
        self.strengths = strengths
        self.gram = np.zeros((HALVES, n, width + 1, width + 1))
        self.moment = np.zeros((HALVES, n, width + 1, targets))
        self.squares = np.zeros((HALVES, n, targets))
        self.count = np.zeros((HALVES, n))

    @property
    def tried(self) -> Floats:
        """How many samples there are by action."""
        total: Floats = self.count.sum(axis=0)
        return total

    def add(self, x: Vector, actions: Ints, y: Floats, half: int) -> None:
        """Add samples to a half: x (n, features) standardised, actions (n,), y (n, targets)."""
        inputs = np.hstack([x, np.ones((len(x), 1))]).astype(np.float64)
        for action in np.unique(actions).tolist():
            rows = actions == action
            mine, theirs = inputs[rows], y[rows]
            self.gram[half, action] += mine.T @ mine
            self.moment[half, action] += mine.T @ theirs
            self.squares[half, action] += (theirs**2).sum(axis=0)
            self.count[half, action] += len(mine)

    def solve(self, *, shared: bool) -> tuple[Floats, Floats]:
        """Return coefficients (actions, features + 1, targets) and residual sd (targets,)."""
        gram, moment = self.gram.sum(axis=0), self.moment.sum(axis=0)
        found = np.zeros_like(moment)
        for group in np.unique(self.groups).tolist():
            members = np.flatnonzero(self.groups == group)
            strength = self._strength(members, shared)
            found[members] = _fit(gram[members], moment[members], strength, shared)
        rest = self.squares.sum(axis=(0, 1)) + _quadratic(found, gram, moment)
        return found, np.sqrt(np.maximum(0.0, rest) / max(1.0, float(self.count.sum())))

    def _strength(self, members: Ints, shared: bool) -> float:
        """Return the penalty that predicts one half from the other best."""
        if len(self.strengths) == 1 or not self.count[:, members].sum(axis=1).all():
            return self.strengths[-1]
        gram, moment = self.gram[:, members], self.moment[:, members, :, :1]

        def error(strength: float) -> float:
            total = 0.0
            for half, other in ((0, 1), (1, 0)):
                fit = _fit(gram[half], moment[half], strength, shared)
                total += _quadratic(fit, gram[other], moment[other])[0]
            return total

        return min(self.strengths, key=error)

    def factors(self) -> Floats:
        """Return F (actions, width, width) with (gram + weakest penalty × I)⁻¹ = F Fᵀ."""
        gram = self.gram.sum(axis=0)
        lower = np.linalg.cholesky(gram + min(self.strengths) * np.eye(gram.shape[1]))
        return np.asarray(np.linalg.inv(lower).transpose(0, 2, 1), dtype=np.float64)


def _quadratic(found: Floats, gram: Floats, moment: Floats) -> Floats:
    """Return Σ (y - xᵀθ)² - Σ y² by target, over all actions."""
    fitted = np.einsum("aft,aft->t", found, np.matmul(gram, found))
    result: Floats = fitted - 2 * np.einsum("aft,aft->t", found, moment)
    return result


def _fit(gram: Floats, moment: Floats, strength: float, shared: bool) -> Floats:
    """Return coefficients of the actions of one group, (actions, features + 1, targets)."""
    prior = np.zeros_like(moment)
    if shared:
        prior[:] = _solve(gram.sum(axis=0), moment.sum(axis=0), strength)
    found = prior.copy()
    for i in range(len(gram)):
        if gram[i, -1, -1] > 0:
            found[i] += _solve(gram[i], moment[i] - gram[i] @ prior[i], strength)
    return found


def _solve(gram: Floats, moment: Floats, strength: float) -> Floats:
    penalty = np.full(len(gram), strength)
    penalty[-1] = 1e-6  # the constant is hardly held
    return np.asarray(np.linalg.solve(gram + np.diag(penalty), moment), dtype=np.float64)
