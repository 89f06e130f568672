"""Value at risk: the customer with most to lose first."""

from tests.support.views import (
    ACT,
    BOT,
    CHAT,
    CLOSED,
    PHONE,
    busy,
    candidate,
    channel_of,
    customer,
    dispatch,
    entry,
    loads,
    make,
)


def test_value_at_risk_serves_the_customer_with_most_to_lose():
    policy = make("value_at_risk")
    calm, risky = candidate(0, hazard=0.02), candidate(1, hazard=0.2)
    assert policy.decide(dispatch(calm, risky)) == ACT.queue[1]
    rich = candidate(0, hazard=0.02, margin=5000.0)
    assert policy.decide(dispatch(rich, risky)) == ACT.queue[0]
    waited = candidate(0, hazard=0.02, wait=36000.0)
    assert policy.decide(dispatch(waited, risky)) == ACT.queue[0]
    mail = candidate(2, hazard=0.9, margin=9000.0, backlog=True)
    assert policy.decide(dispatch(calm, risky, mail)) == ACT.queue[1]


def test_value_at_risk_gives_people_to_those_it_protects():
    policy = make("value_at_risk")
    modest, risky = customer(margin=5.0, channel=BOT), customer(margin=900.0, channel=BOT)
    assert channel_of(policy, entry(BOT, who=modest)) == BOT
    assert channel_of(policy, entry(BOT, who=risky)) == PHONE
    full = loads(phone=busy(300.0), chat=busy(20.0))
    assert channel_of(policy, entry(BOT, who=risky, load=full)) == CHAT
    assert channel_of(policy, entry(BOT, who=risky, load=loads(phone=CLOSED, chat=CLOSED))) == BOT
