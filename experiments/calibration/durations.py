"""Fitted laws as a scenario's durations (`sim.scenario.parts.Duration`), exact in their means."""

from math import expm1, sqrt
from typing import Any

from experiments.calibration.bank import CallFit
from experiments.calibration.customers.patience import Patience
from experiments.calibration.staff.agents import ABSENT_S, Unavailability
from experiments.calibration.staff.queueing import Redial
from experiments.calibration.staff.service import SHORT_S, ServiceTime
from sim.behaviour import lognormal_mean, weibull_mean
from sim.units import HOUR_S

Mapping = dict[str, Any]


def lognormal(log_mean: float, log_sd: float) -> Mapping:
    """Lognormal by the mean and sd of the logarithm: mean exp(m + s²/2), cv sqrt(exp(s²) - 1)."""
    return {
        "kind": "lognormal",
        "mean_s": lognormal_mean(log_mean, log_sd),
        "cv": sqrt(expm1(log_sd**2)),
    }


def service_duration(fit: ServiceTime) -> Mapping:
    """Service time: lognormal, and a share of uniform ones below `SHORT_S`."""
    long = lognormal(fit.log_mean, fit.log_sd)
    return {**long, "short_share": fit.short_share, "short_mean_s": SHORT_S / 2}


def patience_duration(fit: Patience) -> Mapping:
    """Weibull patience."""
    return {"kind": "weibull", "mean_s": weibull_mean(fit.scale_s, fit.shape), "shape": fit.shape}


def away_duration(fit: Unavailability) -> Mapping:
    """Time away after a call: the wrap-ups as the short draws, the pauses as the long ones.

    The narrow lognormal of the wrap-ups becomes a uniform law of the same mean.
    """
    wrap_up = lognormal_mean(fit.wrap_log_mean, fit.wrap_log_sd)
    pause = lognormal(fit.pause_log_mean, fit.pause_log_sd)
    return {
        **pause,
        "short_share": min(1 - fit.pause_share, 1 - 1e-9),
        "short_mean_s": wrap_up,
        "longest_s": ABSENT_S,
    }


def answer_duration(fit: CallFit) -> Mapping | None:
    """Delay of an agent called back: exponential."""
    mean = fit.answer_delay_s
    return None if mean is None else {"kind": "exponential", "mean_s": mean}


def redial_duration(fit: Redial) -> Mapping:
    """Delay of a redial within the hour: lognormal, an hour at the most."""
    return {**lognormal(fit.log_mean, fit.log_sd), "longest_s": HOUR_S}
