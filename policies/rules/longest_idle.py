"""Skills-based routing: the longest wait to the most specialised team."""

from __future__ import annotations

from pydantic import Field

from policies.core_rule import CoreRule
from sim.core.codes import RULE_LONGEST_IDLE
from sim.core.rules.book import Book
from sim.scenario import Scenario


class LongestIdle(CoreRule):
    """First come, first served over all queues that an agent has the skills for.

    A contact that several teams could take goes to the most specialised one (fewest skills times
    channels), so that generalists stay free; inside the team the agent idle for longest takes it.
    No customer has priority. ``live_first``: a backlog waits until no live contact does.
    """

    reads = frozenset({"candidates"})
    live_first: bool = Field(True, description="live contacts before backlogs")

    def prepare(self, scenario: Scenario) -> None:
        """Tabulate how broad each team is."""
        self.breadth = [len(t.skills) * len(t.channels) for t in scenario.teams.values()]

    def write(self, book: Book) -> int:
        """Add this rule to a book."""
        return book.rule(
            RULE_LONGEST_IDLE,
            "longest_idle_rules",
            decides=self.decides,
            reads=self.reads,
            live_first=self.live_first,
            breadth=book.figures(self.breadth),
        )

    dispatch = CoreRule.by_rule
