"""Churn clocks and the value of a customer: pure functions, scalars or arrays.

One exponential threshold per customer is compared with the accumulated hazard: a customer leaves
when the hazard reaches it. A policy that treats a customer better accumulates less hazard and so
never loses a customer that a worse one keeps.
"""

from __future__ import annotations

from math import exp, expm1
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, expit, gammaincinv, logit

Floats = npt.NDArray[np.float64]
SECONDS_PER_MONTH = 365.25 / 12 * 86400.0


def base_logit(alpha: Any, beta: Any, u: Any) -> Floats:
    """Return logit of beta(alpha, beta) distributed churn probabilities at the uniforms.

    Source: shifted-beta-geometric model, Fader & Hardie (2007).
    """
    theta = np.clip(betaincinv(alpha, beta, u), 1e-12, 1 - 1e-12)
    result: Floats = logit(theta)
    return result


def renewal_hazard(base: Any, mood_effect: float, mood: Any) -> Floats:
    """Return the hazard of one renewal: -log(1 - p), logit p = base - mood_effect × mood."""
    result: Floats = np.logaddexp(0.0, base - mood_effect * np.asarray(mood))
    return result


def renewal_probability(base: float, mood_effect: float, mood: float) -> float:
    """Return the churn probability at one renewal."""
    return float(expit(base - mood_effect * mood))


def renewal_survival(base: Any, mood_effect: float, mood: Any) -> Any:
    """Return the probability that one renewal is survived, 1 - p, of numbers or arrays."""
    return expit(mood_effect * mood - base)


def hazard_rate(base_per_s: float, mood_effect: float, mood: float) -> float:
    """Return the leave-any-time hazard per second: base × exp(-mood_effect × mood)."""
    return base_per_s * exp(-mood_effect * mood)


def gamma_level(cv: float, u: float) -> float:
    """Return a gamma day level with mean 1 and the coefficient of variation ``cv``."""
    if cv <= 0:
        return 1.0
    shape = 1 / cv**2
    return float(gammaincinv(shape, u)) / shape


def discounted(seconds: float, rate_per_s: float) -> float:
    """Return the present value of one unit a second from 0 to ``seconds``."""
    return seconds if rate_per_s == 0 else -expm1(-rate_per_s * seconds) / rate_per_s


def annuity(seconds: Any, rate_per_s: float) -> Any:
    """Return ``discounted`` of numbers or arrays."""
    return seconds if rate_per_s == 0 else -np.expm1(-rate_per_s * seconds) / rate_per_s


def discount_factor(seconds: float, rate_per_s: float) -> float:
    """Return the present value of one unit at ``seconds``."""
    return exp(-rate_per_s * seconds)


def lifetime_value(margin_per_s: float, hazard_per_s: float, discount_per_s: float) -> float:
    """Return the expected discounted margin of a customer with a constant hazard.

    margin / (hazard + discount): the simple retention model (Gupta & Lehmann 2003).
    """
    total = hazard_per_s + discount_per_s
    return margin_per_s / total if total > 0 else 0.0
