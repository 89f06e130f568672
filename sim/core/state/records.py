"""Journeys, contacts and agents: plain attributes, no behaviour."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.state.codes import NEW


@dataclass(slots=True, eq=False, repr=False)
class Journey:
    """One need of one customer, from its start until resolved, given up or ended by churn."""

    id: int
    customer: int
    segment: int
    intent: int
    seen_intent: int
    need: int
    start_s: float
    draws: list[float]
    attempts: int = 0
    contacts: int = 0
    cancel: bool = False
    contact: Contact | None = None
    effort: float = 0.0
    experience: float = 0.0
    failed_channel: int = -1
    first_channel: int = -1
    human: bool = False
    last_channel: int = -1
    last_row: int = -1
    recovered: bool = False
    token: int = 0


@dataclass(slots=True, eq=False, repr=False)
class Contact:
    """One leg of one attempt on one channel."""

    id: int
    journey: Journey
    requested: int
    channel: int
    start_s: float
    draws: list[float]
    recognised: int
    state: int = NEW
    queue: int = -1
    queued_s: float = -1.0
    answered_s: float = -1.0
    agent: Agent | None = None
    steering: int = 0
    context: int = 0
    front: int = -1
    from_channel: int = -1
    prepared: float = 0.0
    carried: float = 0.0
    others: int = 0
    talk_s: float = 0.0
    search_s: float = 0.0
    wrap_up_s: float = 0.0
    tier: int = 1


@dataclass(slots=True, eq=False, repr=False)
class Agent:
    """One person on one shift."""

    number: int
    team: int
    speed: float
    on_s: float
    off_s: float
    load: int = 0
    channel: int = -1
    idle: bool = False
    leaving: bool = False
    pause_s: float = 0.0
    away_s: float = 0.0  # to be spent away from the desk once the wrap-up is over
    back_s: float = -1.0  # when an agent who is away will be back; -1: at the desk
    break_at: float = -1.0
    break_s: float = 0.0
    busy_s: float = 0.0
    busy_since: float = -1.0
    talk_s: float = 0.0
    search_s: float = 0.0
    wrap_up_s: float = 0.0
    contacts: int = 0
    tired: float = 0.0
    tired_at: float = 0.0
    serving: list[Contact] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False)
class TeamOnDuty:
    """The agents on duty of one team: idle ones, longest idle first, and partly loaded ones."""

    idle: deque[Agent] = field(default_factory=deque)
    partial: list[Agent] = field(default_factory=list)
    agents: list[Agent] = field(default_factory=list)


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
