"""Value at risk: hazard × lifetime value decides who is served first, and how."""

from __future__ import annotations

from pydantic import Field

from policies.base import Policy
from policies.parameters import LogScaled
from policies.value.firm_figures import handle_s, hour_of_week, human_resolution, staffed_in_s
from policies.value.retention_value import RetentionValue
from sim.decisions.view import Candidate, View
from sim.scenario import Scenario


class ValueAtRisk(Policy):
    """Customers whose value is most at risk get people, first place in line, and recovery.

    Value at risk = churn rate at the estimated mood × what the customer brings within
    ``horizon_months``. Dispatch: value at risk × stakes ÷ handle time (a cμ rule whose cost is the
    value at risk), growing with the wait. Entry: customers whose value at risk is at least
    ``protect_above`` times the average customer's, and who turn to automation, are offered the
    open channel with people that resolves best, if its wait is at most ``protect_wait_s``.
    Wrap-up: recovery where what its uplift saves is worth ``recovery_return`` times its cost.
    """

    reads = frozenset({"profile", "loads", "candidates"})
    horizon_months: LogScaled = Field(
        24.0, ge=1.0, le=120.0, description="horizon of a customer's value"
    )
    protect_above: float = Field(
        1.5, ge=0.0, le=20.0, description="value at risk, relative to the average, that gets people"
    )
    protect_wait_s: float = Field(
        120.0,
        ge=0.0,
        le=3600.0,
        description="longest expected wait to which customers are protected",
    )
    recovery_return: LogScaled = Field(
        3.0, ge=0.1, le=20.0, description="value over cost that recovery must reach"
    )
    wait_scale_s: LogScaled = Field(
        300.0, ge=1.0, le=1e6, description="wait that doubles a customer's index"
    )

    def prepare(self, scenario: Scenario) -> None:
        """Tabulate values by segment, handle times and the people's resolution."""
        self.value = RetentionValue(scenario, self.horizon_months)
        self.average = self.value.churn(-1, 0.0) * self.value.worth(-1, 0.0)
        intents, channels = list(scenario.intents), list(scenario.channels)
        self.stakes = [i.stakes for i in scenario.intents.values()]
        self.handle = [[max(1.0, handle_s(scenario, i, c)) for c in channels] for i in intents]
        self.resolution = [[human_resolution(scenario, i, c) for c in channels] for i in intents]
        self.people = [c.kind in ("live", "asynchronous") for c in scenario.channels.values()]
        self.live = [c.kind == "live" for c in scenario.channels.values()]
        self.staffed_in = [staffed_in_s(scenario, name) for name in channels]
        self.uplift, self.recovery_cost = scenario.recovery.uplift, scenario.recovery.cost

    def entry(self, view: View) -> int:
        """Return people for customers whose value is at risk, else the requested channel."""
        who, loads, target = view.customer, view.loads, self.act.target
        if who is None or loads is None or self.people[target[view.default]]:
            return view.default
        mood = 0.0 if view.profile is None else view.profile.estimated_mood
        risk = self.value.churn(who.segment, mood)
        risk *= self.value.worth(who.segment, who.margin_per_month)
        if risk < self.protect_above * self.average:
            return view.default
        hour = hour_of_week(view.week_s)
        best, most = view.default, 0.0
        for action in view.actions:
            channel = target[action]
            load = loads[channel]
            if not self.live[channel] or not load.open:
                continue
            wait = load.expected_wait_s
            if not load.on_duty:
                wait += self.staffed_in[channel][hour]
            if wait <= self.protect_wait_s and self.resolution[who.intent][channel] > most:
                best, most = action, self.resolution[who.intent][channel]
        return best

    def dispatch(self, view: View) -> int:
        """Return the queue whose head has the largest index."""
        return self.act.first_queue(view, self._rank)

    def _rank(self, c: Candidate) -> tuple[bool, float, float]:
        risk = c.hazard_per_month * self.value.worth(c.segment, c.margin_per_month)
        index = risk * self.stakes[c.intent] / self.handle[c.intent][c.channel]
        return not c.backlog, index * (1 + c.wait_s / self.wait_scale_s), c.wait_s

    def wrap_up(self, view: View) -> int:
        """Return recovery where it pays."""
        who = view.customer
        if who is None or self.act.recover not in view.actions:
            return view.default
        mood = 0.0 if view.profile is None else view.profile.estimated_mood
        saved = self.uplift * self.value.per_mood(who.segment, who.margin_per_month, mood)
        pays = saved >= self.recovery_return * self.recovery_cost
        return self.act.recover if pays else view.default
