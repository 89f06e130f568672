"""The shortest line."""

from __future__ import annotations

from pydantic import Field

from policies.core_rule import CoreRule
from policies.value.firm_figures import staffed_in_s
from sim.core.codes import RULE_LEAST_EXPECTED_WAIT
from sim.core.rules.book import Book
from sim.scenario import Scenario


class LeastExpectedWait(CoreRule):
    """The channel with people where the customer is served soonest.

    Expected wait: that of the loads, and until someone is on duty. Customers who chose automation
    stay there, unless ``automation`` lets it compete with its wait of zero. Nobody is moved for
    less than ``least_gain_s``.
    """

    reads = frozenset({"loads"})
    least_gain_s: float = Field(
        60.0, ge=0.0, le=3600.0, description="wait saved below which nobody is moved"
    )
    automation: bool = Field(False, description="let automation compete")

    def prepare(self, scenario: Scenario) -> None:
        """Tabulate when channels are staffed."""
        self.staffed_in = [staffed_in_s(scenario, name) for name in scenario.channels]

    def write(self, book: Book) -> int:
        """Add this rule to a book."""
        return book.rule(
            RULE_LEAST_EXPECTED_WAIT,
            "least_wait_rules",
            decides=self.decides,
            reads=self.reads,
            least_gain_s=self.least_gain_s,
            automation=self.automation,
            staffed_in=book.figures(self.staffed_in),
        )

    entry = escalation = CoreRule.by_rule
