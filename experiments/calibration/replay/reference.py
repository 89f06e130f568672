"""A small reference simulator of one day of a call centre: G/G/n+G with duties, skills, priorities.

It shares no code with `sim`, so that the two can be checked against each other.
"""

import heapq
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
    ) -> None:
        self.callers, self.duties, self.skills, self.speeds = callers, duties, skills, speeds
        self.gaps, self.next_gap = gaps_s, 0
        self.waiting: list[tuple[int, float, int]] = []
        self.idle: list[int] = []  # duty period numbers, longest idle first
        self.wait = np.zeros(len(callers))
        self.abandoned = np.zeros(len(callers), dtype=bool)
        self.busy = 0.0
        self.events: list[tuple[float, int, int]] = [
            (c.offered_s, ARRIVE, i) for i, c in enumerate(callers)
        ] + [(s.on_s, FREE, j) for j, s in enumerate(duties)]
        heapq.heapify(self.events)

    def serve(self, now: float, i: int, j: int) -> None:
        caller = self.callers[i]
        self.wait[i] = now - caller.offered_s
        service = caller.service_s * self.speeds[j]
        self.busy += service
        heapq.heappush(self.events, (now + service, DONE, j))

    def done(self, now: float, j: int) -> None:
        """A service ends: the agent is away for a while, shorter when callers wait."""
        pool = self.gaps[1 if self.queue_for(now, j) else 0]
        self.next_gap += 1
        heapq.heappush(self.events, (now + pool[self.next_gap % len(pool)], FREE, j))

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
            heapq.heappush(self.waiting, (caller.rank, now - caller.head_start_s, i))

    def free(self, now: float, j: int) -> None:
        if now > self.duties[j].off_s:
            return
        passed = []
        chosen = -1
        while self.waiting:
            entry = heapq.heappop(self.waiting)
            caller = self.callers[entry[2]]
            if caller.offered_s + caller.patience_s <= now:
                self.leave(entry[2])
            elif caller.kind in self.skills[j]:
                chosen = entry[2]
                break
            else:
                passed.append(entry)
        for entry in passed:
            heapq.heappush(self.waiting, entry)
        if chosen >= 0:
            self.serve(now, chosen, j)
        else:
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
        return DayResult(self.wait, self.abandoned, self.busy)


def simulate_day(
    callers: Sequence[Caller],
    duties: Sequence[ObservedDuty],
    skills: Sequence[frozenset[str]],
    speeds: Sequence[float],
    gaps_s: tuple[Floats, Floats],
) -> DayResult:
    """Simulate one day.

    `skills` and `speeds` go with `duties`; `gaps_s` are two pools of draws, cycled: the times away
    after a call when nobody and when somebody waits.

    A free agent takes the first caller by (rank, offer less head start) whom he or she can serve; a
    new caller goes to the longest idle agent with the skill. After a service an agent is
    unavailable for one draw of `gaps_s`. Agents finish the call they are in.
    """
    return _Day(callers, duties, skills, speeds, gaps_s).run()
