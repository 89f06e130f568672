"""The channels of a scenario as flat tables: parallel lists, indexed by channel number."""

from __future__ import annotations

import numpy as np

from sim.behaviour.customers import cumulative
from sim.behaviour.durations import Law, law
from sim.scenario import Scenario
from sim.scenario.parts import DAYS
from sim.scenario.service import Channel
from sim.tables.codes import KEEP, LIVE, SLOT_S
from sim.units import HOUR_S, MINUTE_S, WEEK_S

KINDS = ("live", "automated", "asynchronous", "callback", "outbound")
AT_CLOSING = ("keep", "finish_queue", "send_away")


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
