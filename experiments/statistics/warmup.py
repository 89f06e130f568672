"""How much of a series to drop so that its start no longer shows: MSER-5."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.statistics.samples import FloatArray, as_numbers
from sim.errors import InputError

KEPT_BATCHES = 5
"""The statistic is unreliable on the last few batches, so they never decide (Hoad et al. 2010)."""


@dataclass(frozen=True)
class WarmUp:
    """Observations to drop from the start, or None with the `reason` why that is undetermined.

    `statistic` is the squared standard error reached at the minimum (NaN if there was none),
    `minimum_at` the observation where it lies, also when it is not trusted.
    """

    truncate: int | None
    minimum_at: int | None
    statistic: float
    observations: int
    reason: str = ""

    @property
    def determined(self) -> bool:
        """Whether the series is long enough to trust the point."""
        return self.truncate is not None


def mser5(series: npt.ArrayLike, batch: int = 5) -> WarmUp:
    """Truncate where the mean of the rest has the smallest estimated standard error.

    The series is averaged in batches of five; of all points that leave at least five batches the
    one with the smallest (1 / kept²)·Σ(batch - mean of kept)² is taken (White, "An effective
    truncation heuristic for bias reduction in simulation output", Simulation 69, 1997; White,
    Cobb & Spratt, Winter Simulation Conference 2000). If it lies in the second half the series is
    too short and the answer is "undetermined" (Hoad, Robinson & Davies, "Automating warm-up
    length estimation", Journal of the Operational Research Society 61, 2010).

    Args:
        series: shape (time,), or (replications, time), which is averaged over replications first;
            an incomplete last batch is not used. A NaN among replications is left out; an instant
            without any value makes the answer undetermined.
        batch: observations in a batch.

    Raises:
        InputError: more than two dimensions, infinite values, or a batch below 1.
    """
    if batch < 1:
        raise InputError(f"batch: must be at least 1, got {batch}")
    path = _average(as_numbers(series, "series"))
    count = path.size // batch
    if count < 2 * KEPT_BATCHES:
        need = 2 * KEPT_BATCHES * batch
        return _undetermined(path, f"{path.size} observations, needs at least {need}")
    if np.isnan(path[: count * batch]).any():
        return _undetermined(path, "instants without any value")
    curve = _standard_errors(path[: count * batch].reshape(count, batch).mean(axis=1))
    best = int(np.argmin(curve))
    at, statistic = best * batch, float(curve[best])
    if best > count / 2:
        reason = f"the minimum lies in the second half (at {at} of {path.size}): run longer"
        return WarmUp(None, at, statistic, path.size, reason)
    return WarmUp(at, at, statistic, path.size)


def _standard_errors(means: FloatArray) -> FloatArray:
    """MSER for every number of batches dropped, in one pass from the end."""
    kept = np.arange(means.size, 0, -1, dtype=np.float64)
    centred = means - means[-1]  # keeps the difference of squares below accurate
    total = np.cumsum(centred[::-1])[::-1]
    squares = np.cumsum(centred[::-1] ** 2)[::-1]
    curve = np.maximum(squares - total**2 / kept, 0.0) / kept**2
    return curve[: means.size - KEPT_BATCHES + 1]


def _average(array: FloatArray) -> FloatArray:
    if array.ndim == 1:
        return array
    if array.ndim != 2:
        raise InputError(f"series: needs (time,) or (replications, time), got shape {array.shape}")
    means: FloatArray = np.ma.masked_invalid(array).mean(axis=0).filled(np.nan)
    return means


def _undetermined(path: FloatArray, reason: str) -> WarmUp:
    return WarmUp(None, None, float("nan"), path.size, reason)
