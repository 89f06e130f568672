"""The cheapest channel: least cost per resolution."""

import pytest

from tests.support.views import (
    APP,
    BILL,
    CHAT,
    EMAIL,
    FAULT,
    PHONE,
    channel_of,
    customer,
    entry,
    escalation,
    make,
)


def test_the_cheapest_channel_has_the_least_cost_per_resolution():
    policy = make("cheapest_channel")
    # The app resolves 0.95 × 0.6 × (0.5 + 0.6) of the bills at 0.10: nothing else comes near.
    assert policy.cost[BILL][APP] == pytest.approx(0.1 / (0.95 * 0.6 * 1.1))
    assert channel_of(policy, entry(PHONE)) == APP
    people = 0.1 + 500 * 1.0 * 19 / 3600 / 2 + 30 * 19 / 3600 / 2
    assert policy.cost[FAULT][CHAT] == pytest.approx(people / 0.6)
    assert channel_of(policy, entry(PHONE, channels=(PHONE, CHAT))) == CHAT
    assert channel_of(policy, escalation(PHONE, CHAT)) == CHAT


def test_wages_left_out_make_people_cheaper():
    free = make("cheapest_channel", labour_weight=0.0)
    assert free.cost[FAULT][CHAT] == pytest.approx(0.1 / 0.6)
    assert channel_of(free, entry(PHONE, who=customer(FAULT))) == EMAIL
