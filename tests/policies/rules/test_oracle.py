"""The oracle: a best channel that sees what is hidden."""

import numpy as np
import pytest

from policies import registry
from policies.rules.best_channel import BestChannel
from sim import World, load_scenario
from sim.decisions.view import Hidden
from sim.register.register import Outcome
from sim.units import DAY_S
from tests.support.views import (
    ACT,
    BILL,
    BOT,
    CHAT,
    CLASSIC,
    EMAIL,
    FAULT,
    PHONE,
    cancel,
    channel_of,
    customer,
    entry,
    make,
)


@pytest.mark.slow
def test_customers_fare_better_for_less_money_and_better_still_with_perfect_information():
    firm = load_scenario("telco")
    gap, spent = {}, {}
    for name in ("customer_choice", "best_channel", "oracle"):
        policy = registry.make(name, firm)
        world = World(firm, policy=policy, decides=policy.decides, seed=3).run(10 * DAY_S)
        contacts, treatments = (world.register.columns(t) for t in ("contacts", "treatments"))
        ended = ~np.isin(contacts["outcome"], (Outcome.HANDED_OVER, Outcome.TRANSFERRED))
        gap[name] = contacts["gap"][ended].mean()
        spent[name] = contacts["cost"].sum() + treatments["cost"].sum()
    assert gap["customer_choice"] < gap["best_channel"] < gap["oracle"]
    assert spent["oracle"] < spent["best_channel"] < spent["customer_choice"]


def test_the_oracle_picks_what_it_knows_will_resolve():
    policy = make("oracle")
    assert policy.bound and "hidden" in policy.reads
    who = customer(FAULT, CLASSIC, PHONE, margin=80.0)
    for only in (CHAT, BOT, EMAIL):
        resolves = tuple(c == only for c in range(8))
        hidden = Hidden(FAULT, 0.0, 0.1, resolves, 0.0)
        assert channel_of(policy, entry(PHONE, who=who, hidden=hidden)) == only


def test_the_oracle_offers_to_those_who_respond():
    policy = make("oracle", treatment_return=1.0)
    who = customer(segment=CLASSIC, margin=200.0)
    for response, verb in ((0.9, "offer"), (-0.5, "release")):
        hidden = Hidden(BILL, 0.0, 0.1, (True,) * 8, response)
        assert ACT.verb[policy.decide(cancel(who, hidden))] == verb


def test_the_oracle_is_a_best_channel_with_more_sight():
    assert issubclass(registry.find("oracle"), BestChannel)
    blind = entry(PHONE)
    assert make("oracle").decide(blind) == make("best_channel").decide(blind)
