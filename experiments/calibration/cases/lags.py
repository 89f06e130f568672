"""Lags in a log of cases: some at once, the others Weibull; where to part them is fitted too."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.calibration.customers.patience import censored_weibull
from sim.behaviour import weibull_mean
from sim.units import DAY_S, MINUTE_S

THRESHOLDS_MIN = (1.0, 5.0, 15.0, 60.0, 240.0)
SMALLEST_SHAPE = 0.2
LONGEST_S = 60 * DAY_S
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lag:
    """Minutes: `short_share` uniform with mean `short_mean`, the others Weibull."""

    short_share: float
    short_mean: float
    shape: float
    scale: float

    @property
    def mean(self) -> float:
        """Mean, minutes."""
        long = weibull_mean(self.scale, self.shape)
        return self.short_share * self.short_mean + (1 - self.short_share) * long

    def below(self, minutes: Floats) -> Floats:
        """Share of lags up to each of `minutes`."""
        at_once = np.minimum(minutes / max(2 * self.short_mean, 1e-9), 1.0)
        long = -np.expm1(-((minutes / self.scale) ** self.shape))
        found = self.short_share * at_once + (1 - self.short_share) * long
        return np.asarray(found, dtype=np.float64)

    def duration(self) -> dict[str, Any]:
        """The law as a scenario's duration, in seconds."""
        return {
            "kind": "weibull",
            "mean_s": weibull_mean(self.scale, self.shape) * MINUTE_S,
            "shape": self.shape,
            "short_share": self.short_share,
            "short_mean_s": self.short_mean * MINUTE_S,
            "longest_s": LONGEST_S,
        }


NO_LAG = Lag(0.0, 0.0, 1.0, 1.0)  # for what the log never shows: a minute


def fit_lag(minutes: Floats) -> Lag:
    """Fit to whole minutes (at least one value); negative ones count as 0.

    Of the thresholds below which a lag is short, the one whose law comes closest to the sample in
    minutes (Wasserstein's distance: the area between the distribution functions).
    """
    x = np.sort(np.maximum(np.asarray(minutes, dtype=np.float64), 0.0))
    # Minutes are cut down, so the law is asked half a minute later.
    places = np.unique(np.concatenate([x, np.linspace(0.0, float(x[-1]), 1000)])) + 0.5
    empirical = np.searchsorted(x, places, "right") / x.size
    found: list[tuple[float, Lag]] = []
    for threshold in THRESHOLDS_MIN:
        long = x[x >= threshold]
        if long.size < 2:
            continue
        shape, scale = censored_weibull(long, np.ones(long.size, dtype=bool))
        brief = x[x < threshold]
        mean = float(brief.mean()) if brief.size else 0.0
        lag = Lag(brief.size / x.size, mean, max(shape, SMALLEST_SHAPE), scale)
        distance = float(np.trapezoid(np.abs(lag.below(places) - empirical), places))
        found.append((distance, lag))
    return min(found, key=lambda one: one[0])[1] if found else NO_LAG
