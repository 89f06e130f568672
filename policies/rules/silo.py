"""Silos: every team optimises a goal of its own."""

from __future__ import annotations

from pydantic import Field

from policies.core_rule import CoreRule
from policies.value.firm_figures import handle_s
from sim.core.codes import RULE_SILO
from sim.core.rules.book import Book
from sim.scenario import Scenario


class Silo(CoreRule):
    """Teams with separate goals: service level, containment and handle time, never the journey.

    The team of a live channel, measured on its own wait, sends callers elsewhere (to the cheapest
    channel that is not its own) once its expected wait exceeds ``own_wait_s``, whether or not the
    need can be resolved well there. The bot's team, measured on containment, never hands over
    while it can go on. Agents, measured on handle time, take the queue that is handled fastest; a
    backlog has its own team and is never blended in while anything live waits. No team pays for
    recovery: the loss is another's.
    """

    reads = frozenset({"loads", "candidates"})
    own_wait_s: float = Field(
        60.0, ge=0.0, le=3600.0, description="expected wait above which a team sends customers away"
    )

    def prepare(self, scenario: Scenario) -> None:
        """Tabulate which channel each team would rather see used, and handle times."""
        channels = list(scenario.channels.values())
        away = [c for c in range(len(channels)) if channels[c].of is None]
        away.sort(key=lambda c: (channels[c].kind == "live", channels[c].cost_per_contact))
        self.elsewhere = away
        names = list(scenario.channels)
        self.handle = [[handle_s(scenario, i, c) for c in names] for i in scenario.intents]

    def write(self, book: Book) -> int:
        """Add this rule to a book."""
        return book.rule(
            RULE_SILO,
            "silo_rules",
            decides=self.decides,
            reads=self.reads,
            own_wait_s=self.own_wait_s,
            elsewhere=book.channels([self.elsewhere]),
            handle_s=book.figures(self.handle),
        )

    entry = escalation = dispatch = wrap_up = CoreRule.by_rule
