"""Churn clocks: when a customer leaves.

One exponential threshold per customer is compared with the accumulated hazard: a customer leaves
when the hazard reaches it. A policy that treats a customer better accumulates less hazard and so
never loses a customer that a worse one keeps. One sum says how likely that is
(``churn_log_odds``): of a base, the mood, a drift, and sleep. Contractual: it is the logit of the
churn probability at a renewal; leave-any-time: the log of the rate. How many would leave without
moods, drift and sleep says ``sim.behaviour.tenure``.
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


def churn_log_odds(
    base: float, mood_effect: float, mood: float, drift: float = 0.0, sleep: float = 0.0
) -> float:
    """Return the log-odds of leaving at a renewal; leave-any-time, the log of the rate.

    Args:
        base: of the customer at mood 0, without drift, awake.
        mood_effect: what a unit of mood takes off.
        mood: the customer's.
        drift: what has changed in the customer's life, offers of others, ….
        sleep: what not thinking of leaving takes off; see ``sleep_of``.
    """
    return base - mood_effect * mood + drift - sleep


def churn_log_odds_of(
    base: Any, mood_effect: float, mood: Any, drift: Any = 0.0, sleep: Any = 0.0
) -> Any:
    """Return ``churn_log_odds`` of arrays."""
    return base - mood_effect * mood + drift - sleep


def drift_after(drift: float, kept: float, new: float, normal: float) -> float:
    """Return the drift after a step of a mean-reverting walk (Ornstein–Uhlenbeck, exact).

    Args:
        drift: before.
        kept: the share of it that is left.
        new: standard deviation of what the step adds.
        normal: standard normal luck.
    """
    return kept * drift + new * normal


def sleep_of(depth: float, asleep: float, awake: float) -> float:
    """Return what sleep takes off the log-odds of leaving, so far as nothing woke the customer.

    Source: customers who do not think of leaving until a treatment reminds them ("sleeping dogs"):
    Ascarza, Iyengar & Schleicher (2016), Journal of Marketing Research 53(1).
    """
    return depth * asleep * (1 - awake)


def sleeps_of(depth: float, asleep: Any, awake: Any) -> Any:
    """Return ``sleep_of`` of arrays."""
    return depth * asleep * (1 - awake)


def woken(awake: float, by: float) -> float:
    """Return how awake (0 to 1) a customer is after what wakes a share ``by`` of the sleep."""
    return awake + (1 - awake) * by


def renewal_probability(
    base: float, mood_effect: float, mood: float, drift: float = 0.0, sleep: float = 0.0
) -> float:
    """Return the churn probability at one renewal; see ``churn_log_odds``."""
    odds = -churn_log_odds(base, mood_effect, mood, drift, sleep)
    return 1 / (1 + exp(odds)) if odds < LARGEST_LOGIT else exp(-odds)


def renewal_hazards(
    base: Any, mood_effect: float, mood: Any, drift: Any = 0.0, sleep: Any = 0.0
) -> Floats:
    """Return the hazards of one renewal, -log(1 - p), of arrays."""
    return hazards_of_odds(churn_log_odds_of(base, mood_effect, np.asarray(mood), drift, sleep))


def hazards_of_odds(odds: Any) -> Floats:
    """Return the hazards of one renewal by its log-odds, -log(1 - p), of arrays."""
    result: Floats = np.logaddexp(0.0, odds)
    return result


def renewal_survivals(
    base: Any, mood_effect: float, mood: Any, drift: Any = 0.0, sleep: Any = 0.0
) -> Any:
    """Return the probabilities that one renewal is survived, 1 - p, of arrays."""
    return expit(-churn_log_odds_of(base, mood_effect, mood, drift, sleep))


def hazard_of(probability: float) -> float:
    """Return the hazard that a churn probability of one period stands for."""
    return -log1p(-probability)


def hazard_rate(
    base: float, mood_effect: float, mood: float, drift: float = 0.0, sleep: float = 0.0
) -> float:
    """Return the leave-any-time hazard, in the unit of ``base``, the rate of the base alone."""
    return base * exp(churn_log_odds(0.0, mood_effect, mood, drift, sleep))


def hazard_rates(
    base: Any, mood_effect: float, mood: Any, drift: Any = 0.0, sleep: Any = 0.0
) -> Any:
    """Return ``hazard_rate`` of arrays."""
    return base * np.exp(churn_log_odds_of(0.0, mood_effect, mood, drift, sleep))


def reason_weight(weight: float, own: float, mood_effect: float, mood: float) -> float:
    """Return how strongly a concern speaks for being why a customer leaves.

    Args:
        weight: among all customers.
        own: the factor where it is the customer's own concern, else 1.
        mood_effect: how much a bad mood speaks for it.
        mood: the customer's.
    """
    return weight * own * exp(-mood_effect * mood)


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
