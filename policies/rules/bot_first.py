"""Automation first, people when it fails."""

from __future__ import annotations

from pydantic import Field

from policies.core_rule import CoreRule
from policies.value.firm_figures import resolving
from policies.value.knowing import OF_CHANCES, OF_INTENT, Customer, Intent, KnownNeed, looks
from sim.core.codes import RULE_BOT_FIRST
from sim.core.rules.book import Book
from sim.scenario import Scenario


class BotFirst(CoreRule):
    """Automation for every intent that it can resolve often enough, else the customer's choice.

    Among several automated channels the one that resolves most. ``attempts``: after so many
    attempts on the same need the customer gets the channel asked for. A failing dialogue is handed
    over where it can be. With ``intent: posterior`` automation has to reach the probability over
    all intents that the need may have, with ``customer: belief`` for this customer.
    """

    least_resolution: float = Field(
        0.3, ge=0.0, le=1.0, description="probability of resolution that automation must reach"
    )
    attempts: int = Field(1, ge=1, le=15, description="attempts that start with automation")
    intent: Intent = Field("certain", description=OF_INTENT)
    customer: Customer = Field("segment", description=OF_CHANCES)

    def prepare(self, scenario: Scenario) -> None:
        """Tabulate the automated channels good enough for each intent, best first."""
        self.reads = looks(intent=self.intent, beliefs=(self.customer,))
        self.known = KnownNeed(scenario, self.intent, self.customer)
        bots = [name for name, c in scenario.channels.items() if c.kind == "automated"]
        self.order = resolving(scenario, bots, self.least_resolution)

    def write(self, book: Book) -> int:
        """Add this rule to a book."""
        return book.rule(
            RULE_BOT_FIRST,
            "bot_first_rules",
            decides=self.decides,
            reads=self.reads,
            attempts=self.attempts,
            order=book.channels(self.order),
            least=self.least_resolution,
            knowing=self.known.write(book),
        )

    entry = CoreRule.by_rule
