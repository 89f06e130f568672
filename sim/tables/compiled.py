"""A scenario as flat tables of numbers; built once, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.behaviour.agents import boosted
from sim.behaviour.customers import channel_weights, cumulative
from sim.behaviour.durations import Law, law
from sim.behaviour.spreads import Spreads
from sim.decisions.actions import Kind, action_table
from sim.errors import InputError
from sim.scenario import Scenario
from sim.scenario.knowledge import Regime
from sim.tables.channels import ChannelTable
from sim.tables.codes import LIVE
from sim.tables.concerns import ConcernTable
from sim.tables.queues import QueueTable, TeamTable
from sim.units import DAYS_PER_YEAR, YEAR_S

SKILL_BINS = 10
MOST_NAMES = 32_767  # in a section, so that the number of a pair of them fits into 32 bits


def check_widths(numbers: Mapping[str, int]) -> None:
    """Refuse more names in a section than the core can number.

    Raises:
        InputError: names the section.
    """
    for section, number in numbers.items():
        if number > MOST_NAMES:
            raise InputError(f"{section}: must not be more than {MOST_NAMES:,}; got {number:,}")


class Compiled:
    """Everything the world reads of a scenario under a regime."""

    def __init__(
        self, scenario: Scenario, regime: Regime, channels: frozenset[str] | None = None
    ) -> None:
        sections = ("segments", "intents", "channels", "teams", "offers")
        check_widths({section: len(getattr(scenario, section)) for section in sections})
        check_widths({"concerns.kinds": len(scenario.concerns.kinds)})
        self.scenario = scenario
        self.regime = regime
        self.on = scenario.mechanisms
        self.spreads = Spreads(scenario)
        enabled = frozenset(scenario.channels) if channels is None else channels
        self.channels = ChannelTable(scenario, enabled)
        self.queues = QueueTable(scenario, self.channels)
        self.teams = TeamTable(scenario, self.channels, self.queues)
        self.actions = action_table(scenario)
        check_widths({"queues": self.queues.n, "actions": len(self.actions)})
        self.action_of = {(a.kind, a.verb, a.target): a.id for a in self.actions}
        self.entry_action = [
            self.action_of.get((Kind.ENTRY, "channel", c), -1) for c in range(self.channels.n)
        ]
        self.discount_per_s = scenario.money.discount_per_year / YEAR_S
        self._intents(scenario)
        self._segments(scenario)
        self._preferences(scenario)
        self.concerns = ConcernTable(scenario)
        self.search: Law = law(scenario.agent_desktop.search)
        self.search_factor = scenario.agent_desktop.search_left if self.on.search else 0.0
        self.talk_cut = scenario.agent_desktop.talk_left

    def _intents(self, scenario: Scenario) -> None:
        intents = list(scenario.intents.values())
        self.intent_names = list(scenario.intents)
        self.n_intents = len(intents)
        self.skill = [self.queues.skills.index(i.skill) for i in intents]
        self.urgency = [i.urgency for i in intents]
        self.complexity = [i.complexity for i in intents]
        self.stakes = [i.stakes for i in intents]
        self.talk: list[Law] = [law(i.talk_s) for i in intents]
        self.resolution = [
            [i.resolution.get(name, 0.0) for name in self.channels.names] for i in intents
        ]
        self.patience = [
            [law(i.patience) if i.patience and kind == LIVE else of_channel for i in intents]
            for kind, of_channel in zip(self.channels.kind, self.channels.patience, strict=True)
        ]
        self.people_resolve = [
            [self._by_people(row, boost) for row in self.resolution] for boost in self.teams.boost
        ]
        self.sale = [(i.sale.probability, i.sale.margin) if i.sale else None for i in intents]
        self.queue_of = [
            [
                [self.queues.of(c, self.skill[i], tier, self.channels.names) for tier in (1, 2)]
                for i in range(self.n_intents)
            ]
            for c in range(self.channels.n)
        ]

    def _by_people(self, row: list[float], boost: float) -> list[float]:
        """Return by channel how often a team with a boost resolves an intent.

        A callback without a figure of its own resolves as the channel that it relieves.
        """
        whole = [
            row[of] if p <= 0 and of >= 0 else p
            for p, of in zip(row, self.channels.of, strict=True)
        ]
        return [boosted(p, boost) for p in whole]

    def _segments(self, scenario: Scenario) -> None:
        segments = list(scenario.segments.values())
        self.segment_names = list(scenario.segments)
        self.steering_acceptance = [
            s.steering_acceptance if self.on.refusal else 1.0 for s in segments
        ]
        self.sensitivity = [s.sensitivity for s in segments]
        self.mood_weight = [[s.sensitivity * stakes for stakes in self.stakes] for s in segments]
        self.offer_response = [s.offer_response for s in segments]
        intents = list(scenario.intents.values())
        self.priority = [[s.priority + i.priority for i in intents] for s in segments]
        self.patience_factor = [
            [s.patience_factor * i.patience_factor for i in scenario.intents.values()]
            for s in segments
        ]

    def _preferences(self, scenario: Scenario) -> None:
        """Tabulate channel weights by segment, intent and bin of digital skill."""
        names = self.channels.names
        self.weights: list[list[list[list[float]]]] = []
        self.cumulative: list[list[list[list[float]]]] = []
        for segment in scenario.segments.values():
            preference = [
                segment.preference.get(n, 0.0) if chosen else 0.0
                for n, chosen in zip(names, self.channels.chosen, strict=True)
            ]
            rows = [
                [
                    _fallback(
                        channel_weights(
                            preference,
                            [intent.preference.get(n, 1.0) for n in names],
                            self.channels.digital,
                            (b + 0.5) / SKILL_BINS,
                            scenario.choice.skill_weight,
                        ),
                        self.channels.chosen,
                    )
                    for b in range(SKILL_BINS)
                ]
                for intent in scenario.intents.values()
            ]
            self.weights.append(rows)
            self.cumulative.append([[cumulative(w) for w in row] for row in rows])


def _fallback(weights: list[float], chosen: list[bool]) -> list[float]:
    """Where a strategy has closed all preferred channels, customers spread over the others."""
    return weights if sum(weights) > 0 else [1.0 if c else 0.0 for c in chosen]


def concern_shares(compiled: Compiled) -> Any:
    """Return cumulative intent shares, shape (segments × concerns, intents)."""
    rows = []
    for wanted in _wanted(compiled.scenario):
        total = float(wanted.sum())
        if total > 0:
            rows += [cumulative(row.tolist()) for row in compiled.concerns.needs_of(wanted / total)]
        else:
            rows += [[1.0] * len(wanted)] * compiled.concerns.n
    return np.array(rows)


def _wanted(scenario: Scenario) -> list[Any]:
    """Return the needs a month by intent, for each segment."""
    monthly = np.array([i.needs_per_month for i in scenario.intents.values()])
    return [
        monthly * [segment.intent_factor.get(name, 1.0) for name in scenario.intents]
        for segment in scenario.segments.values()
    ]


def needs_rates(scenario: Scenario) -> tuple[Any, Any]:
    """Return (needs per customer and day, cumulative intent shares), both by segment."""
    rates, shares = [], []
    for segment, wanted in zip(scenario.segments.values(), _wanted(scenario), strict=True):
        total = float(wanted.sum())
        rates.append(segment.needs_factor * total * 12 / DAYS_PER_YEAR)
        shares.append(cumulative(wanted.tolist()) if total > 0 else [1.0] * len(wanted))
    return np.array(rates), np.array(shares)
