"""Skills-based routing: the longest wait to the most specialised team."""

from __future__ import annotations

from pydantic import Field

from policies.base import Policy
from sim.decisions.view import View
from sim.scenario import Scenario


class LongestIdle(Policy):
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

    def dispatch(self, view: View) -> int:
        """Return the queue whose head has waited longest, or the most specialised team."""
        if view.candidates is None:
            target = self.act.target
            return min(view.actions, key=lambda a: self.breadth[target[a]])
        return self.act.first_queue(view, lambda c: (not (c.backlog and self.live_first), c.wait_s))
