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
from policies.value.knowing import OF_CHANCES, OF_INTENT, Customer, Intent, KnownNeed, looks
from sim.behaviour import mean_s
from sim.core.codes import RULE_CHEAPEST_CHANNEL
from sim.core.rules.book import Book
from sim.scenario import Scenario


class CheapestChannel(CoreRule):
    """The channel with the least expected cost per resolution of the intent, as the firm sees it.

    Cost per resolution = (cost of the contact + ``labour_weight`` × handle time × wage) ÷
    probability that the contact resolves. Blind to waits, effort and, unless ``customer`` is
    ``belief``, who the customer is. ``intent: posterior`` weighs costs and probabilities by the
    intents that the need may have. A failing dialogue goes to the cheapest of the channels that it
    can be handed over to.
    """

    labour_weight: float = Field(
        1.0, ge=0.0, le=2.0, description="share of the wage that a contact's handle time costs"
    )
    intent: Intent = Field("certain", description=OF_INTENT)
    customer: Customer = Field("segment", description=OF_CHANCES)

    def prepare(self, scenario: Scenario) -> None:
        """Tabulate the cost per resolution by intent and channel."""
        self.reads = looks(intent=self.intent, beliefs=(self.customer,))
        self.known = KnownNeed(scenario, self.intent, self.customer)
        self.cost, self.price = [], []
        for intent in scenario.intents:
            rows = [self._prices(scenario, intent, channel) for channel in scenario.channels]
            self.cost.append([price / p if p > 0 else float("inf") for price, p in rows])
            reached = zip(rows, self.known.typical.reached, strict=True)
            # Nobody spends time on who is not reached, as nobody is helped.
            self.price.append([price * share for (price, _), share in reached])

    def _prices(self, scenario: Scenario, intent: str, name: str) -> tuple[float, float]:
        """Return what a contact costs that gets through, and how probably it resolves."""
        channel = scenario.channels[name]
        if channel.automation is not None:
            p = self_service(scenario, intent, name)[-1]
            return contact_cost(channel, mean_s(channel.automation.duration)), p
        length = handle_s(scenario, intent, name)
        wage = wage_per_s(scenario, name, scenario.intents[intent].skill)
        price = contact_cost(channel, length) + self.labour_weight * length * wage
        return price, human_resolution(scenario, intent, name)

    def write(self, book: Book) -> int:
        """Add this rule to a book."""
        return book.rule(
            RULE_CHEAPEST_CHANNEL,
            "cheapest_rules",
            decides=self.decides,
            reads=self.reads,
            cost=book.figures(self.cost),
            price=book.figures(self.price),
            knowing=self.known.write(book),
        )

    entry = escalation = CoreRule.by_rule
