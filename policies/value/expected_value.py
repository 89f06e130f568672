"""The expected value of serving a contact on a channel: satisfaction in money, less cost."""

from __future__ import annotations

from typing import NamedTuple

from policies.value.firm_figures import (
    by_segment,
    contact_cost,
    handle_s,
    human_resolution,
    patience_s,
    recognition,
    return_probability,
    self_service,
    staffed_in_s,
    wage_per_s,
)
from sim.behaviour import mean_s
from sim.core.rules.book import Book
from sim.scenario import Scenario

LISTS = (
    *("effort", "wait_scale", "slots", "recognition", "bot_cost"),  # by channel
    *("follow", "noticed", "door", "staffed_in"),
    *("human", "handle_s", "cost", "tires", "sale", "self_service"),  # by intent and channel
    *("gain", "saved", "after", "fails", "hurry"),  # by intent; by segment
)


class Weights(NamedTuple):
    """What counts how much: shares of the wage, of others' waiting, of the effort."""

    labour: float
    others: float
    effort: float


class ExpectedValue:
    """What goes into the values of channels for a contact (``sim.core.rules.channel_values``).

    Money relative to a failure without effort or cost. ``gain`` is what a resolution adds to
    satisfaction, including what a failure would lead to; ``saved`` the cost of further attempts
    that it avoids (less their sales).
    """

    def __init__(self, scenario: Scenario, weights: Weights) -> None:
        self.weights = weights
        self._channels(scenario)
        self._people(scenario)
        self._automation(scenario)
        self._after_failure(scenario)

    def _channels(self, scenario: Scenario) -> None:
        rules, channels = scenario.satisfaction, scenario.channels
        effort = self.weights.effort * rules.effort_weight
        self.n = len(channels)
        self.automated = [c.kind == "automated" for c in channels.values()]
        self.effort = [effort * c.effort for c in channels.values()]
        self.wait_effort = effort * rules.wait_weight
        self.abandon_effort = effort * rules.abandon_effort
        self.wait_scale = [rules.wait_scale_s(c.kind) for c in channels.values()]
        self.staffed_in = [staffed_in_s(scenario, name) for name in channels]

    def _people(self, scenario: Scenario) -> None:
        channels, intents = scenario.channels, scenario.intents
        self.human = [
            [human_resolution(scenario, i, c) * (1 - channels[c].no_answer) for c in channels]
            for i in intents
        ]
        self.handle_s = [[handle_s(scenario, i, c) for c in channels] for i in intents]
        self.cost = [
            [
                contact_cost(channels[c], length)
                + self.weights.labour * length * wage_per_s(scenario, c, intents[i].skill)
                for c, length in zip(channels, row, strict=True)
            ]
            for i, row in zip(intents, self.handle_s, strict=True)
        ]
        abandons = scenario.mechanisms.abandonment
        self.tires = [
            [
                1 / max(1.0, patience_s(scenario, intent, name))
                if abandons or c.kind == "asynchronous"
                else 0.0
                for name, c in channels.items()
            ]
            for intent in intents
        ]
        factors = [1 / s.patience_factor for s in scenario.segments.values()]
        self.hurry = by_segment(factors, scenario)
        self.slots = [_mean_slots(scenario, name) for name in channels]

    def _automation(self, scenario: Scenario) -> None:
        channels, index = scenario.channels, {n: c for c, n in enumerate(scenario.channels)}
        cells = [[self_service(scenario, i, c) for c in channels] for i in scenario.intents]
        rows = range(len(scenario.segments) + 1)
        self.self_service = [[[cell[s] for cell in row] for row in cells] for s in rows]
        self.recognition = [recognition(scenario, c.automation) for c in channels.values()]
        lengths = [mean_s(c.automation.duration) if c.automation else 0 for c in channels.values()]
        self.bot_cost = [
            contact_cost(c, s) for c, s in zip(channels.values(), lengths, strict=True)
        ]
        detects = scenario.mechanisms.failure_detection
        self.follow = [-1] * self.n
        self.noticed = [0.0] * self.n
        self.door = [-1] * self.n
        for c, channel in enumerate(channels.values()):
            bot = channel.automation
            if bot and bot.hand_over_to and detects:
                self.follow[c], self.noticed[c] = index[bot.hand_over_to[0]], bot.detection
            if channel.front_door is not None:
                self.door[c] = index[channel.front_door]

    def _after_failure(self, scenario: Scenario) -> None:
        """Value and cost of what follows a failure, by intent.

        With B the probability that the next attempt fails and q that there is one, the sums over
        all further attempts are geometric: value (A + B (1 - q) g) ÷ (1 - B q), cost C ÷ (1 - B q).
        """
        rules, shares = scenario.satisfaction, _shares(scenario)
        sells = scenario.mechanisms.sales
        self.sale = [
            [
                i.sale.probability * i.sale.margin * c.sale_factor * c.margin_factor
                if i.sale and sells
                else 0.0
                for c in scenario.channels.values()
            ]
            for i in scenario.intents.values()
        ]
        again = self.weights.effort * rules.effort_weight * rules.attempt_effort
        self.gain, self.saved, self.after, self.fails = [], [], [], []
        for i, name in enumerate(scenario.intents):
            q = return_probability(scenario, name)
            solved = felt = cost = sold = 0.0
            for c, share in enumerate(shares):
                p, effort, price = self._quiet(i, c)
                solved += share * p
                felt += share * (p * rules.resolved + (1 - p) * rules.unresolved - effort)
                cost += share * price
                sold += share * p * self.sale[i][c]
            fails = 1 - solved
            spread = 1 - fails * q
            value = (felt - again + fails * (1 - q) * rules.given_up) / spread
            after = q * value + (1 - q) * rules.given_up
            self.after.append(after)
            self.fails.append(q * fails)
            self.gain.append(rules.resolved - rules.unresolved - after)
            self.saved.append(q * (cost - sold) / spread)

    def _quiet(self, intent: int, channel: int) -> tuple[float, float, float]:
        """Return (resolution, effort, cost) of a contact of the mean segment without any wait."""
        bot = channel if self.automated[channel] else self.door[channel]
        people = self.follow[channel] if self.automated[channel] else channel
        p, effort, cost, onward = 0.0, 0.0, 0.0, 1.0
        if bot >= 0:
            p = self.self_service[-1][intent][bot]
            effort, cost = self.effort[bot], self.bot_cost[bot]
            onward = (1 - p) * (self.noticed[bot] if self.automated[channel] else 1.0)
        if people >= 0:
            p += onward * self.human[intent][people]
            effort += onward * self.effort[people]
            cost += onward * self.cost[intent][people]
        return p, effort, cost

    def write(self, book: Book) -> int:
        """Add these tables to a book of rules; return their number."""
        return book.add(
            "channel_values",
            others=self.weights.others,
            wait_effort=self.wait_effort,
            abandon_effort=self.abandon_effort,
            **{name: book.figures(getattr(self, name)) for name in LISTS},
        )


def _shares(scenario: Scenario) -> list[float]:
    """Return the shares of channels in the customers' own choices."""
    total = [0.0] * len(scenario.channels)
    for segment in scenario.segments.values():
        chosen = [
            segment.preference.get(name, 0.0) if c.customer_choice else 0.0
            for name, c in scenario.channels.items()
        ]
        for c, weight in enumerate(chosen):
            total[c] += segment.share * weight / (sum(chosen) or 1.0)
    return [x / (sum(total) or 1.0) for x in total]


def _mean_slots(scenario: Scenario, channel: str) -> float:
    teams = [t for t in scenario.teams.values() if channel in t.channels]
    total = sum(t.agents for t in teams)
    return sum(t.agents * t.channels[channel] for t in teams) / total if total else 1.0
