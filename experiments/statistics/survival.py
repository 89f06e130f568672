"""Survival from right-censored times: SciPy's Kaplan-Meier estimate with usable intervals."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.statistics.samples import FloatArray, as_numbers, as_sample, share
from sim.errors import InputError


@dataclass(frozen=True, eq=False)
class Survival:
    """A survival curve that steps at `times` (ascending, in the unit of the input).

    `survival[i]`, between `low[i]` and `high[i]`, holds from `times[i]` until the next;
    `at_risk[i]` subjects were under observation just before. All arrays have shape
    (distinct times,).
    """

    times: FloatArray
    survival: FloatArray
    low: FloatArray
    high: FloatArray
    at_risk: FloatArray

    def at(self, times: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
        """(survival, low, high) at any times, shape of `times`.

        Before the first step everyone survives; beyond the last observed time nothing is known
        and all three are NaN.
        """
        asked = as_numbers(times, "times")
        step = np.searchsorted(self.times, asked, side="right") - 1
        known = asked <= self.times[-1]

        def read(curve: FloatArray) -> FloatArray:
            return np.where(known, np.where(step < 0, 1.0, curve[step]), np.nan)

        return read(self.survival), read(self.low), read(self.high)

    @property
    def median(self) -> float:
        """First time at which at most half survive; NaN if more than half always do."""
        below = np.flatnonzero(self.survival <= 0.5)
        return float(self.times[below[0]]) if below.size else float("nan")


def kaplan_meier(times: npt.ArrayLike, observed: npt.ArrayLike, *, level: float = 0.95) -> Survival:
    """Kaplan-Meier survival with pointwise log-log (exponential Greenwood) intervals.

    Greenwood's formula is undefined while nobody has left and once nobody is left. With no
    event among n at risk the exact binomial lower bound, tail^(1/n), stands in; at zero survivors
    the bounds are 0 and the upper bound of the step before.

    Args:
        times: shape (n,), time to the event or to the end of observation, ≥ 0.
        observed: shape (n,), true if the event happened, false if censored.
        level: pointwise coverage.

    Raises:
        InputError: no data, unequal lengths, negative or undefined times, a flag that is neither
            true nor false, or a level outside (0, 1).
    """
    from scipy import stats  # slow to import, and the other statistics do without

    tail = (1 - share(level, "level")) / 2
    durations, events = _checked(times, observed)
    curve = stats.ecdf(stats.CensoredData.right_censored(durations, ~events)).sf
    steps = np.asarray(curve.quantiles, dtype=np.float64)
    survival = np.asarray(curve.probabilities, dtype=np.float64)
    at_risk = durations.size - np.searchsorted(np.sort(durations), steps, side="left")
    with warnings.catch_warnings():
        # SciPy warns of the points that are filled in below.
        warnings.simplefilter("ignore", RuntimeWarning)
        bounds: Any = curve.confidence_interval(level, method="log-log")
    low = np.array(bounds.low.probabilities, dtype=np.float64)
    high = np.array(bounds.high.probabilities, dtype=np.float64)
    full, empty = survival >= 1.0, survival <= 0.0
    low[full], high[full] = tail ** (1 / at_risk[full]), 1.0
    before = np.flatnonzero(~empty)
    low[empty], high[empty] = 0.0, high[before[-1]] if before.size else 1.0
    return Survival(steps, survival, low, high, at_risk.astype(np.float64))


def _checked(
    times: npt.ArrayLike, observed: npt.ArrayLike
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    durations, flags = as_sample(times, "times"), as_sample(observed, "observed")
    if durations.size != flags.size:
        raise InputError(f"times and observed: got {durations.size} and {flags.size} values")
    if durations.size == 0:
        raise InputError("times: needs at least one")
    if not (durations >= 0).all():
        raise InputError("times: must be defined and at least 0")
    if not np.isin(flags, (0.0, 1.0)).all():
        raise InputError("observed: must be true or false for each time")
    return durations, flags == 1.0
