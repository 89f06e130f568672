"""The best channel: steering, escalation and offers by expected value."""

import pytest

from sim import load_scenario
from tests.support.views import (
    ACT,
    APP,
    BILL,
    BOT,
    CHAT,
    CLASSIC,
    DIGITAL,
    EMAIL,
    FAULT,
    FIRM,
    PHONE,
    busy,
    cancel,
    channel_of,
    customer,
    entry,
    escalation,
    loads,
    make,
    wrap_up,
)


def test_the_best_channel_leaves_a_good_choice_alone():
    policy = make("best_channel")
    assert channel_of(policy, entry(APP, who=customer(BILL, DIGITAL, APP))) == APP


def test_the_best_channel_moves_a_fault_off_the_bot_and_a_bill_off_a_long_line():
    policy = make("best_channel")
    fault = customer(FAULT, CLASSIC, BOT, margin=80.0)
    assert channel_of(policy, entry(BOT, who=fault)) in (PHONE, CHAT)
    bill = customer(BILL, DIGITAL, PHONE)
    long = loads(phone=busy(900.0), chat=busy(900.0), callback=busy(900.0))
    assert channel_of(policy, entry(PHONE, who=bill, load=long)) in (APP, EMAIL)


def test_the_best_channel_answers_to_each_weight():
    view = entry(PHONE, who=customer(FAULT, CLASSIC, margin=80.0))
    careful, thrifty = make("best_channel"), make("best_channel", labour=2.0, satisfaction=0.0)
    assert channel_of(careful, view) in (PHONE, CHAT)
    assert channel_of(thrifty, view) in (APP, BOT, EMAIL)
    lazy = make("best_channel", least_gain=100.0)
    assert channel_of(lazy, entry(BOT, who=customer(FAULT))) == BOT


def test_nobody_is_steered_who_would_only_be_annoyed():
    changed = {
        "segments": {"digital": {"steering_acceptance": 0.01}},
        "choice": {"effort_of_refusal": 0.5},
    }
    stubborn = load_scenario(FIRM.model_dump(mode="json"), changed)
    long = loads(phone=busy(900.0), chat=busy(900.0), callback=busy(900.0))
    view = entry(PHONE, load=long)
    assert channel_of(make("best_channel"), view) != PHONE
    assert channel_of(make("best_channel", stubborn), view) == PHONE


def test_a_failing_dialogue_goes_to_people_unless_none_is_there():
    policy = make("best_channel")
    assert channel_of(policy, escalation(PHONE, CHAT)) in (PHONE, CHAT)
    long = loads(phone=busy(3000.0, 60))
    assert channel_of(policy, escalation(PHONE, CHAT, load=long)) == CHAT
    assert policy.decide(escalation()) == ACT.go_on


def test_offers_go_by_response_and_leavers_are_worth_their_cost():
    policy = make("best_channel", treatment_return=1.0)
    verb = ACT.verb
    assert verb[policy.decide(cancel(customer(segment=DIGITAL, margin=60.0)))] == "offer"
    assert policy.decide(cancel(customer(segment=DIGITAL, margin=0.01))) == ACT.release
    classic = wrap_up(customer(segment=CLASSIC, margin=200.0))
    offers_only = classic._replace(actions=(ACT.nothing, *ACT.wrap_up_offers))
    assert policy.decide(offers_only) == ACT.nothing  # on average they respond badly
    digital = wrap_up(customer(segment=DIGITAL, margin=2000.0))._replace(
        actions=(ACT.nothing, *ACT.wrap_up_offers)
    )
    assert verb[policy.decide(digital)] == "offer"


def test_an_unknown_customer_is_treated_as_the_average():
    policy = make("best_channel")
    unknown = customer(segment=-1, margin=0.0)
    mean = policy.value.margin[-1]
    valued = policy.action_values(wrap_up(unknown))
    assert valued.unit == pytest.approx(
        policy.satisfaction * policy.value.per_mood(-1, mean, 0.0) + policy.goodwill
    )
    seen = entry(PHONE, who=unknown)
    assert policy.decide(seen) in seen.actions
