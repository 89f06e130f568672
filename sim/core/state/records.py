"""Journeys, contacts and agents: plain attributes, no behaviour."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.state.codes import NEW


class Journey:
    """One need of one customer, from its start until resolved, given up or ended by churn."""

    __slots__ = (
        "attempts",
        "cancel",
        "contact",
        "contacts",
        "customer",
        "draws",
        "effort",
        "experience",
        "failed_channel",
        "first_channel",
        "human",
        "id",
        "intent",
        "last_channel",
        "last_row",
        "need",
        "recovered",
        "seen_intent",
        "segment",
        "start_s",
        "token",
    )

    def __init__(
        self,
        id: int,
        customer: int,
        segment: int,
        intent: int,
        need: int,
        start_s: float,
        draws: list[float],
    ) -> None:
        self.id = id
        self.customer = customer
        self.segment = segment
        self.intent = intent
        self.seen_intent = intent
        self.need = need
        self.start_s = start_s
        self.draws = draws
        self.attempts = 0
        self.contacts = 0
        self.cancel = False
        self.contact: Contact | None = None
        self.effort = 0.0
        self.experience = 0.0
        self.failed_channel = -1
        self.first_channel = -1
        self.human = False
        self.last_channel = -1
        self.last_row = -1
        self.recovered = False
        self.token = 0


class Contact:
    """One leg of one attempt on one channel."""

    __slots__ = (
        "agent",
        "answered_s",
        "carried",
        "channel",
        "context",
        "draws",
        "from_channel",
        "front",
        "id",
        "journey",
        "others",
        "prepared",
        "queue",
        "queued_s",
        "recognised",
        "requested",
        "search_s",
        "start_s",
        "state",
        "steering",
        "talk_s",
        "tier",
        "wrap_up_s",
    )

    def __init__(self, id: int, journey: Journey, requested: int, start_s: float) -> None:
        self.id = id
        self.journey = journey
        self.requested = requested
        self.channel = requested
        self.start_s = start_s
        self.draws = journey.draws
        self.state = NEW
        self.queue = -1
        self.queued_s = -1.0
        self.answered_s = -1.0
        self.agent: Agent | None = None
        self.recognised = journey.intent
        self.steering = 0
        self.context = 0
        self.front = -1
        self.from_channel = -1
        self.prepared = 0.0
        self.carried = 0.0
        self.others = 0
        self.talk_s = 0.0
        self.search_s = 0.0
        self.wrap_up_s = 0.0
        self.tier = 1


class Agent:
    """One person on one shift."""

    __slots__ = (
        "away_s",
        "back_s",
        "break_at",
        "break_s",
        "busy_s",
        "busy_since",
        "channel",
        "contacts",
        "idle",
        "leaving",
        "load",
        "number",
        "off_s",
        "on_s",
        "pause_s",
        "search_s",
        "serving",
        "speed",
        "talk_s",
        "team",
        "tired",
        "tired_at",
        "wrap_up_s",
    )

    def __init__(self, number: int, team: int, speed: float, on_s: float, off_s: float) -> None:
        self.number = number
        self.team = team
        self.speed = speed
        self.on_s = on_s
        self.off_s = off_s
        self.load = 0
        self.channel = -1
        self.idle = False
        self.leaving = False
        self.pause_s = 0.0
        self.away_s = 0.0  # to be spent away from the desk once the wrap-up is over
        self.back_s = -1.0  # when an agent who is away will be back; -1: at the desk
        self.break_at = -1.0
        self.break_s = 0.0
        self.busy_s = 0.0
        self.busy_since = -1.0
        self.talk_s = 0.0
        self.search_s = 0.0
        self.wrap_up_s = 0.0
        self.contacts = 0
        self.tired = 0.0
        self.tired_at = on_s
        self.serving: list[Contact] = []


class TeamOnDuty:
    """The agents on duty of one team: idle ones, longest idle first, and partly loaded ones."""

    __slots__ = ("agents", "idle", "partial")

    def __init__(self) -> None:
        self.idle: deque[Agent] = deque()
        self.partial: list[Agent] = []
        self.agents: list[Agent] = []


class Trace(NamedTuple):
    """Needs at given times, instead of drawn ones (a log replayed).

    ``segment`` holds each customer's segment; without it segments are drawn by their shares.
    """

    time_s: npt.NDArray[np.float64]
    customer: npt.NDArray[np.int64]
    intent: npt.NDArray[np.int64]
    segment: npt.NDArray[np.int64] | None = None


class DutyPeriod(NamedTuple):
    """One agent's time on duty, instead of the scenario's shifts.

    ``speed`` is the agent's service time relative to the average (0: drawn by the team's law).
    """

    agent: int
    team: int
    on_s: float
    off_s: float
    speed: float = 0.0
