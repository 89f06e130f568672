"""Where two curves cross, with an interval: from paired differences along an axis.

Between the points the difference of two strategies is taken to be linear, in every replication. At
each place along the axis the paired t interval of the mean difference is then known, and the
places where it holds zero form a confidence set of the crossing: if the true difference is zero at
a place, its interval there leaves out zero with 5% only (Fieller's argument: Journal of the Royal
Statistical Society B 16, 1954). The set is exact however steep or flat the curves are; where they
are too flat it goes on beyond the range, and that is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from experiments.statistics import estimate

STEPS = 50
"""Places looked at between two points; the ends of the interval are right to a part of that."""

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Zeros:
    """Where a mean difference is zero along an axis.

    `at` are its zeros; `low` and `high` the ends of the places where it cannot be told from zero,
    None where these reach the end of the range; both None and `anywhere` False where it can be told
    from zero everywhere.
    """

    at: tuple[float, ...]
    low: float | None
    high: float | None
    anywhere: bool


def zeros(x: Sequence[float], gaps: Array, level: float = 0.95) -> Zeros:
    """Return where the mean difference of two strategies is zero.

    Args:
        x: the axis, ascending, shape (points,).
        gaps: differences, shape (points, replications); a replication with a NaN is left out.
        level: coverage.
    """
    known = gaps[:, ~np.isnan(gaps).any(axis=0)]
    axis = np.asarray(x, dtype=float)
    roots = _roots(axis, known.mean(axis=1)) if known.size else ()
    between = [np.linspace(a, b, STEPS + 1) for a, b in pairwise(axis)]
    places = np.unique(np.concatenate([*between, roots]))
    open_ = np.array([_may_be_zero(_between(axis, known, float(at)), level) for at in places])
    found = np.flatnonzero(open_ | np.isin(places, roots))
    if not found.size:
        return Zeros((), None, None, False)
    # Outwards to the next place that is excluded, so that no place in between is missed.
    low = float(places[found[0] - 1]) if found[0] else None
    high = float(places[found[-1] + 1]) if found[-1] + 1 < len(places) else None
    return Zeros(roots, low, high, True)


def _may_be_zero(gaps: Array, level: float) -> bool:
    row = estimate(gaps, level)
    return row.n < 2 or row.low <= 0 <= row.high


def _between(axis: Array, gaps: Array, place: float) -> Array:
    """Return every replication's difference at a place, linear between the points."""
    after = int(np.clip(np.searchsorted(axis, place), 1, len(axis) - 1))
    share = (place - axis[after - 1]) / (axis[after] - axis[after - 1])
    between: Array = gaps[after - 1] + share * (gaps[after] - gaps[after - 1])
    return between


def _roots(axis: Array, means: Array) -> tuple[float, ...]:
    roots = [float(x) for x, mean in zip(axis, means, strict=True) if mean == 0]
    for (a, b), (y, z) in zip(pairwise(axis), pairwise(means), strict=True):
        if np.sign(y) * np.sign(z) < 0:
            roots.append(float(a + (b - a) * y / (y - z)))
    return tuple(sorted(roots))
