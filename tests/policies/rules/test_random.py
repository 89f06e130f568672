"""Random: each action equally often, each kind of decision anew."""

from collections import Counter

import pytest

from tests.support.views import (
    ACT,
    CHAT,
    CUSTOMERS_OWN,
    PHONE,
    candidate,
    dispatch,
    entry,
    escalation,
    make,
)


def test_random_takes_each_action_equally_often_and_repeats_itself():
    policy = make("random")
    n = 5000
    views = [entry(PHONE, u=(k + 0.5) / n) for k in range(n)]
    chosen = Counter(policy.decide(v) for v in views)
    assert set(chosen.values()) == {n // len(CUSTOMERS_OWN)}
    assert [policy.decide(v) for v in views] == [policy.decide(v) for v in views]
    idle = [dispatch(candidate(0), candidate(1))._replace(time_s=t * 7.31) for t in range(2000)]
    share = sum(policy.decide(v) == ACT.queue[0] for v in idle) / len(idle)
    assert share == pytest.approx(0.5, abs=0.05)


def test_random_draws_each_kind_of_decision_anew():
    policy = make("random")
    pairs = Counter()
    for k in range(2000):
        u = (k + 0.5) / 2000
        first = policy.decide(entry(PHONE, channels=(PHONE, CHAT), u=u)) == ACT.entry[PHONE]
        second = policy.decide(escalation()._replace(uniform=u)) == ACT.go_on
        pairs[first, second] += 1
    assert all(count == pytest.approx(500, abs=40) for count in pairs.values())
