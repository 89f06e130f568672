"""A silo that thinks of itself alone."""

from tests.support.views import (
    ACT,
    BILL,
    BOT,
    CALLBACK,
    CHAT,
    EMAIL,
    FAULT,
    PHONE,
    busy,
    candidate,
    channel_of,
    customer,
    dispatch,
    entry,
    escalation,
    loads,
    make,
    wrap_up,
)


def test_a_silo_sends_away_keeps_inside_and_pays_for_nothing():
    policy = make("silo")
    assert channel_of(policy, entry(PHONE, load=loads(phone=busy(50.0)))) == PHONE
    sent = channel_of(policy, entry(PHONE, load=loads(phone=busy(70.0))))
    assert sent == EMAIL and sent != CALLBACK
    # The fault cannot be settled there: no matter to the silo.
    fault = customer(FAULT)
    assert channel_of(policy, entry(PHONE, who=fault, load=loads(phone=busy(70.0)))) == EMAIL
    assert channel_of(policy, entry(BOT, load=loads(phone=busy(70.0)))) == BOT
    assert policy.decide(escalation(PHONE, CHAT)) == ACT.go_on
    assert policy.decide(wrap_up(customer(margin=1e6))) == ACT.nothing
    quick, slow = candidate(0, intent=BILL, wait=5.0), candidate(1, intent=FAULT, wait=500.0)
    assert policy.decide(dispatch(slow, quick)) == ACT.queue[0]
