"""Who the customers are: traits drawn once, and the state that they begin in."""

from __future__ import annotations

from collections.abc import Callable
from math import exp
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from sim.behaviour.quantiles import base_logits, gamma_levels
from sim.behaviour.tenure import churn_laws, longest_tenure
from sim.errors import InputError
from sim.population.draws import (
    TRAIT_ANNOUNCE,
    TRAIT_CHURN_BASE,
    TRAIT_CHURN_THRESHOLD,
    TRAIT_HABIT,
    TRAIT_MARGIN,
    TRAIT_OFFER,
    TRAIT_RENEWAL_DAY,
    TRAIT_SEGMENT,
    TRAIT_SKILL,
    TRAIT_TENURE,
)
from sim.population.streams import lucks, uniforms, uniforms_at
from sim.scenario import Scenario
from sim.scenario.customers import Segment
from sim.tables.compiled import SKILL_BINS, Compiled
from sim.units import MONTH_S

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def draw_customers(
    compiled: Compiled, key: int, n: int, segment: Integers | None = None
) -> dict[str, npt.NDArray[Any]]:
    """Return the customers' traits and first state as columns, each of shape (n,).

    Args:
        compiled: the firm.
        key: the luck.
        n: how many.
        segment: each customer's segment; None: drawn by their shares.

    Raises:
        InputError: a segment that is not there.
    """
    scenario = compiled.scenario
    segments = list(scenario.segments.values())
    luck = lucks(key, np.arange(n, dtype=np.int64), np.zeros(n, dtype=np.int64))

    def draw(purpose: int) -> Floats:
        return uniforms_at(luck, purpose)

    if segment is None:
        shares = np.cumsum([s.share for s in segments])
        shares[-1] = 1.0
        segment = np.searchsorted(shares, draw(TRAIT_SEGMENT))
    elif n and not 0 <= segment.min() <= segment.max() < len(segments):
        raise InputError(
            f"segment: must be from 0 to {len(segments) - 1}, the segments' places; "
            f"got {segment.min()} to {segment.max()}"
        )
    skill = _skills(segments, segment, draw(TRAIT_SKILL))
    tenure = _tenures(scenario, segment, draw)
    return {
        "segment": segment,
        "margin_per_s": _margins(segments, segment, draw(TRAIT_MARGIN)),
        "skill": skill,
        "skill_bin": np.minimum((skill * SKILL_BINS).astype(np.int64), SKILL_BINS - 1),
        "threshold": -np.log(draw(TRAIT_CHURN_THRESHOLD)),
        "base": _bases(scenario, segment, tenure, draw(TRAIT_CHURN_BASE)),
        "renewal_day": _renewal_days(scenario, n, draw(TRAIT_RENEWAL_DAY)),
        "announce": draw(TRAIT_ANNOUNCE),
        "offer_response": draw(TRAIT_OFFER),
        "expectation": np.full(n, scenario.satisfaction.initial_expectation),
        "tenure": tenure,
    }


def draw_habits(compiled: Compiled, key: int, n: int) -> Floats:
    """Return how much ``n`` customers are used to each channel at the start, shape (n × channels,).

    A customer's channels stand one after the other.
    """
    channels = compiled.channels.n
    if not compiled.spreads.habit:
        return np.zeros(n * channels)
    who = np.repeat(np.arange(n, dtype=np.int64), channels)
    where = np.tile(np.arange(channels, dtype=np.int64), n)
    levels: Floats = compiled.spreads.habit * ndtri(uniforms(key, who, where, TRAIT_HABIT))
    return levels


def _bases(scenario: Scenario, segment: Integers, tenure: Integers, u: Floats) -> Floats:
    """Return the base of each churn clock: logit of a renewal's churn, or hazard a second."""
    laws = churn_laws(scenario)
    if scenario.retention.clock == "contractual":
        lengths = longest_tenure(scenario) + 1
        renewed = np.arange(lengths)
        alpha = np.repeat([law.alpha for law in laws], lengths)
        beta = np.concatenate([law.beta + renewed for law in laws])
        correction: Floats = np.array([law.correction for law in laws])[segment]
        return base_logits(alpha, beta, segment * lengths + tenure, u) + correction
    monthly: Floats = np.array([law.mean * exp(law.correction) for law in laws])[segment]
    return monthly / MONTH_S


def _tenures(scenario: Scenario, segment: Integers, draw: Callable[[int], Floats]) -> Integers:
    """Return the renewals survived before the start; none on a leave-any-time clock."""
    tenure = np.zeros(len(segment), dtype=np.int64)
    if longest_tenure(scenario):
        u = draw(TRAIT_TENURE)
        for number, law in enumerate(churn_laws(scenario)):
            mine, upto = segment == number, np.cumsum(law.tenures)
            tenure[mine] = np.searchsorted(upto[:-1], u[mine])
    return tenure


def _renewal_days(scenario: Scenario, n: int, u: Floats) -> Integers:
    retention = scenario.retention
    spread = u if retention.spread_renewals else np.ones(n)
    days: Integers = np.maximum(1, np.ceil(spread * retention.period_days)).astype(np.int64)
    return days


def _margins(segments: list[Segment], segment: Integers, u: Floats) -> Floats:
    """Gamma margins per customer: mean and cv by segment (gamma keeps them non-negative)."""
    mean = np.array([s.margin_per_month for s in segments])[segment] / MONTH_S
    result: Floats = mean * gamma_levels(np.array([s.margin_cv for s in segments]), segment, u)
    return result


def _skills(segments: list[Segment], segment: Integers, u: Floats) -> Floats:
    """Digital skill per customer: normal around the segment's mean, kept within 0 and 1."""
    mean = np.array([s.digital_skill for s in segments])[segment]
    sd = np.array([s.digital_skill_sd for s in segments])[segment]
    result: Floats = np.clip(mean + sd * ndtri(u), 0.0, 1.0)
    return result
