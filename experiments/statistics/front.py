"""Fronts of two goals: what is not dominated, and how much of the plane it dominates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.statistics.samples import FloatArray, as_numbers, share
from sim.errors import InputError

DRAWS = 2000


def undominated(points: npt.ArrayLike) -> list[int]:
    """Return the places of the points that no other dominates, by their first coordinate.

    A point dominates another that is nowhere higher and somewhere lower. Of equal points the first
    stays.

    Args:
        points: shape (n, 2), higher is better on both axes; points with a NaN are left out.

    Raises:
        InputError: wrong shape, or infinite values.
    """
    array = _points(points)
    defined = [i for i in range(len(array)) if not np.isnan(array[i]).any()]
    best, found = -np.inf, []
    for i in sorted(defined, key=lambda i: (-array[i, 0], -array[i, 1], i)):
        if array[i, 1] > best:
            best = array[i, 1]
            found.append(i)
    return found[::-1]


def hypervolume(points: npt.ArrayLike, reference: Sequence[float]) -> float:
    """Return the area that the points dominate above a reference point.

    The hypervolume indicator of Zitzler & Thiele (PPSN V, 1998) on two axes; in the product of the
    axes' units.

    Args:
        points: shape (n, 2), higher is better on both axes; points with a NaN, and points that do
            not exceed the reference on both axes, add nothing.
        reference: the corner from which the area is measured, shape (2,).

    Raises:
        InputError: wrong shape, or infinite values.
    """
    array, corner = _points(points), np.asarray(reference, dtype=float)
    if corner.shape != (2,) or not np.isfinite(corner).all():
        raise InputError(f"reference: needs two finite numbers, got {reference}")
    area, floor = 0.0, float(corner[1])
    # From the right to the left every point of the front adds the strip above the one before.
    for i in reversed(undominated(array)):
        x, y = (float(v) for v in array[i])
        if x > corner[0] and y > floor:
            area += (x - float(corner[0])) * (y - floor)
            floor = y
    return area


@dataclass(frozen=True)
class Area:
    """A family's share of the box between the worst and the best mean on each axis.

    `difference` is that from the first family, with its paired interval; NaN for the first.
    """

    share: float
    low: float
    high: float
    difference: float
    difference_low: float
    difference_high: float


def areas(
    families: Mapping[str, npt.ArrayLike], *, level: float = 0.95, seed: int = 0
) -> dict[str, Area]:
    """Return each family's hypervolume as a share of a common box, with bootstrap intervals.

    The box spans the worst and best means on each axis over all families, so 1 would mean a
    strategy that is best in both. Whole replications are drawn anew, the same for all strategies
    (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13: percentiles). The box
    stays, and the luck that a replication brings to all strategies alike is taken out first: it
    would move the box along with them. A maximum over noisy means lies somewhat too high, by less
    the more replications there are.

    Args:
        families: by name, shape (replications, members, 2), higher is better on both axes; the
            first family is that from which the others' differences are taken.
        level: coverage of the intervals.
        seed: of the draws.

    Raises:
        InputError: wrong shapes, or different numbers of replications.
    """
    share(level, "level")
    values = {name: _family(name, array) for name, array in families.items()}
    counts = {array.shape[0] for array in values.values()}
    if len(counts) != 1:
        raise InputError(f"families: need the same replications, got {sorted(counts)}")
    n = counts.pop()
    together = np.concatenate(list(values.values()), axis=1).mean(axis=1, keepdims=True)
    luck = together - together.mean(axis=0)
    values = {name: array - luck for name, array in values.items()}
    everything = np.concatenate([array.mean(axis=0) for array in values.values()])
    low, span = everything.min(axis=0), np.ptp(everything, axis=0)
    span = np.where(span > 0, span, 1.0)
    drawn = np.random.default_rng(seed).integers(0, n, size=(DRAWS, n))
    tails = [(1 - level) / 2, (1 + level) / 2]
    first, result = None, {}
    for name, array in values.items():
        scaled = (array - low) / span
        area = hypervolume(scaled.mean(axis=0), (0.0, 0.0))
        sample = np.array([hypervolume(scaled[d].mean(axis=0), (0, 0)) for d in drawn])
        gap: tuple[float, ...] = (float("nan"),) * 3
        if first is None:
            first = area, sample
        else:
            gap = (area - first[0], *_ends(sample - first[1], tails, n))
        result[name] = Area(area, *_ends(sample, tails, n), *gap)
    return result


def _ends(sample: FloatArray, tails: Sequence[float], n: int) -> tuple[float, float]:
    if n < 2:  # one replication says nothing about chance
        return float("nan"), float("nan")
    low, high = np.quantile(sample, tails)
    return float(low), float(high)


def _points(points: npt.ArrayLike) -> FloatArray:
    array = as_numbers(points, "points")
    if array.size == 0:
        return array.reshape(0, 2)
    if array.ndim != 2 or array.shape[1] != 2:
        raise InputError(f"points: needs two numbers per point, got shape {array.shape}")
    return array


def _family(name: str, values: npt.ArrayLike) -> FloatArray:
    array = as_numbers(values, name)
    if array.ndim != 3 or array.shape[2] != 2 or 0 in array.shape:
        raise InputError(f"{name}: needs shape (replications, members, 2), got {array.shape}")
    return array
