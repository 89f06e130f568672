"""The numbers that signals and beliefs go by, of a compiled scenario."""

from __future__ import annotations

from scipy.stats import norm

from sim.scenario.customers import Segment
from sim.tables.codes import AUTOMATED
from sim.tables.compiled import Compiled

MIDDLE_SKILL = 0.5  # at which a customer gets what the scenario states


def signal_numbers(compiled: Compiled) -> dict[str, float]:
    """Return what is said of signals, by the names of the fields in the bundle ``Firm``."""
    signals, scenario = compiled.scenario.signals, compiled.scenario
    return {
        "writes_signals": compiled.on.signals,
        "coded_right": signals.coded_right,
        "silent_seen": signals.silent_seen,
        "sentiment_noise": signals.sentiment_noise,
        "usage_noise": signals.usage_noise,
        "usage_bias_sd": signals.usage_bias_sd,
        "inactive_from": signals.inactive_from,
        "social_share": signals.social_share,
        "note_share": signals.note_share,
        "note_right": signals.note_right,
        "evidence_half_life_days": signals.half_life_days,
        "opinion_sd": scenario.survey.opinion_sd,
    }


def usual_ability(compiled: Compiled) -> tuple[list[float], list[float], float, float]:
    """Return how able customers are with automation, in log-odds: what a firm knows beforehand.

    Digital skill and ability together: their mean and variance by segment, and among all customers.
    """
    effect, sd = compiled.spreads.skill_effect, compiled.spreads.ability
    segments = list(compiled.scenario.segments.values())
    moments = [skill_moments(segment) for segment in segments]
    means = [effect * (mean - MIDDLE_SKILL) for mean, _ in moments]
    variances = [sd * sd + effect * effect * variance for _, variance in moments]
    shares = [segment.share for segment in segments]
    mean = sum(share * m for share, m in zip(shares, means, strict=True))
    between = sum(share * (m - mean) ** 2 for share, m in zip(shares, means, strict=True))
    within = sum(share * v for share, v in zip(shares, variances, strict=True))
    return means, variances, mean, within + between


def skill_moments(segment: Segment) -> tuple[float, float]:
    """Return mean and variance of digital skill in a segment: normal, kept within 0 and 1."""
    mu, sd = segment.digital_skill, segment.digital_skill_sd
    if sd == 0:
        return mu, 0.0
    low, high = (0 - mu) / sd, (1 - mu) / sd
    inside = norm.cdf(high) - norm.cdf(low)
    above = norm.sf(high)
    first = mu * inside + sd * (norm.pdf(low) - norm.pdf(high))
    second = (
        (mu * mu + sd * sd) * inside
        + 2 * mu * sd * (norm.pdf(low) - norm.pdf(high))
        + sd * sd * (low * norm.pdf(low) - high * norm.pdf(high))
    )
    mean = first + above
    return float(mean), float(max(0.0, second + above - mean * mean))


def miscoded(compiled: Compiled) -> list[float]:
    """Return how probably a failure is coded as a success, by channel.

    People and systems err alike; automation that has not noticed takes a failure for a success, but
    where it is a front door it hands over whom it has not helped.
    """
    channels, signals = compiled.channels, compiled.scenario.signals
    doors = {door for door in channels.front_door if door >= 0}
    return [
        1 - signals.coded_right
        if channels.kind[c] != AUTOMATED
        else 0.0
        if c in doors and not channels.chosen[c]
        else (1 - channels.detection[c]) * (1 - signals.silent_seen)
        for c in range(channels.n)
    ]


def raised_by(compiled: Compiled) -> list[int]:
    """Return the first concern that raises each intent, -1: none does."""
    kinds = list(compiled.scenario.concerns.kinds.values())
    return [
        next((k for k, concern in enumerate(kinds) if name in concern.intents), -1)
        for name in compiled.intent_names
    ]
