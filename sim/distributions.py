"""Durations from uniforms: inverse distribution functions on plain numbers.

A law is a tuple (kind, a, b, short_share, short_mean_s) so that the hot path reads numbers only.
"""

from __future__ import annotations

from math import exp, gamma, inf, log, log1p, sqrt
from statistics import NormalDist
from typing import NamedTuple

from sim.scenario.parts import Duration

CONSTANT, EXPONENTIAL, LOGNORMAL, WEIBULL, NEVER = range(5)
_STANDARD = NormalDist()


def normal_quantile(u: float) -> float:
    """Return the standard normal quantile at ``u``."""
    return _STANDARD.inv_cdf(u)


class Law(NamedTuple):
    """A duration's law: parameters of the inverse distribution function, in seconds."""

    kind: int
    a: float
    b: float
    short_share: float
    short_mean_s: float
    mean_s: float


def law(duration: Duration) -> Law:
    """Return the law of a scenario's duration.

    Lognormal: log-sd = sqrt(log(1 + cv²)), log-mean = log(mean) - log-sd²/2 (the mean and cv are
    those of the long part, without the short draws).
    """
    mean, short, short_mean = duration.mean_s, duration.short_share, duration.short_mean_s
    overall = (1 - short) * mean + short * short_mean
    if duration.kind == "never":
        return Law(NEVER, inf, 0.0, 0.0, 0.0, inf)
    if (
        mean == 0
        or duration.kind == "constant"
        or (duration.kind == "lognormal" and not duration.cv)
    ):
        return Law(CONSTANT, mean, 0.0, short, short_mean, overall)
    if duration.kind == "exponential":
        return Law(EXPONENTIAL, mean, 0.0, short, short_mean, overall)
    if duration.kind == "lognormal":
        variance = log1p(duration.cv**2)
        return Law(LOGNORMAL, log(mean) - variance / 2, sqrt(variance), short, short_mean, overall)
    scale = mean / gamma(1 + 1 / duration.shape)
    return Law(WEIBULL, scale, 1 / duration.shape, short, short_mean, overall)


def duration_s(law: Law, u: float) -> float:
    """Return the duration at the uniform ``u`` (0 < u < 1), in seconds.

    The short draws use the lowest ``short_share`` of the uniforms, the rest is stretched.
    """
    kind, a, b, short, short_mean, _ = law
    if short:
        if u < short:
            return -short_mean * log(1 - u / short) if u > 0 else 0.0
        u = (u - short) / (1 - short) or 1e-16
    if kind == EXPONENTIAL:
        return -a * log(1 - u)
    if kind == LOGNORMAL:
        return exp(a + b * normal_quantile(u))
    if kind == WEIBULL:
        return float(a * pow(-log(1 - u), b))
    return a
