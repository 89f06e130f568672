"""Customers' choice: every request is kept."""

from tests.support.views import CUSTOMERS_OWN, channel_of, entry, make


def test_customers_choice_keeps_every_request():
    policy = make("customer_choice")
    for channel in CUSTOMERS_OWN:
        assert channel_of(policy, entry(channel)) == channel
