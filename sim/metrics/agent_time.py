"""Agents' time as intervals, cut to a window: paid, on a break, busy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.metrics.facts import Columns, Facts, select
from sim.register.register import Register

Floats = npt.NDArray[np.float64]


class Intervals(NamedTuple):
    """Times from ``start_s`` to ``end_s`` of agents of a ``team``, shape (n,) each."""

    team: npt.NDArray[np.int64]
    start_s: Floats
    end_s: Floats

    @property
    def total_s(self) -> float:
        """The sum of their lengths, seconds."""
        return float((self.end_s - self.start_s).sum())

    def of(self, teams: list[int]) -> Intervals:
        """Return those of some teams."""
        mine = np.isin(self.team, teams)
        return Intervals(self.team[mine], self.start_s[mine], self.end_s[mine])


class AgentTime(NamedTuple):
    """What agents are paid for, and what they do in it; each part lies within ``paid``."""

    paid: Intervals
    breaks: Intervals
    busy: Intervals

    @property
    def available_s(self) -> float:
        """Scheduled time, breaks taken out, seconds."""
        return self.paid.total_s - self.breaks.total_s


def agent_time(register: Register, facts: Facts) -> AgentTime:
    """Return the agents' time in the window; what straddles its borders is cut there."""
    breaks = register.columns("breaks")
    return AgentTime(
        paid_time(register, facts),
        _cut(Intervals(breaks["team"], breaks["start_s"], breaks["end_s"]), facts),
        _cut(busy_periods(register.columns("contacts")), facts),
    )


def paid_time(register: Register, facts: Facts) -> Intervals:
    """Return the paid time of shifts in the window."""
    shifts = register.columns("shifts")
    return _cut(Intervals(shifts["team"], shifts["on_s"], shifts["off_s"]), facts)


def busy_periods(contacts: Columns) -> Intervals:
    """Return the times in which agents had at least one contact in hand (talk to wrap-up).

    A contact that found its agent with no ``others`` begins a period, which lasts until the last
    of its contacts ends: time with several at once counts once.
    """
    served = select(contacts, contacts["agent"] >= 0)
    agent, others = served["agent"], served["others"]
    shares = np.zeros(int(agent.max(initial=0)) + 1, dtype=bool)
    shares[agent[others > 0]] = True  # only they can have several in hand, and need sorting
    alone = select(served, ~shares[agent])
    rows = np.flatnonzero(shares[agent])
    # Somebody may still finish one shift in the next: each has periods of its own.
    keys = others, served["answered_s"], served["shift_s"], agent
    rows = rows[np.lexsort([key[rows] for key in keys])]
    first = np.flatnonzero(others[rows] == 0)
    ends = served["end_s"][rows]
    return Intervals(
        np.concatenate((alone["team"], served["team"][rows[first]])),
        np.concatenate((alone["answered_s"], served["answered_s"][rows[first]])),
        np.concatenate((alone["end_s"], np.maximum.reduceat(ends, first) if len(first) else ends)),
    )


def _cut(times: Intervals, facts: Facts) -> Intervals:
    start = np.clip(times.start_s, facts.start_s, facts.end_s)
    end = np.clip(times.end_s, facts.start_s, facts.end_s)
    return Intervals(times.team, start, end)
