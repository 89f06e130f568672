"""Rules of thumb with thresholds: deflection, escalation, callback, recovery."""

from __future__ import annotations

from pydantic import Field

from policies.base import Policy
from policies.parameters import LogScaled
from policies.value.firm_figures import resolving
from policies.value.retention_value import RetentionValue
from sim.decisions.view import View
from sim.scenario import Scenario


class Thresholds(Policy):
    """The rules that contact centres use, one threshold each.

    Entry: once the requested live channel's expected wait exceeds ``callback_wait_s`` a callback
    is offered; once it exceeds ``deflect_wait_s``, the digital channel that resolves the intent
    best, if that is at least ``least_resolution``. Escalation: to people if their wait is at most
    ``escalate_wait_s``, or for customers worth at least ``escalate_worth`` whatever the wait; else
    the dialogue goes on. Wrap-up: recovery where the estimated loss (what an unresolved contact's
    mood costs) exceeds ``recovery_loss`` times its cost.
    """

    reads = frozenset({"profile", "loads"})
    deflect_wait_s: float = Field(
        180.0,
        ge=0.0,
        le=3600.0,
        description="expected wait above which digital channels are offered",
    )
    least_resolution: float = Field(
        0.4, ge=0.0, le=1.0, description="resolution that a digital channel must reach"
    )
    callback_wait_s: float = Field(
        300.0, ge=0.0, le=7200.0, description="expected wait above which a callback is offered"
    )
    escalate_wait_s: float = Field(
        300.0,
        ge=0.0,
        le=7200.0,
        description="longest expected wait to which dialogues are handed over",
    )
    escalate_worth: float = Field(
        500.0, ge=0.0, le=1e6, description="customer's worth above which the wait does not matter"
    )
    recovery_loss: LogScaled = Field(
        3.0, ge=0.1, le=20.0, description="estimated loss over cost that earns recovery"
    )
    horizon_months: LogScaled = Field(
        24.0, ge=1.0, le=120.0, description="horizon of a customer's worth"
    )

    def prepare(self, scenario: Scenario) -> None:
        """Tabulate digital channels by intent, callbacks and values."""
        channels = list(scenario.channels.values())
        index = {name: i for i, name in enumerate(scenario.channels)}
        self.live = [c.kind == "live" for c in channels]
        self.callback = {index[c.of]: index[n] for n, c in scenario.channels.items() if c.of}
        digital = [n for n, c in scenario.channels.items() if c.digital or c.kind == "automated"]
        self.digital = resolving(scenario, digital, self.least_resolution)
        self.value = RetentionValue(scenario, self.horizon_months)
        rules = scenario.satisfaction
        gap = rules.initial_expectation - rules.unresolved
        self.loss = [i.stakes * gap for i in scenario.intents.values()]
        self.sensitivity = [s.sensitivity for s in scenario.segments.values()]
        self.sensitivity.append(1.0)
        self.recovery_cost = scenario.recovery.cost

    def entry(self, view: View) -> int:
        """Return a callback or a digital channel when the line is long."""
        who, loads, act = view.customer, view.loads, self.act
        channel = act.target[view.default]
        if who is None or loads is None or not self.live[channel]:
            return view.default
        load = loads[channel]
        if load.open and load.expected_wait_s > self.callback_wait_s and channel in self.callback:
            action = act.entry[self.callback[channel]]
            if action in view.actions:
                return action
        if load.open and load.expected_wait_s <= self.deflect_wait_s:
            return view.default
        for other in self.digital[who.intent]:
            action = act.entry[other]
            busy = loads[other].expected_wait_s if self.live[other] else 0.0
            if action in view.actions and busy < load.expected_wait_s + self.deflect_wait_s:
                return action
        return view.default

    def escalation(self, view: View) -> int:
        """Return people if the wait or the customer allows it, else go on."""
        who, loads, act = view.customer, view.loads, self.act
        reach = [a for a in view.actions if act.target[a] >= 0]
        if who is None or loads is None or not reach:
            return view.default
        best = min(reach, key=lambda a: loads[act.target[a]].expected_wait_s)
        if loads[act.target[best]].expected_wait_s <= self.escalate_wait_s:
            return best
        worth = self.value.worth(who.segment, who.margin_per_month)
        return best if worth >= self.escalate_worth else act.go_on

    def wrap_up(self, view: View) -> int:
        """Return recovery when the estimated loss exceeds its cost."""
        who = view.customer
        if who is None or self.act.recover not in view.actions:
            return view.default
        mood = 0.0 if view.profile is None else view.profile.estimated_mood
        per_mood = self.value.per_mood(who.segment, who.margin_per_month, mood)
        loss = per_mood * self.loss[who.intent] * self.sensitivity[who.segment]
        return self.act.recover if loss > self.recovery_loss * self.recovery_cost else view.default
