"""Automation first, people when it fails."""

from __future__ import annotations

from pydantic import Field

from policies.base import Policy
from policies.value.firm_figures import resolving
from sim.decisions.view import View
from sim.scenario import Scenario


class BotFirst(Policy):
    """Automation for every intent that it can resolve often enough, else the customer's choice.

    Among several automated channels the one that resolves most. ``attempts``: after so many
    attempts on the same need the customer gets the channel asked for. A failing dialogue is handed
    over where it can be.
    """

    least_resolution: float = Field(
        0.3, ge=0.0, le=1.0, description="probability of resolution that automation must reach"
    )
    attempts: int = Field(1, ge=1, le=15, description="attempts that start with automation")

    def prepare(self, scenario: Scenario) -> None:
        """Tabulate the automated channels good enough for each intent, best first."""
        bots = [name for name, c in scenario.channels.items() if c.kind == "automated"]
        self.order = [
            [self.act.entry[c] for c in able]
            for able in resolving(scenario, bots, self.least_resolution)
        ]

    def entry(self, view: View) -> int:
        """Return the best automated channel, or the requested one."""
        who = view.customer
        if who is None or who.attempt > self.attempts:
            return view.default
        for action in self.order[who.intent]:
            if action in view.actions:
                return action
        return view.default
