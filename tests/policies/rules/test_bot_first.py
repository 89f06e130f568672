"""Bot first: automation where it resolves well enough."""

from tests.support.views import APP, BOT, FAULT, PHONE, channel_of, customer, entry, make


def test_bot_first_takes_the_bot_that_resolves_best_and_only_if_good_enough():
    policy = make("bot_first")
    assert channel_of(policy, entry(PHONE)) == APP
    assert channel_of(policy, entry(PHONE, channels=(PHONE, BOT))) == BOT
    assert channel_of(policy, entry(PHONE, who=customer(FAULT))) == PHONE
    assert channel_of(make("bot_first", least_resolution=0.2), entry(PHONE, who=customer(1))) in (
        BOT,
        APP,
    )
    again = customer(attempt=2)
    assert channel_of(policy, entry(PHONE, who=again)) == PHONE
    assert channel_of(make("bot_first", attempts=2), entry(PHONE, who=again)) == APP
