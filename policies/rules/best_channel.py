"""The best channel for this customer, now: next-best-action by expected value."""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

from pydantic import Field

from policies.base import ActionValues, Policy
from policies.parameters import LogScaled
from policies.value.expected_value import Case, ExpectedValue, Weights
from policies.value.firm_figures import by_segment, hour_of_week
from policies.value.retention_value import RetentionValue
from sim.decisions.actions import Kind
from sim.decisions.view import CustomerView, View
from sim.scenario import Scenario

_GRID = [NormalDist().inv_cdf((k + 0.5) / 40) for k in range(40)]


class BestChannel(Policy):
    """The channel, hand-over or recovery with the highest expected value for customer and firm.

    Value = satisfaction × what a unit of this customer's mood is worth (value at risk) − cost; see
    ``policies.value.expected_value``. Steering counts its effort, and that customers may refuse:
    with acceptance a, gain = a × (value there − value here − effort of steering) − (1 − a) × effort
    of refusal; nobody is steered for less than ``least_gain``. After a failure: recovery, message
    or offer where it pays, ``treatment_return`` times its cost. A leaver gets the offer whose
    expected saving exceeds its cost the most.
    """

    reads = frozenset({"profile", "loads"})
    horizon_months: LogScaled = Field(
        24.0, ge=1.0, le=120.0, description="horizon of a customer's value"
    )
    satisfaction: float = Field(
        1.0, ge=0.0, le=10.0, description="weight of retention in the value of satisfaction"
    )
    goodwill: float = Field(
        0.5, ge=0.0, le=100.0, description="money per unit of satisfaction beyond retention"
    )
    effort: float = Field(1.0, ge=0.0, le=5.0, description="weight of the customer's effort")
    labour: float = Field(
        0.75, ge=0.0, le=2.0, description="share of the wage that handle time costs"
    )
    others: float = Field(
        0.2, ge=0.0, le=20.0, description="weight of the delay to those already in line"
    )
    least_gain: float = Field(
        0.05, ge=0.0, le=100.0, description="expected gain below which nobody is steered"
    )
    treatment_return: LogScaled = Field(
        8.0, ge=0.1, le=50.0, description="value over cost that a treatment must reach"
    )

    def prepare(self, scenario: Scenario) -> None:
        """Tabulate values, acceptance of steering, and treatments."""
        self.value = RetentionValue(scenario, self.horizon_months)
        self.channels = ExpectedValue(scenario, Weights(self.labour, self.others, self.effort))
        segments, channels = list(scenario.segments.values()), list(scenario.channels.values())
        refusal = scenario.mechanisms.refusal
        follows = [s.steering_acceptance if refusal else 1.0 for s in segments]
        self.accepts = [
            [(1.0 if c.kind == "callback" else follow) * c.acceptance for c in channels]
            for follow in by_segment(follows, scenario)
        ]
        self.sensitivity = by_segment([s.sensitivity for s in segments], scenario)
        self.stakes = [i.stakes for i in scenario.intents.values()]
        weight = self.effort * scenario.satisfaction.effort_weight
        self.steered = weight * scenario.choice.effort_of_steering
        self.refused = weight * scenario.choice.effort_of_refusal
        self.retry = [c.automation.retry_factor if c.automation else 0.0 for c in channels]
        self._treatments(scenario)
        self._money: dict[int, Callable[[View, CustomerView], ActionValues]] = {
            Kind.ENTRY: self._entry,
            Kind.ESCALATION: self._escalation,
            Kind.WRAP_UP: self._wrap_up,
            Kind.CANCEL: self._cancel,
        }

    def _treatments(self, scenario: Scenario) -> None:
        rules = scenario.recovery
        self.uplift, self.message_uplift = rules.uplift, rules.message_uplift
        self.recovery_cost, self.double_failure = rules.cost, rules.double_failure
        outbound = next((n for n, c in scenario.channels.items() if c.kind == "outbound"), None)
        self.message_cost = scenario.channels[outbound].cost_per_contact if outbound else 0.0
        self.prevents = [i.resolution.get(outbound or "", 0.0) for i in scenario.intents.values()]
        responses = [s.offer_response for s in scenario.segments.values()]
        # By offer and segment: (mean effect, probability that a call to leave is saved, cost).
        self.offers: list[list[tuple[float, float, float]]] = []
        self.offer_terms = [(offer.strength, offer.cost) for offer in scenario.offers.values()]
        for offer in scenario.offers.values():
            rows = []
            for mean in by_segment(responses, scenario):
                response = [mean + offer.response_sd * z for z in _GRID]
                saved = sum(max(0.0, min(1.0, offer.strength * r)) for r in response) / len(_GRID)
                taken = sum(r > 0 for r in response) / len(_GRID)
                rows.append((offer.strength * mean, saved, offer.cost * taken))
            self.offers.append(rows)

    # -- what a unit of mood is worth ---------------------------------------------------------

    def per_mood(self, view: View, who: CustomerView) -> float:
        """Return the money that one unit of this customer's mood is worth."""
        mood = 0.0 if view.profile is None else view.profile.estimated_mood
        kept = self.value.per_mood(who.segment, who.margin_per_month, mood)
        return self.satisfaction * kept + self.goodwill

    def case(self, view: View, who: CustomerView) -> Case:
        """Return the contact as the channels' values see it."""
        tables, i = self.channels, who.intent
        return Case(
            who.segment,
            i,
            self.per_mood(view, who) * self.sensitivity[who.segment] * self.stakes[i],
            hour_of_week(view.week_s),
            view.loads or (),
            tables.human[i],
            tables.self_service[who.segment][i],
            {},
        )

    # -- decisions ----------------------------------------------------------------------------

    def entry(self, view: View) -> int:
        """Return the channel with the largest expected gain over the customer's choice."""
        return self._best(view, view.default, self.least_gain)

    def escalation(self, view: View) -> int:
        """Return the hand-over worth most, or another try."""
        return self._best(view, self.act.go_on)

    def wrap_up(self, view: View) -> int:
        """Return the treatment that pays most, if any does."""
        return self._best(view, view.default)

    def cancel(self, view: View) -> int:
        """Return the offer whose expected saving most exceeds its cost, or release."""
        return self._best(view, view.default)

    def _best(self, view: View, usual: int, least_gain: float = 0.0) -> int:
        """Return the action worth most, the usual one unless another is worth enough more."""
        who = view.customer
        if who is None:
            return view.default
        money = self._money[view.kind](view, who).money
        best, most = usual, least_gain
        if usual in view.actions:
            most += money[view.actions.index(usual)]
        for action, value in zip(view.actions, money, strict=True):
            if value > most and action != usual:
                best, most = action, value
        return best

    def action_values(self, view: View) -> ActionValues | None:
        """Return the expected values that decide; None where no single customer is concerned."""
        valued = self._money.get(view.kind)
        return None if valued is None or view.customer is None else valued(view, view.customer)

    def _entry(self, view: View, who: CustomerView) -> ActionValues:
        """Value channels by their expected gain over the customer's choice."""
        target, default = self.act.target, view.default
        case, accepts = self.case(view, who), self.accepts[who.segment]
        here = self.channels.of(target[default], case)
        money = []
        for action in view.actions:
            if action == default:
                money.append(0.0)
                continue
            a = accepts[target[action]]
            there = self.channels.of(target[action], case) - case.unit * self.steered
            money.append(a * (there - here) - (1 - a) * case.unit * self.refused)
        return ActionValues(money, case.unit)

    def _escalation(self, view: View, who: CustomerView) -> ActionValues:
        """Value hand-overs by what people can do, and going on by another try of the bot."""
        case, i, act = self.case(view, who), who.intent, self.act
        again = case.automated[who.channel] * self.retry[who.channel]
        again *= case.unit * self.channels.gain[i] + self.channels.saved[i]
        money = []
        for action in view.actions:
            channel = act.target[action]
            if channel >= 0:
                money.append(self.channels.people(channel, case))
            else:
                money.append(again if action == act.go_on else min(0.0, again))
        return ActionValues(money, case.unit)

    def _wrap_up(self, view: View, who: CustomerView) -> ActionValues:
        mood = self.per_mood(view, who)
        return ActionValues([self._treatment(view, who, a, mood) for a in view.actions], mood)

    def _cancel(self, view: View, who: CustomerView) -> ActionValues:
        """Value offers by the expected saving of the customer's worth."""
        worth = self.value.worth(who.segment, who.margin_per_month)
        money = []
        for action in view.actions:
            if self.act.verb[action] == "offer":
                _, saved, cost = self.offer(view, who, action)
                money.append(saved * worth - self.treatment_return * cost)
            else:
                money.append(0.0)
        return ActionValues(money, worth)

    def offer(self, view: View, who: CustomerView, action: int) -> tuple[float, float, float]:
        """Return an offer's mean effect on mood, its chance to save a leaver, and its cost."""
        return self.offers[self.act.target[action]][who.segment]

    def _treatment(self, view: View, who: CustomerView, action: int, mood: float) -> float:
        i, tables, verb = who.intent, self.channels, self.act.verb[action]
        if verb == "recover":
            uplift = self.uplift - tables.fails[i] * self.double_failure
            return mood * uplift - self.treatment_return * self.recovery_cost
        if verb == "message":
            unit = mood * self.sensitivity[who.segment] * self.stakes[i]
            spared = max(0.0, -unit * tables.after[i] + tables.saved[i])
            value = mood * self.message_uplift + self.prevents[i] * spared
            return value - self.treatment_return * self.message_cost
        if verb == "offer":
            effect, _, cost = self.offer(view, who, action)
            return mood * effect - self.treatment_return * cost
        return 0.0
