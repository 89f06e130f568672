"""A scenario as flat tables of numbers for the hot path; built once, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import numpy as np
from pydantic import BaseModel

from sim.behaviour.agents import boosted
from sim.behaviour.customers import channel_weights, cumulative
from sim.behaviour.durations import Law, law
from sim.decisions.actions import Kind, action_table, queue_names
from sim.errors import InputError
from sim.scenario import Scenario
from sim.scenario.parts import DAYS
from sim.scenario.service import Channel, Regime
from sim.units import DAYS_PER_YEAR, HOUR_S, MINUTE_S, WEEK_S, YEAR_S

LIVE, AUTOMATED, ASYNCHRONOUS, CALLBACK, OUTBOUND = range(5)
KINDS = ("live", "automated", "asynchronous", "callback", "outbound")
KEEP, FINISH_QUEUE, SEND_AWAY = range(3)
AT_CLOSING = ("keep", "finish_queue", "send_away")
SLOT_S = 300.0
SKILL_BINS = 10
CODE = np.int16
"""How names are stored where there is one for each customer, as their place in the scenario."""
MOST_NAMES = int(np.iinfo(CODE).max)


Model = TypeVar("Model", bound=BaseModel)


class _Plain:
    """The values of a model, without pydantic's attribute hooks (ten times the time to read)."""


def plain(model: Model) -> Model:
    """Return a model's values as plain attributes, for the hot path."""
    copy = _Plain()
    for name, value in model:
        setattr(copy, name, value)
    return cast(Model, copy)


def check_widths(numbers: Mapping[str, int]) -> None:
    """Refuse more names in a section than a code can tell apart; beyond, codes would wrap around.

    Raises:
        InputError: names the section.
    """
    for section, number in numbers.items():
        if number > MOST_NAMES:
            raise InputError(f"{section}: must not be more than {MOST_NAMES:,}; got {number:,}")


