"""Automation first, people when it fails."""

from __future__ import annotations

from pydantic import Field

from policies.base import Policy
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
        index = {name: i for i, name in enumerate(scenario.channels)}
        self.order: list[tuple[int, ...]] = []
        for intent in scenario.intents.values():
            rate = {name: intent.resolution.get(name, 0.0) for name in bots}
            able = [name for name in bots if rate[name] >= max(self.least_resolution, 1e-12)]
            able.sort(key=lambda name: -rate[name])
            self.order.append(tuple(self.act.entry[index[name]] for name in able))

    def entry(self, view: View) -> int:
        """Return the best automated channel, or the requested one."""
        who = view.customer
        if who is None or who.attempt > self.attempts:
            return view.default
        for action in self.order[who.intent]:
            if action in view.actions:
                return action
        return view.default
