"""Quantiles of customers' traits, of many at once: beta log-odds and gamma levels.

The inverses of the incomplete beta and gamma functions take a microsecond a customer, most of what
a world's customers cost. Parameters differ by segment only, so each pair of them gets a table once
it has been asked often enough: Chebyshev interpolation of the quantile over the log-odds of the
uniform (Trefethen 2013, *Approximation Theory and Approximation Practice*, chapters 4 and 8).

**A table never changes a value.** Values are given in steps of 2^-28 of their logarithm or log-odds
(a part in 2.7e8, far below what data say), and whatever lies so close to the middle between two
steps that a table might err is computed exactly, and so is what lies beyond a table. So it does not
matter which parameters have a table, nor in which last bits libraries differ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from numpy.polynomial import chebyshev

from sim.behaviour.durations import gamma_level
from sim.behaviour.retention import base_logit

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]
Quantile: TypeAlias = Callable[[Floats, Floats, Floats], Floats]

STEPS: Final = 2.0**28  # a unit of log-odds, or of a logarithm
DOUBT: Final = 8e-12  # what lies nearer to the middle between two steps is computed exactly
MOST_ERROR: Final = 1e-12  # of a table, at points between its nodes; else there is none
REACH: Final = 8.0  # log-odds of the uniform from which on there is no table: 0.07% of customers
CELLS: Final = 8
NODES: Final = 16  # of a cell; the quantile's poles lie π off the real axis: an error of 1e-13
WORTH: Final = 3 * CELLS * NODES  # values asked, from which on a table costs less than they do
MOST_TABLES: Final = 4096  # a kilobyte each
MOST_KNOWN: Final = 65_536  # pairs of parameters whose requests are counted

_AT: Final = chebyshev.chebpts1(NODES)
_POWERS: Final = np.array(
    [np.pad(chebyshev.cheb2poly(one), (0, NODES - 1 - k)) for k, one in enumerate(np.eye(NODES))]
)


def base_logits(alpha: Floats, beta: Floats, group: Integers, u: Floats) -> Floats:
    """Return the logits of beta distributed churn probabilities; see ``base_logit``.

    Args:
        alpha: of each group, shape (groups,).
        beta: likewise.
        group: of each customer, shape (n,).
        u: uniforms, strictly between 0 and 1, shape (n,).
    """
    return _BETA.at(alpha, beta, group, u)


def gamma_levels(cv: Floats, group: Integers, u: Floats) -> Floats:
    """Return gamma levels of mean 1, as ``gamma_level``; ``cv`` of each group, shape (groups,)."""
    if not cv.any():
        return np.ones(len(u))
    levels: Floats = np.exp(_GAMMA.at(cv, np.ones_like(cv), group, u))
    return levels


class Tabulated:
    """A quantile with two parameters, in steps; see above.

    ``exact`` gives it for arrays of both parameters and of uniforms, each of shape (n,).
    """

    def __init__(self, exact: Quantile) -> None:
        self._exact = exact
        self._asked: dict[tuple[float, float], int] = {}
        self._places: dict[tuple[float, float], int] = {}  # of tables; -1: too rough for one
        self._terms: Floats = np.empty((NODES, 0))  # by power, then by table and cell

    def at(self, first: Floats, second: Floats, group: Integers, u: Floats) -> Floats:
        """Return the quantile at uniforms, shape (n,); parameters are those of the groups."""
        many = np.bincount(group, minlength=len(first)).tolist()
        pairs = zip(first.tolist(), second.tolist(), many, strict=True)
        places = np.array([self._place((a, b), n) if n else -1 for a, b, n in pairs])
        if (places < 0).all():
            return _stepped(self._exact(first[group], second[group], u))
        place = places[group]
        value, inside = self._interpolated(place, u)
        found = _stepped(value)
        doubtful = np.abs(value - found) > 0.5 / STEPS - DOUBT
        doubtful |= ~inside
        doubtful |= place < 0
        who = np.flatnonzero(doubtful)
        own = group[who]
        found[who] = _stepped(self._exact(first[own], second[own], u[who]))
        return found

    def _interpolated(self, place: Integers, u: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Return the values of tables, and which uniforms lie inside of them."""
        x = np.log(u / (1.0 - u))
        inside = np.abs(x) < REACH
        x += REACH
        x *= CELLS / (2.0 * REACH)
        cell = np.clip(x.astype(np.int64), 0, CELLS - 1)
        x -= cell
        x *= 2.0
        x -= 1.0
        cell += np.maximum(place, 0) * CELLS
        value = self._terms[-1].take(cell)
        for term in self._terms[-2::-1]:
            value *= x
            value += term.take(cell)
        return value, inside

    def _place(self, pair: tuple[float, float], n: int) -> int:
        """Return the place of the table of a pair that is asked ``n`` more times, or -1."""
        place = self._places.get(pair)
        if place is not None:
            return place
        asked = self._asked.get(pair, 0) + n
        if len(self._asked) > MOST_KNOWN:
            self._asked.clear()
        self._asked[pair] = asked
        if asked < WORTH or len(self._places) >= MOST_TABLES:
            return -1
        return self._tabulate(pair)

    def _tabulate(self, pair: tuple[float, float]) -> int:
        """Make a table, and keep it if it is right between its nodes."""
        del self._asked[pair]
        width = 2.0 * REACH / CELLS
        left = -REACH + width * np.arange(CELLS)[:, None]
        nodes = left + width * (_AT + 1.0) / 2.0
        value = self._exactly(pair, nodes.ravel()).reshape(CELLS, NODES)
        if not np.isfinite(value).all():
            return self._keep(pair, None)
        terms = _terms(value)
        between = _AT[:-1:3] + (_AT[1] - _AT[0]) / 2.0
        error = sum(terms[:, k, None] * between**k for k in range(NODES))
        error -= self._exactly(pair, (left + width * (between + 1.0) / 2.0).ravel()).reshape(
            CELLS, -1
        )
        return self._keep(pair, terms if np.abs(error).max() <= MOST_ERROR else None)

    def _exactly(self, pair: tuple[float, float], x: Floats) -> Floats:
        u = 1.0 / (1.0 + np.exp(-x))
        return self._exact(np.full_like(u, pair[0]), np.full_like(u, pair[1]), u)

    def _keep(self, pair: tuple[float, float], terms: Floats | None) -> int:
        place = -1
        if terms is not None:
            place = self._terms.shape[1] // CELLS
            self._terms = np.concatenate((self._terms, terms.T), axis=1)
        self._places[pair] = place
        return place


def _terms(value: Floats) -> Floats:
    """Return the coefficients of the powers of polynomials through nodes, shape (CELLS, NODES)."""
    waves = chebyshev.chebvander(_AT, NODES - 1)
    waves *= 2.0 / NODES
    waves[:, 0] /= 2.0
    terms: Floats = (value @ waves) @ _POWERS  # in this order: the other one cancels digits
    return terms


def _stepped(value: Floats) -> Floats:
    found: Floats = np.rint(value * STEPS)
    found /= STEPS
    return found


def _log_levels(cv: Floats, mean: Floats, u: Floats) -> Floats:
    with np.errstate(divide="ignore"):  # a level may be too small for a number
        levels: Floats = np.log(gamma_level(cv, u, mean))
    return levels


_BETA: Final = Tabulated(base_logit)
_GAMMA: Final = Tabulated(_log_levels)
