"""Thresholds of waits and worth."""

from tests.support.views import (
    ACT,
    BOT,
    CALLBACK,
    CHAT,
    CLASSIC,
    CLOSED,
    CUSTOMERS_OWN,
    PHONE,
    busy,
    channel_of,
    customer,
    entry,
    escalation,
    loads,
    make,
)


def test_thresholds_deflect_and_call_back():
    policy = make("thresholds")
    assert channel_of(policy, entry(PHONE, load=loads(phone=busy(170.0)))) == PHONE
    assert channel_of(policy, entry(PHONE, load=loads(phone=busy(190.0)))) == CHAT
    both = (*CUSTOMERS_OWN, CALLBACK)
    assert channel_of(policy, entry(PHONE, load=loads(phone=busy(310.0)), channels=both)) == (
        CALLBACK
    )
    night = loads(phone=CLOSED, chat=CLOSED)
    assert channel_of(policy, entry(PHONE, load=night)) not in (PHONE, CALLBACK)
    assert channel_of(policy, entry(BOT, load=loads(phone=busy(900.0)))) == BOT


def test_thresholds_hand_over_when_the_wait_or_the_customer_allows_it():
    policy = make("thresholds", escalate_worth=400.0)
    assert channel_of(policy, escalation(PHONE, CHAT, load=loads(phone=busy(20.0)))) == CHAT
    long = loads(phone=busy(900.0), chat=busy(800.0))
    assert policy.decide(escalation(PHONE, CHAT, load=long)) == ACT.go_on
    rich = customer(segment=CLASSIC, margin=500.0, channel=BOT, automated=True)
    assert channel_of(policy, escalation(PHONE, CHAT, who=rich, load=long)) == CHAT
