"""Patience from right-censored waits: an abandoned wait is patience, a served one a lower bound.

Only callers who queued are used; one who was answered at once says nothing about patience.
Kaplan & Meier 1958 (JASA 53) for the curve, Weibull by censored maximum likelihood.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import optimize, stats

from sim.errors import InputError

MIN_ABANDONED = 10
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Patience:
    """Weibull patience of one call type: P(T > t) = exp(-(t / scale_s) ** shape).

    `balk_share`: callers who hang up within `BALK_S` of joining the queue, among those still
    waiting; part of the Weibull's mass too, so it is a description, not a second component.
    `km_median_s`: of the Kaplan-Meier curve; None when it stays above one half.
    """

    queued: int
    abandoned: int
    shape: float
    scale_s: float
    exponential_mean_s: float
    km_median_s: float | None
    balk_share: float

    @property
    def median_s(self) -> float:
        """Median of the fitted Weibull, seconds."""
        return float(self.scale_s * np.log(2) ** (1 / self.shape))

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw `size` patience times, seconds, shape (size,)."""
        return np.asarray(self.scale_s * rng.weibull(self.shape, size), dtype=np.float64)


BALK_S = 5.0
SMALLEST_SHAPE, LARGEST_SHAPE = 0.02, 50.0


def censored_waits(calls: pl.DataFrame) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Waits of queued callers in seconds, and whether patience is known (abandoned, not served)."""
    queued = calls.filter(pl.col("queued") & pl.col("outcome").is_in(("served", "abandoned")))
    # A whole-second clock writes up to half a second as 0; zero has no Weibull likelihood.
    waits = np.maximum(queued["queue_s"].to_numpy().astype(np.float64), 0.5)
    return waits, (queued["outcome"] == "abandoned").to_numpy()


def censored_weibull(waits_s: Floats, exact: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Shape and scale of a Weibull by maximum likelihood; `exact` marks what is not censored.

    The shape solves one monotone equation, the scale follows (Cohen 1965, Technometrics 7). Where
    all exact waits are the longest one, the shape is `LARGEST_SHAPE`.
    """
    longest = float(waits_s.max())
    x, logs = waits_s / longest, np.log(waits_s / longest)
    mean_log = float(logs[exact].mean())

    def slope(shape: float) -> float:
        power = x**shape
        return float((power * logs).sum() / power.sum()) - 1 / shape - mean_log

    low, high = SMALLEST_SHAPE, LARGEST_SHAPE
    if slope(high) <= 0:
        shape = high
    else:
        shape = low if slope(low) >= 0 else float(optimize.brentq(slope, low, high))
    scale = longest * float((x**shape).sum() / exact.sum()) ** (1 / shape)
    return shape, scale


def fit_patience(calls: pl.DataFrame) -> Patience:
    """Fit one Weibull to all calls given; raises `InputError` with too few abandonments."""
    waits, exact = censored_waits(calls)
    abandoned = int(exact.sum())
    if abandoned < MIN_ABANDONED:
        raise InputError(
            f"calls: at least {MIN_ABANDONED} abandonments are needed to fit patience,"
            f" got {abandoned}"
        )
    shape, scale = censored_weibull(waits, exact)
    survival = stats.ecdf(stats.CensoredData.right_censored(waits, ~exact)).sf
    below = np.flatnonzero(survival.probabilities <= 0.5)
    return Patience(
        queued=len(waits),
        abandoned=abandoned,
        shape=shape,
        scale_s=scale,
        exponential_mean_s=float(waits.sum() / abandoned),
        km_median_s=float(survival.quantiles[below[0]]) if below.size else None,
        balk_share=float(1 - survival.evaluate(np.array([BALK_S]))[0]),
    )


def patience_by_type(calls: pl.DataFrame) -> dict[str, Patience]:
    """Fitted patience per call type; types with few abandonments share the fit of all calls."""
    overall = fit_patience(calls)
    found: dict[str, Patience] = {}
    for (kind,), rows in calls.group_by("type", maintain_order=True):
        left = rows.filter(pl.col("queued") & (pl.col("outcome") == "abandoned")).height
        found[str(kind)] = fit_patience(rows) if left >= MIN_ABANDONED else overall
    return dict(sorted(found.items()))