class ChannelTable:
    """The channels as parallel lists, indexed by channel number."""

    def __init__(self, scenario: Scenario, enabled: frozenset[str]) -> None:
        channels = list(scenario.channels.values())
        index = {name: i for i, name in enumerate(scenario.channels)}
        rules = scenario.satisfaction
        off = scenario.mechanisms
        self.names = list(scenario.channels)
        self.index = index
        self.n = len(channels)
        self.kind = [KINDS.index(c.kind) for c in channels]
        self.enabled = [name in enabled for name in self.names]
        self.digital = [c.digital for c in channels]
        self.open_slots = [_slots(c) for c in channels]
        self.pattern = _patterns(self.open_slots)
        self.closings = [
            _closings(slots) if slots is not None and kind == LIVE else ()
            for slots, kind in zip(self.open_slots, self.kind, strict=True)
        ]
        self.at_closing = [
            AT_CLOSING.index(c.at_closing) if times else KEEP
            for c, times in zip(channels, self.closings, strict=True)
        ]
        self.patience: list[Law] = [law(c.patience) for c in channels]
        self.talk_factor = [c.talk_factor for c in channels]
        self.wrap_up: list[Law] = [law(c.wrap_up) for c in channels]
        self.unhurried: list[Law | None] = [
            law(c.unhurried_wrap_up) if c.unhurried_wrap_up else None for c in channels
        ]
        self.answer_delay = [law(c.answer_delay) if c.answer_delay else None for c in channels]
        self.slowdown = [c.concurrency_slowdown for c in channels]
        self.acceptance = [c.acceptance if off.refusal else 1.0 for c in channels]
        self.no_answer = [c.no_answer for c in channels]
        self.overflow_after = [
            c.overflow_after_s if off.overflow and c.overflow_after_s is not None else -1.0
            for c in channels
        ]
        self.effort = [c.effort for c in channels]
        self.wait_scale = [rules.wait_scale_s(c.kind) for c in channels]
        self.tone = [c.tone if off.tone else 0.0 for c in channels]
        self.sale_factor = [c.sale_factor for c in channels]
        self.margin_factor = [c.margin_factor for c in channels]
        self.cost = [c.cost_per_contact for c in channels]
        self.cost_per_s = [c.cost_per_minute / MINUTE_S for c in channels]
        self.of = [index[c.of] if c.of else -1 for c in channels]
        self.front_door = [
            index[c.front_door] if c.front_door and c.front_door in enabled else -1
            for c in channels
        ]
        self.chosen = [
            on and c.customer_choice and c.kind not in ("outbound", "callback")
            for c, on in zip(channels, self.enabled, strict=True)
        ]
        self.outbound = next(
            (i for i, c in enumerate(channels) if c.kind == "outbound" and self.enabled[i]), -1
        )
        self._automation(scenario, channels)

    def _automation(self, scenario: Scenario, channels: list[Channel]) -> None:
        n = len(scenario.intents)
        names = list(scenario.intents)
        self.auto_time: list[Law | None] = []
        self.detection: list[float] = []
        self.preparation: list[float] = []
        self.retry_factor: list[float] = []
        self.hand_over: list[list[int]] = []
        self.confusion: list[list[list[float]]] = []
        for channel in channels:
            bot = channel.automation
            self.auto_time.append(law(bot.duration) if bot else None)
            self.detection.append(
                bot.detection if bot and scenario.mechanisms.failure_detection else 0.0
            )
            self.preparation.append(bot.preparation if bot else 0.0)
            self.retry_factor.append(bot.retry_factor if bot else 0.0)
            self.hand_over.append(
                [self.index[t] for t in bot.hand_over_to if self.enabled[self.index[t]]]
                if bot
                else []
            )
            accuracy = bot.recognition if bot and scenario.mechanisms.confusion else 1.0
            self.confusion.append(
                [confusion_row(names, i, accuracy, bot.confusion if bot else {}) for i in range(n)]
            )

    def is_open(self, channel: int, week_s: float) -> bool:
        """Return whether the channel is open at a time of the week (seconds since Monday 0:00)."""
        slots = self.open_slots[channel]
        return slots is None or slots[int(week_s / SLOT_S)] == 1

    def next_opening(self, channel: int, week_s: float) -> float:
        """Return the seconds until the channel opens (0 if open)."""
        slots = self.open_slots[channel]
        first = int(week_s / SLOT_S)
        if slots is None or slots[first]:
            return 0.0
        for ahead in range(1, len(slots) + 1):
            if slots[(first + ahead) % len(slots)]:
                return (first + ahead) * SLOT_S - week_s
        return WEEK_S

    def open_for(self, channel: int, week_s: float) -> float:
        """Return the seconds that the channel stays open from a time of the week on."""
        slots = self.open_slots[channel]
        if slots is None:
            return WEEK_S
        first = round(week_s / SLOT_S)
        for ahead in range(len(slots)):
            if not slots[(first + ahead) % len(slots)]:
                return ahead * SLOT_S
        return WEEK_S


def confusion_row(
    names: list[str], true: int, accuracy: float, confusion: dict[str, dict[str, float]]
) -> list[float]:
    """Return the cumulative probabilities that intent ``true`` is recognised as each intent."""
    n = len(names)
    if n == 1 or accuracy >= 1:
        return cumulative([1.0 if j == true else 0.0 for j in range(n)])
    weights = dict(confusion.get(names[true], {}))
    weights.pop(names[true], None)
    if not sum(weights.values()):
        weights = {name: 1.0 for j, name in enumerate(names) if j != true}
    total = sum(weights.values())
    return cumulative(
        [
            accuracy if j == true else (1 - accuracy) * weights.get(name, 0.0) / total
            for j, name in enumerate(names)
        ]
    )


def _slots(channel: Channel) -> bytes | None:
    if channel.hours is None:
        return None
    slots = np.zeros(int(WEEK_S / SLOT_S), dtype=np.uint8)
    for opening in channel.hours:
        for day in opening.days:
            start = DAYS.index(day) * 24.0
            first = round((start + opening.open_h) * HOUR_S / SLOT_S)
            last = round((start + opening.until_h) * HOUR_S / SLOT_S)
            slots[np.arange(first, last) % len(slots)] = 1  # Sunday night runs into Monday
    return slots.tobytes()


def _closings(slots: bytes) -> tuple[float, ...]:
    """Return when an open channel closes, seconds since Monday 0:00."""
    ends = (i for i, is_open in enumerate(slots) if slots[i - 1] and not is_open)
    return tuple(i * SLOT_S for i in ends)


