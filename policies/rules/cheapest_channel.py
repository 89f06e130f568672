"""The channel that resolves at the least cost."""

from __future__ import annotations

from pydantic import Field

from policies.core_rule import CoreRule
from policies.value.firm_figures import (
    contact_cost,
    handle_s,
    human_resolution,
    self_service,
    wage_per_s,
)
from sim.behaviour import mean_s
from sim.core.codes import RULE_CHEAPEST_CHANNEL
from sim.core.rules.book import Book
from sim.scenario import Scenario


class CheapestChannel(CoreRule):
    """The channel with the least expected cost per resolution of the intent, as the firm sees it.

    Cost per resolution = (cost of the contact + ``labour_weight`` × handle time × wage) ÷
    probability that the contact resolves. Blind to waits, effort and who the customer is. A
    failing dialogue goes to the cheapest of the channels that it can be handed over to.
    """

    labour_weight: float = Field(
        1.0, ge=0.0, le=2.0, description="share of the wage that a contact's handle time costs"
    )

    def prepare(self, scenario: Scenario) -> None:
        """Tabulate the cost per resolution by intent and channel."""
        self.cost = [
            [self._cost(scenario, intent, channel) for channel in scenario.channels]
            for intent in scenario.intents
        ]

    def _cost(self, scenario: Scenario, intent: str, name: str) -> float:
        channel = scenario.channels[name]
        if channel.automation is not None:
            p = self_service(scenario, intent, name)[-1]
            cost = contact_cost(channel, mean_s(channel.automation.duration))
        else:
            p = human_resolution(scenario, intent, name)
            length = handle_s(scenario, intent, name)
            wage = wage_per_s(scenario, name, scenario.intents[intent].skill)
            cost = contact_cost(channel, length) + self.labour_weight * length * wage
        return cost / p if p > 0 else float("inf")

    def write(self, book: Book) -> int:
        """Add this rule to a book."""
        return book.rule(
            RULE_CHEAPEST_CHANNEL,
            "cheapest_rules",
            decides=self.decides,
            reads=self.reads,
            cost=book.figures(self.cost),
        )

    entry = escalation = CoreRule.by_rule
