"""How customers behave: what they choose, what a contact costs them, what they feel and answer.

Scales: effort is 0 (none) to about 1 (exhausting); experience, expectation and mood are on the
scale where +0.5 is a resolved and -0.5 an unresolved contact without effort (scenario defaults,
assumptions).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from math import exp, pow
from typing import Any


def channel_weights(
    preference: Sequence[float],
    intent_preference: Sequence[float],
    digital: Sequence[bool],
    skill: float,
    skill_weight: float,
) -> list[float]:
    """Return the logit weights of the channels.

    weight = preference × intent preference × exp(skill_weight × (skill - 0.5)) on digital channels
    (multinomial logit, McFadden 1974; the coefficients are assumptions).
    """
    shift = exp(skill_weight * (skill - 0.5))
    return [
        p * q * (shift if d else 1.0)
        for p, q, d in zip(preference, intent_preference, digital, strict=True)
    ]


def cumulative(weights: Sequence[float]) -> list[float]:
    """Return cumulative probabilities of the weights; the last is 1."""
    total = sum(weights)
    shares = [w / total for w in accumulate(weights)]
    last = max((i for i, w in enumerate(weights) if w > 0), default=len(weights) - 1)
    for i in range(last, len(shares)):
        shares[i] = 1.0
    return shares


def choose(cumulative_shares: Sequence[float], u: float) -> int:
    """Return the index chosen at the uniform ``u``."""
    return bisect_left(cumulative_shares, u)


def steering_acceptance(segment_acceptance: float, channel_acceptance: float) -> float:
    """Return the share of a segment's customers who follow the firm to another channel."""
    return segment_acceptance * channel_acceptance


def contact_effort(
    base: float,
    wait_s: float,
    wait_scale_s: float,
    wait_weight: float,
    extra: float,
) -> float:
    """Return the customer's effort in one contact.

    base + wait_weight × (1 - exp(-wait / scale)) + extra, where ``extra`` sums repeated
    explanation, transfers, earlier attempts and steering (effort as the driver of disloyalty:
    Dixon, Freeman & Toman 2010; the weights are assumptions).
    """
    if wait_s > 0.0:
        return base + wait_weight * (1.0 - exp(-wait_s / wait_scale_s)) + extra
    return base + extra


def experience(outcome: float, effort: float, effort_weight: float, tone: float) -> float:
    """Return the experience of a contact: outcome - effort_weight × effort - tone penalty."""
    return outcome - effort_weight * effort - tone


def tone_penalty(tone: float, previous_tone: float, weight: float) -> float:
    """Return what inconsistency of tone inside a journey costs."""
    return weight * abs(tone - previous_tone)


def adapted(expectation: float, experienced: float, rate: float) -> float:
    """Return the expectation after an experience: a step of ``rate`` towards it."""
    return expectation + rate * (experienced - expectation)


def mood_after(mood: float, gap: float, limit: float) -> float:
    """Return the mood after a satisfaction ``gap`` (experience - expectation), within ±limit."""
    mood += gap
    if mood > limit:
        return limit
    return mood if mood > -limit else -limit


def mood_decay(days: float, half_life_days: float) -> float:
    """Return the factor by which a mood fades over ``days``: 2^(-days / half-life)."""
    return pow(0.5, days / half_life_days)


def mood_decays(days: Any, half_life_days: float) -> Any:
    """Return ``mood_decay`` of arrays."""
    return 0.5 ** (days / half_life_days)


def recontact_probability(base: float, urgency: float) -> float:
    """Return the probability that a failed need comes back.

    base^(2 (1 - urgency)): the scenario's figure at urgency 0.5, certain at 1 (assumption).
    """
    return pow(base, 2.0 * (1.0 - urgency))


def survey_answers(rate: float, gap: float, extreme_bias: float, u: float) -> bool:
    """Return whether a customer answers: strong feelings answer more often (assumption)."""
    return u < min(1.0, rate * (1 + extreme_bias * abs(gap)))


def csat(experienced: float, noise_sd: float, z: float) -> int:
    """Return a 1-5 satisfaction score: 3.5 + 2.5 × experience + noise, rounded."""
    return max(1, min(5, round(3.5 + 2.5 * experienced + noise_sd * z)))


def nps(mood: float, opinion: float, noise_sd: float, z: float) -> int:
    """Return a 0-10 recommendation score: 7 + 2.5 × (mood + opinion) + 2 × noise, rounded.

    Who is asked whether to recommend a firm thinks of its price and product as well as of its
    service: ``opinion`` lasts, whatever the service was like (assumption; ``survey.opinion_sd``).
    """
    return max(0, min(10, round(7 + 2.5 * (mood + opinion) + 2 * noise_sd * z)))


def ces(effort: float, noise_sd: float, z: float) -> int:
    """Return a 1-7 customer effort score (7 is hardest): 1 + 6 × effort + noise, rounded."""
    return max(1, min(7, round(1 + 6 * effort + 2 * noise_sd * z)))
