"""Durations and levels from uniforms: inverse distribution functions on plain numbers.

A law holds plain numbers in slots, because the hot path reads them for every contact.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, gamma, inf, log, log1p, pow, sqrt
from typing import Any, Final

import numpy as np
from scipy.special import gammaincinv

from sim.behaviour.normal import normal_quantile
from sim.scenario.parts import Duration

CONSTANT: Final = 0
EXPONENTIAL: Final = 1
LOGNORMAL: Final = 2
WEIBULL: Final = 3
NEVER: Final = 4
SMALLEST_CV = 1e-4  # of a gamma level: below, its inverse is not computed exactly


@dataclass(frozen=True, slots=True)
class Law:
    """A duration's law: parameters of the inverse distribution function, in seconds."""

    kind: int
    a: float
    b: float
    short_share: float
    short_mean_s: float
    mean_s: float
    longest_s: float


def lognormal_mean(log_mean: float, log_sd: float) -> float:
    """Return the mean of a lognormal law by the mean and the sd of the logarithm."""
    return exp(log_mean + log_sd**2 / 2)


def weibull_mean(scale: float, shape: float) -> float:
    """Return the mean of a Weibull law: scale × Γ(1 + 1/shape)."""
    return scale * gamma(1 + 1 / shape)


def mean_s(duration: Duration) -> float:
    """Return a duration's mean in seconds, its short draws included, before the cut."""
    return law(duration).mean_s


def law(duration: Duration) -> Law:
    """Return the law of a scenario's duration.

    Lognormal: log-sd = sqrt(log(1 + cv²)), log-mean = log(mean) - log-sd²/2 (the mean and cv are
    those of the long part, without the short draws and before the cut at the longest).
    """
    mean, short, short_mean = duration.mean_s, duration.short_share, duration.short_mean_s
    longest = inf if duration.longest_s is None else duration.longest_s
    short_mean = min(short_mean, longest / 2)
    tail = (short, short_mean, (1 - short) * mean + short * short_mean, longest)
    if duration.kind == "never":
        return Law(NEVER, inf, 0.0, 0.0, 0.0, inf, inf)
    certain = duration.kind == "constant" or (duration.kind == "lognormal" and not duration.cv)
    if mean == 0 or certain:
        return Law(CONSTANT, min(mean, longest), 0.0, *tail)
    if duration.kind == "exponential":
        return Law(EXPONENTIAL, mean, 0.0, *tail)
    if duration.kind == "lognormal":
        variance = log1p(duration.cv**2)
        return Law(LOGNORMAL, log(mean) - variance / 2, sqrt(variance), *tail)
    return Law(WEIBULL, mean / weibull_mean(1.0, duration.shape), 1 / duration.shape, *tail)


def duration_s(law: Law, u: float) -> float:
    """Return the duration at the uniform ``u`` (0 < u < 1), in seconds.

    The short draws use the lowest ``short_share`` of the uniforms, the rest is stretched.
    """
    kind = law.kind
    short = law.short_share
    if short != 0.0:
        if u < short:
            return 2.0 * law.short_mean_s * u / short
        u = (u - short) / (1.0 - short)
        if u == 0.0:
            u = 1e-16
    if kind == EXPONENTIAL:
        value = -law.a * log(1.0 - u)
    elif kind == LOGNORMAL:
        value = exp(law.a + law.b * normal_quantile(u))
    elif kind == WEIBULL:
        value = law.a * pow(-log(1.0 - u), law.b)
    else:
        return law.a
    return value if value < law.longest_s else law.longest_s


def gamma_level(cv: Any, u: Any, mean: Any = 1.0) -> Any:
    """Return a gamma level with a mean and a coefficient of variation, of numbers or arrays."""
    if isinstance(u, float) and isinstance(cv, float):
        shape = 1 / max(cv, SMALLEST_CV) ** 2
        return mean * float(gammaincinv(shape, u)) / shape if cv > 0 else mean
    cv, u, mean = np.broadcast_arrays(cv, u, mean)
    level = np.array(mean, dtype=np.float64)
    varies = cv > 0
    if varies.any():  # the inverse takes a microsecond
        shape = 1 / np.maximum(cv[varies], SMALLEST_CV) ** 2
        level[varies] = mean[varies] * gammaincinv(shape, u[varies]) / shape
    return level if level.shape else float(level)
