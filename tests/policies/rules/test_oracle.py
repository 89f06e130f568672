"""The oracle's two bounds: a best channel that sees what is hidden."""

import numpy as np
import pytest

from policies import registry
from sim import World, load_scenario
from sim.decisions.view import Hidden
from sim.register.register import Outcome
from sim.units import DAY_S
from tests.support.views import (
    ACT,
    APP,
    BILL,
    BOT,
    CHAT,
    CLASSIC,
    CLOSED,
    EMAIL,
    FAULT,
    PHONE,
    cancel,
    channel_of,
    customer,
    entry,
    loads,
    make,
)


@pytest.mark.slow
def test_customers_fare_better_for_less_money_and_better_still_with_the_dice_known():
    firm = load_scenario("telco")
    gap, spent = {}, {}
    for name in ("customer_choice", "best_channel", "oracle"):
        policy = registry.make(name, firm, {"knows": "dice"} if name == "oracle" else {})
        world = World(firm, policy=policy, decides=policy.decides, seed=3).run(10 * DAY_S)
        contacts, treatments = (world.register.columns(t) for t in ("contacts", "treatments"))
        ended = ~np.isin(contacts["outcome"], (Outcome.HANDED_OVER, Outcome.TRANSFERRED))
        gap[name] = contacts["gap"][ended].mean()
        spent[name] = contacts["cost"].sum() + treatments["cost"].sum()
    assert gap["customer_choice"] < gap["best_channel"] < gap["oracle"]
    assert spent["oracle"] < spent["best_channel"] < spent["customer_choice"]


def truth(
    intent=BILL, segment=CLASSIC, *, margin=80.0, chance=0.5, accepts=1.0, response=0.0, ease=0.0
):
    """What is hidden; a figure for all channels, or one each (dice: whether it exceeds 0.5)."""
    row = [x if isinstance(x, tuple) else (x,) * 8 for x in (chance, accepts, ease)]
    resolves, goes = (tuple(x > 0.5 for x in chances) for chances in row[:2])
    about = segment, intent, margin, 0.0, 0.1, response
    return Hidden(*about, row[0], resolves, row[1], goes, row[2])


def only(*channels):
    return tuple(float(c in channels) for c in range(8))


@pytest.mark.parametrize("knows", ["traits", "dice"])
def test_bounds_pick_what_they_know_will_resolve(knows):
    policy = make("oracle", knows=knows)
    assert policy.bound and "hidden" in policy.reads
    for channel in (BOT, APP):
        view = entry(PHONE, hidden=truth(chance=only(channel)), load=loads(phone=CLOSED))
        assert channel_of(policy, view) == channel


def test_only_dice_know_whether_people_will_resolve():
    who = customer(FAULT, CLASSIC, PHONE, margin=80.0)
    for channel in (CHAT, EMAIL):
        view = entry(PHONE, who=who, hidden=truth(FAULT, chance=only(channel)))
        assert channel_of(make("oracle", knows="dice"), view) == channel
    # By traits, people resolve what they resolve of such needs: the figures are the truth here.
    assert channel_of(make("oracle"), view) == channel_of(make("best_channel"), view)


def test_traits_tell_where_people_resolve_this_need_more_easily():
    policy = make("oracle", least_gain=0.0)
    for channel in (PHONE, CHAT, EMAIL):
        ease = tuple(6.0 if c == channel else -6.0 for c in range(8))
        view = entry(PHONE, hidden=truth(FAULT, chance=0.0, ease=ease), channels=(CHAT, EMAIL))
        assert channel_of(policy, view) == channel


def test_bounds_steer_those_who_will_go():
    sure, unwilling = truth(chance=only(APP)), truth(chance=only(APP), accepts=0.0)
    for knows in ("traits", "dice"):
        policy = make("oracle", knows=knows)
        assert channel_of(policy, entry(PHONE, hidden=sure, load=loads(phone=CLOSED))) == APP
        assert channel_of(policy, entry(PHONE, hidden=unwilling, load=loads(phone=CLOSED))) == PHONE


def test_bounds_know_who_the_customer_is():
    stranger = customer(segment=-1, margin=0.0)
    seen = cancel(stranger, truth(margin=200.0, response=0.9))
    assert ACT.verb[make("oracle", treatment_return=1.0).decide(seen)] == "offer"
    poor = cancel(customer(segment=CLASSIC, margin=200.0), truth(margin=0.1, response=0.9))
    assert ACT.verb[make("oracle", treatment_return=1.0).decide(poor)] == "release"


def test_the_oracle_offers_to_those_who_respond():
    who = customer(segment=CLASSIC, margin=200.0)
    for response, verb in ((0.9, "offer"), (-0.5, "release")):
        hidden = truth(margin=200.0, response=response)
        for knows in ("traits", "dice"):
            policy = make("oracle", treatment_return=1.0, knows=knows)
            assert ACT.verb[policy.decide(cancel(who, hidden))] == verb


def test_the_oracle_is_a_best_channel_with_more_sight():
    blind = entry(PHONE)
    assert make("oracle").decide(blind) == make("best_channel").decide(blind)
    shared = make("best_channel").parameters().keys() & make("oracle").parameters().keys()
    assert {"treatment_return", "labour", "others", "least_gain"} <= shared
