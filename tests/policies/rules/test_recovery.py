"""Recovery, of all the rules that offer it."""

import pytest

from tests.support.views import ACT, CLASSIC, customer, make, wrap_up


@pytest.mark.parametrize("name", ["value_at_risk", "thresholds", "best_channel"])
def test_recovery_goes_to_those_it_keeps_and_not_to_everyone(name):
    policy = make(name)
    assert policy.decide(wrap_up(customer(margin=0.5))) != ACT.recover
    rich = customer(segment=CLASSIC, margin=3000.0)
    without_offers = wrap_up(rich)._replace(actions=(ACT.nothing, ACT.recover))
    assert policy.decide(without_offers) == ACT.recover
