"""Churn clocks: when a customer leaves.

One exponential threshold per customer is compared with the accumulated hazard: a customer leaves
when the hazard reaches it. A policy that treats a customer better accumulates less hazard and so
never loses a customer that a worse one keeps. Contractual: logit of the churn probability at a
renewal = base - mood_effect × mood; leave-any-time: hazard = base × exp(-mood_effect × mood).
"""

from __future__ import annotations

from math import exp, log, log1p
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, expit, logit

Floats = npt.NDArray[np.float64]
LARGEST_LOGIT: Final = 700.0  # beyond, exp overflows
SMALLEST_CHURN: Final = 1e-12  # of a customer; and the largest is as far from 1


def base_logit(alpha: Any, beta: Any, u: Any) -> Floats:
    """Return logit of beta(alpha, beta) distributed churn probabilities at the uniforms.

    Source: shifted-beta-geometric model, Fader & Hardie (2007).
    """
    alpha, beta, u = np.broadcast_arrays(alpha, beta, u)
    theta = np.asarray(betaincinv(alpha, beta, u))
    result: Floats = np.asarray(logit(np.clip(theta, SMALLEST_CHURN, 0.5)))
    high = theta > 0.5  # its complement has more digits
    stays = betaincinv(beta[high], alpha[high], 1 - u[high])
    result[high] = -logit(np.clip(stays, SMALLEST_CHURN, 0.5))
    return result


def mean_churn(alpha: float, beta: float) -> float:
    """Return the mean churn probability of customers that differ as beta(alpha, beta)."""
    return alpha / (alpha + beta)


def log_odds(probability: float) -> float:
    """Return the logit of a probability."""
    return log(probability / (1 - probability))


def renewal_probability(base: float, mood_effect: float, mood: float) -> float:
    """Return the churn probability at one renewal."""
    odds = mood_effect * mood - base
    return 1 / (1 + exp(odds)) if odds < LARGEST_LOGIT else exp(-odds)


def renewal_hazards(base: Any, mood_effect: float, mood: Any) -> Floats:
    """Return the hazards of one renewal, -log(1 - p), of arrays."""
    result: Floats = np.logaddexp(0.0, base - mood_effect * np.asarray(mood))
    return result


def renewal_survivals(base: Any, mood_effect: float, mood: Any) -> Any:
    """Return the probabilities that one renewal is survived, 1 - p, of arrays."""
    return expit(mood_effect * mood - base)


def hazard_of(probability: float) -> float:
    """Return the hazard that a churn probability of one period stands for."""
    return -log1p(-probability)


def hazard_rate(base: float, mood_effect: float, mood: float) -> float:
    """Return the leave-any-time hazard, in the unit of ``base``."""
    return base * exp(-mood_effect * mood)


def hazard_rates(base: Any, mood_effect: float, mood: Any) -> Any:
    """Return ``hazard_rate`` of arrays."""
    return base * np.exp(-mood_effect * mood)


def churn_at_mood(contractual: bool, base: float, mood_effect: float, mood: float) -> float:
    """Return the churn rate a month at a mood, or the probability per renewal if contractual.

    ``base``: the hazard a month, or the logit of the probability at mood 0.
    """
    if contractual:
        return renewal_probability(base, mood_effect, mood)
    return hazard_rate(base, mood_effect, mood)


def worth_of_mood(
    contractual: bool, worth: float, mood_effect: float, churn: float, reach: float
) -> float:
    """Return the money that one unit of mood, given now, is worth.

    worth × -d churn / d mood × reach, the time (or renewals) over which the mood fades. On the
    contractual clock logit p = base - effect × mood, so -dp / d mood = effect × p (1 - p); on the
    hazard clock effect × rate.
    """
    slope = churn * (1 - churn) if contractual else churn
    return worth * mood_effect * slope * reach
