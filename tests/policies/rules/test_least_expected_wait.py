"""The least expected wait, by a margin."""

from sim.decisions.view import Load
from tests.support.views import (
    BOT,
    CHAT,
    CLOSED,
    EMAIL,
    PHONE,
    busy,
    channel_of,
    entry,
    escalation,
    loads,
    make,
)


def test_the_shortest_wait_wins_by_a_margin():
    policy = make("least_expected_wait")
    long = loads(phone=busy(400.0), chat=busy(100.0), email=busy(5000.0))
    assert channel_of(policy, entry(PHONE, load=long)) == CHAT
    close = loads(phone=busy(150.0), chat=busy(100.0), email=busy(5000.0))
    assert channel_of(policy, entry(PHONE, load=close)) == PHONE
    assert channel_of(policy, entry(BOT, load=long)) == BOT
    assert channel_of(make("least_expected_wait", automation=True), entry(PHONE, load=long)) == BOT
    assert channel_of(policy, escalation(PHONE, CHAT, load=long)) == CHAT


def test_the_shortest_wait_knows_closed_and_empty_channels():
    policy = make("least_expected_wait")
    night = loads(phone=CLOSED, chat=busy(900.0), email=Load(True, 1, 0.0, 0, 0, 600.0))
    view = entry(PHONE, load=night)._replace(week_s=7.5 * 3600)
    assert channel_of(policy, view) == CHAT
    late = view._replace(week_s=19 * 3600.0)
    assert channel_of(policy, late) == CHAT
    only_mail = entry(PHONE, load=night, channels=(PHONE, EMAIL))
    assert channel_of(policy, only_mail) == EMAIL
