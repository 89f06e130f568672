"""Silos: every team optimises a goal of its own."""

from __future__ import annotations

from pydantic import Field

from policies.base import Policy
from policies.value.firm_figures import handle_s
from sim.decisions.view import Candidate, View
from sim.scenario import Scenario


class Silo(Policy):
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
        self.live = [c.kind == "live" for c in channels]
        cost = [c.cost_per_contact for c in channels]
        self.elsewhere = sorted(range(len(channels)), key=lambda c: (self.live[c], cost[c], c))
        self.callback_of = [c.of is not None for c in channels]
        names = list(scenario.channels)
        self.handle = [[handle_s(scenario, i, c) for c in names] for i in scenario.intents]

    def entry(self, view: View) -> int:
        """Return another team's channel when the own line is long."""
        own, loads = self.act.target[view.default], view.loads
        if loads is None or not self.live[own]:
            return view.default
        if loads[own].open and loads[own].expected_wait_s <= self.own_wait_s:
            return view.default
        for channel in self.elsewhere:
            action = self.act.entry[channel]
            if channel != own and not self.callback_of[channel] and action in view.actions:
                return action
        return view.default

    def escalation(self, view: View) -> int:
        """Return the bot's own way on: containment is its goal."""
        return self.act.go_on if self.act.go_on in view.actions else view.default

    def dispatch(self, view: View) -> int:
        """Return the queue that is handled fastest, live before backlog."""
        return self.act.first_queue(view, self._rank)

    def _rank(self, c: Candidate) -> tuple[bool, float, float]:
        return not c.backlog, -self.handle[c.intent][c.channel], c.wait_s

    def wrap_up(self, view: View) -> int:
        """Return nothing: goodwill comes out of another team's budget."""
        return self.act.nothing if self.act.nothing in view.actions else view.default