def _patterns(open_slots: list[bytes | None]) -> list[int]:
    """Return, for each slot of the week, the number of its pattern of open channels."""
    kept = [slots for slots in open_slots if slots is not None]
    numbers: dict[tuple[int, ...], int] = {}
    return [
        numbers.setdefault(tuple(slots[i] for slots in kept), len(numbers))
        for i in range(int(WEEK_S / SLOT_S))
    ]


class QueueTable:
    """The queues, (channel, skill, tier), and which teams serve them."""

    def __init__(self, scenario: Scenario, channels: ChannelTable) -> None:
        self.names = queue_names(scenario)
        self.skills = sorted({intent.skill for intent in scenario.intents.values()})
        self.n = len(self.names)
        self.index = {name: q for q, name in enumerate(self.names)}
        self.channel = [channels.index[c] for c, _, _ in self.names]
        self.backlog = [channels.kind[c] == ASYNCHRONOUS for c in self.channel]
        self.teams: list[list[int]] = []
        self.overflow_teams: list[list[int]] = []
        teams = list(scenario.teams.values())
        for channel, skill, tier in self.names:
            able = [
                t
                for t, team in enumerate(teams)
                if channel in team.channels and skill in team.skills
            ]
            fitting = [t for t in able if teams[t].tier == tier] or able
            # The most specialised team first, so that generalists stay free for the rest.
            fitting.sort(key=lambda t: (len(teams[t].skills) * len(teams[t].channels), t))
            self.teams.append(fitting)
            self.overflow_teams.append(
                [
                    t
                    for t, team in enumerate(teams)
                    if team.overflow and channel in team.channels and t not in fitting
                ]
                if channels.overflow_after[channels.index[channel]] >= 0
                else []
            )

    def of(self, channel: int, skill: int, tier: int, names: list[str]) -> int:
        """Return the queue of a channel, skill and tier (tier 1 where there is no tier 2)."""
        key = (names[channel], self.skills[skill], tier)
        return self.index.get(key, self.index.get((key[0], key[1], 1), -1))


class TeamTable:
    """The teams as parallel lists."""

    def __init__(self, scenario: Scenario, channels: ChannelTable, queues: QueueTable) -> None:
        teams = list(scenario.teams.values())
        self.names = list(scenario.teams)
        self.n = len(teams)
        self.tier = [t.tier for t in teams]
        self.wage_per_s = [t.wage_per_h / HOUR_S for t in teams]
        self.skills = [{queues.skills.index(s) for s in t.skills} for t in teams]
        self.slots = [[t.channels.get(name, 0) for name in channels.names] for t in teams]
        self.multi = [any(n > 1 for n in t.channels.values()) for t in teams]
        self.proficiency_sd = [
            t.proficiency_sd if scenario.mechanisms.proficiency else 0.0 for t in teams
        ]
        self.boost = [t.resolution_boost for t in teams]
        self.reserve = [t.backlog_reserve for t in teams]
        self.queues = [[q for q in range(queues.n) if t in queues.teams[q]] for t in range(self.n)]
        self.overflow_queues = [
            [q for q in range(queues.n) if t in queues.overflow_teams[q]] for t in range(self.n)
        ]


class Compiled:
    """Everything the world reads of a scenario under a regime."""

    def __init__(
        self, scenario: Scenario, regime: Regime, channels: frozenset[str] | None = None
    ) -> None:
        sections = ("segments", "intents", "channels", "teams", "offers")
        check_widths({section: len(getattr(scenario, section)) for section in sections})
        self.scenario = scenario
        self.regime = plain(regime)
        self.on = plain(scenario.mechanisms)
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
        accuracy = self.regime.intent_accuracy
        self.sight = [
            confusion_row(self.intent_names, i, accuracy, {}) for i in range(self.n_intents)
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


def needs_rates(scenario: Scenario) -> tuple[Any, Any]:
    """Return (needs per customer and day, cumulative intent shares), both by segment."""
    monthly = np.array([i.needs_per_month for i in scenario.intents.values()])
    rates, shares = [], []
    for segment in scenario.segments.values():
        factors = [segment.intent_factor.get(name, 1.0) for name in scenario.intents]
        wanted = monthly * factors
        total = float(wanted.sum())
        rates.append(segment.needs_factor * total * 12 / DAYS_PER_YEAR)
        shares.append(cumulative(wanted.tolist()) if total > 0 else [1.0] * len(wanted))
    return np.array(rates), np.array(shares)
