"""Service and IVR times: a share of very short services, and a lognormal for the rest.

Services under `SHORT_S` are mostly callers who left or were dropped on being answered (Mandelbaum,
Sakov & Zeltyn 2000; Brown et al. 2005, JASA 100(469), who fit lognormals to this centre's calls).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from sim.behaviour import lognormal_mean
from sim.errors import InputError

SHORT_S = 10.0
MIN_CALLS = 30
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ServiceTime:
    """Mixture: uniform on [0, 10) s with probability `short_share`, else lognormal."""

    calls: int
    observed_mean_s: float
    observed_cv: float
    short_share: float
    log_mean: float
    log_sd: float

    @property
    def mean_s(self) -> float:
        """Mean of the fitted mixture, seconds."""
        long = lognormal_mean(self.log_mean, self.log_sd)
        return self.short_share * SHORT_S / 2 + (1 - self.short_share) * long

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw `size` service times, seconds, shape (size,)."""
        short = rng.random(size) * SHORT_S
        long = rng.lognormal(self.log_mean, self.log_sd, size)
        return np.asarray(np.where(rng.random(size) < self.short_share, short, long))


def fit_service(durations_s: Floats) -> ServiceTime:
    """Fit the mixture to service times (seconds, shape (calls,)).

    Raises `InputError` with fewer than `MIN_CALLS` services.
    """
    x = np.asarray(durations_s, dtype=np.float64)
    if x.size < MIN_CALLS:
        raise InputError(f"calls: at least {MIN_CALLS} services are needed for a fit, got {x.size}")
    logs = np.log(x[x >= SHORT_S])
    if logs.size < 2:
        raise InputError(f"calls: no services of {SHORT_S:g} s or longer to fit")
    return ServiceTime(
        calls=int(x.size),
        observed_mean_s=float(x.mean()),
        observed_cv=float(x.std(ddof=1) / x.mean()),
        short_share=float(np.mean(x < SHORT_S)),
        log_mean=float(logs.mean()),
        log_sd=float(logs.std(ddof=1)),
    )


def service_by_type(calls: pl.DataFrame) -> dict[str, ServiceTime]:
    """Fitted service time per call type; types with few calls share the fit of all calls."""
    served = calls.filter(pl.col("outcome") == "served")
    overall = fit_service(served["service_s"].to_numpy())
    found: dict[str, ServiceTime] = {}
    for (kind,), rows in served.group_by("type", maintain_order=True):
        enough = rows.height >= MIN_CALLS
        found[str(kind)] = fit_service(rows["service_s"].to_numpy()) if enough else overall
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class IvrTime:
    """Time in the IVR of callers who went on to an agent, and the share who left there."""

    calls: int
    median_s: float
    mean_s: float
    log_mean: float
    log_sd: float
    left_share: float


def fit_ivr(calls: pl.DataFrame) -> IvrTime:
    """IVR time over all calls that reached the queue or an agent, one second at the least."""
    real = calls.filter(pl.col("outcome") != "phantom")
    reached = real.filter(pl.col("outcome") != "left_in_ivr")
    if reached.height < MIN_CALLS:
        raise InputError(f"calls: at least {MIN_CALLS} calls must pass the IVR for a fit")
    x = np.maximum(reached["vru_s"].to_numpy().astype(float), 1.0)
    return IvrTime(
        calls=reached.height,
        median_s=float(np.median(x)),
        mean_s=float(x.mean()),
        log_mean=float(np.log(x).mean()),
        log_sd=float(np.log(x).std(ddof=1)),
        left_share=1 - reached.height / real.height,
    )
