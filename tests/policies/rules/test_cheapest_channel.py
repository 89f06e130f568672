"""The cheapest channel: least cost per resolution."""

from math import exp
from statistics import NormalDist

import pytest

from tests.support.views import (
    APP,
    BILL,
    CHAT,
    EMAIL,
    FAULT,
    FIRM,
    PHONE,
    channel_of,
    customer,
    entry,
    escalation,
    make,
)


def _app_resolves(p: float) -> float:
    """Return the mean of odds p/(1−p) × e^(2 (skill − 0.5)), as chances, over all customers."""
    total = 0.0
    for segment in FIRM.segments.values():
        skills = NormalDist(segment.digital_skill, segment.digital_skill_sd)
        for k in range(2000):
            skill = min(1.0, max(0.0, skills.inv_cdf((k + 0.5) / 2000)))
            odds = p / (1 - p) * exp(2 * (skill - 0.5))
            total += segment.share * odds / (1 + odds) / 2000
    return total


def test_the_cheapest_channel_has_the_least_cost_per_resolution():
    policy = make("cheapest_channel")
    # A bill in the app costs 0.10: nothing else comes near.
    assert policy.cost[BILL][APP] == pytest.approx(0.1 / (0.95 * _app_resolves(0.6)), rel=1e-4)
    assert channel_of(policy, entry(PHONE)) == APP
    people = 0.1 + 500 * 1.0 * 19 / 3600 / 2 + 30 * 19 / 3600 / 2
    assert policy.cost[FAULT][CHAT] == pytest.approx(people / 0.6)
    assert channel_of(policy, entry(PHONE, channels=(PHONE, CHAT))) == CHAT
    assert channel_of(policy, escalation(PHONE, CHAT)) == CHAT


def test_wages_left_out_make_people_cheaper():
    free = make("cheapest_channel", labour_weight=0.0)
    assert free.cost[FAULT][CHAT] == pytest.approx(0.1 / 0.6)
    assert channel_of(free, entry(PHONE, who=customer(FAULT))) == EMAIL
