"""A small reference simulator of one day of a call centre: G/G/n+G with duties, skills, priorities.

It shares no code with `sim`, so that the two can be checked against each other.
"""

import heapq
from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from experiments.calibration.staff.agents import ObservedDuty

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller offered to the agents, with the luck drawn for this call.

    `rank` orders classes of callers strictly (0 first); within one, the queue is first-come by
    `offered_s - head_start_s`. `service_s` is for an agent of average speed.
    """

    kind: str
    offered_s: float
    rank: int
    head_start_s: float
    patience_s: float
    service_s: float


@dataclass(frozen=True, slots=True)
class DayResult:
    """Waits of one simulated day, one entry per caller in the order given; shape (callers,)."""

    wait_s: Floats
    abandoned: npt.NDArray[np.bool_]
    duty: npt.NDArray[np.int64]  # number of the duty period that served the caller; -1: nobody
    busy_s: float


ARRIVE, FREE, DONE = 0, 1, 2


class _Day:
    """State of the day: who waits, who is idle, who is signed on."""

    def __init__(
        self,
        callers: Sequence[Caller],
        duties: Sequence[ObservedDuty],
        skills: Sequence[frozenset[str]],
        speeds: Sequence[float],
        gaps_s: tuple[Floats, Floats],
        delays_s: Floats | None,
    ) -> None:
        self.callers, self.duties, self.skills, self.speeds = callers, duties, skills, speeds
        self.gaps, self.next_gap = gaps_s, 0
        self.delays, self.next_delay = delays_s, 0
        self.free_at = {j: s.on_s for j, s in enumerate(duties)}  # of those not available yet
        self.off_guard: set[int] = set()  # those of them who left with nobody waiting
        self.waiting: list[tuple[int, float, int]] = []  # sorted by rank and offer less head start
        self.idle: list[int] = []  # duty period numbers, longest idle first
        self.wait = np.zeros(len(callers))
        self.abandoned = np.zeros(len(callers), dtype=bool)
        self.duty = np.full(len(callers), -1)
        self.busy = 0.0
        self.events: list[tuple[float, int, int]] = [
            (c.offered_s, ARRIVE, i) for i, c in enumerate(callers)
        ] + [(s.on_s, FREE, j) for j, s in enumerate(duties)]
        heapq.heapify(self.events)

    def serve(self, now: float, i: int, j: int) -> None:
        caller = self.callers[i]
        self.wait[i] = now - caller.offered_s
        self.duty[i] = j
        service = caller.service_s * self.speeds[j]
        self.busy += service
        heapq.heappush(self.events, (now + service, DONE, j))

    def done(self, now: float, j: int) -> None:
        """A service ends: the agent is away for a while, shorter when callers wait."""
        waiting = self.queue_for(now, j)
        pool = self.gaps[1 if waiting else 0]
        self.next_gap += 1
        self.back(now + float(pool[self.next_gap % len(pool)]), j)
        if not waiting:
            self.off_guard.add(j)

    def back(self, at: float, j: int) -> None:
        self.free_at[j] = at
        heapq.heappush(self.events, (at, FREE, j))

    def call_back(self, now: float, kind: str) -> None:
        """A caller has to wait: agents who left with nobody waiting answer after a delay."""
        if self.delays is None:
            return
        for j in self.off_guard:
            if kind in self.skills[j]:
                self.next_delay += 1
                at = now + float(self.delays[self.next_delay % len(self.delays)])
                if at < self.free_at[j]:
                    self.back(at, j)

    def queue_for(self, now: float, j: int) -> bool:
        """Whether a caller whom this agent can serve is waiting."""
        mine = self.skills[j]
        return any(
            c.kind in mine and c.offered_s + c.patience_s > now
            for c in (self.callers[entry[2]] for entry in self.waiting)
        )

    def arrive(self, now: float, i: int) -> None:
        caller = self.callers[i]
        self.idle = [j for j in self.idle if now <= self.duties[j].off_s]
        able = [j for j in self.idle if caller.kind in self.skills[j]]
        if able:
            j = able[0]
            self.idle.remove(j)
            self.serve(now, i, j)
        else:
            insort(self.waiting, (caller.rank, now - caller.head_start_s, i))
            self.call_back(now, caller.kind)

    def free(self, now: float, j: int) -> None:
        if self.free_at.get(j) != now:
            return  # called back before
        del self.free_at[j]
        self.off_guard.discard(j)
        if now > self.duties[j].off_s:
            return
        for entry in self.waiting.copy():
            caller = self.callers[entry[2]]
            if caller.offered_s + caller.patience_s <= now:
                self.waiting.remove(entry)
                self.leave(entry[2])
            elif caller.kind in self.skills[j]:
                self.waiting.remove(entry)
                self.serve(now, entry[2], j)
                return
        self.idle.append(j)

    def leave(self, i: int) -> None:
        self.abandoned[i] = True
        self.wait[i] = self.callers[i].patience_s

    def run(self) -> DayResult:
        while self.events:
            now, kind, subject = heapq.heappop(self.events)
            if kind == ARRIVE:
                self.arrive(now, subject)
            elif kind == DONE:
                self.done(now, subject)
            else:
                self.free(now, subject)
        for entry in self.waiting:
            self.leave(entry[2])
        return DayResult(self.wait, self.abandoned, self.duty, self.busy)


def simulate_day(
    callers: Sequence[Caller],
    duties: Sequence[ObservedDuty],
    skills: Sequence[frozenset[str]],
    speeds: Sequence[float],
    gaps_s: tuple[Floats, Floats],
    delays_s: Floats | None = None,
) -> DayResult:
    """Simulate one day.

    `skills` and `speeds` go with `duties`; `gaps_s` are two pools of draws, cycled: the times away
    after a call when nobody and when somebody waits. `delays_s`, another pool: every caller who has
    to wait calls back the agents who left with nobody waiting, each of them after a draw, if that
    is sooner than the end of the time away (None: nobody is called back).

    A free agent takes the first caller by (rank, offer less head start) whom he or she can serve; a
    new caller goes to the longest idle agent with the skill. After a service an agent is
    unavailable for one draw of `gaps_s`. Agents finish the call they are in.
    """
    return _Day(callers, duties, skills, speeds, gaps_s, delays_s).run()
