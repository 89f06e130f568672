"""The shortest line."""

from __future__ import annotations

from pydantic import Field

from policies.base import Policy
from policies.value.firm_figures import hour_of_week, staffed_in_s
from sim.decisions.view import View
from sim.scenario import Scenario

_INFINITE = float("inf")


class LeastExpectedWait(Policy):
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
        """Tabulate which channels are automated, and when the others are staffed."""
        self.automated = [c.kind == "automated" for c in scenario.channels.values()]
        self.staffed_in = [staffed_in_s(scenario, name) for name in scenario.channels]

    def entry(self, view: View) -> int:
        """Return the channel with the least wait."""
        target = self.act.target
        if self.automated[target[view.default]]:
            return view.default
        best, least = view.default, self._wait(view, target[view.default]) - self.least_gain_s
        for action in view.actions:
            channel = target[action]
            if self.automated[channel] and not self.automation:
                continue
            wait = self._wait(view, channel)
            if wait < least:
                best, least = action, wait
        return best

    def escalation(self, view: View) -> int:
        """Return the channel of those that can take over where the wait is least."""
        target = self.act.target
        reach = [a for a in view.actions if target[a] >= 0]
        return min(reach, key=lambda a: self._wait(view, target[a])) if reach else view.default

    def _wait(self, view: View, channel: int) -> float:
        if self.automated[channel] or view.loads is None:
            return 0.0
        load = view.loads[channel]
        if not load.open:
            return _INFINITE
        if load.on_duty:
            return load.expected_wait_s
        return load.expected_wait_s + self.staffed_in[channel][hour_of_week(view.week_s)]
