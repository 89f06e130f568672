"""The calendar: a SimPy environment whose own events are plain numbers.

Our events are heap entries (time, priority, id, handler, subject, token); SimPy's own events and
processes share the same heap, clock and tie-breaking, so users can add processes of their own. The
entries hold no closures, which is what makes a world copyable (generators cannot be copied).
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any

import simpy
from simpy.core import EmptySchedule

NORMAL = 1
Handle = Callable[[int, Any, int], None]


class Calendar(simpy.Environment):
    """SimPy's environment with light entries beside its events."""

    def __init__(self, handle: Handle, initial_time: float = 0.0) -> None:
        super().__init__(initial_time)
        self._handle = handle
        self.heap: list[Any] = self._queue

    def at(self, time: float, handler: int, subject: Any, token: int = 0) -> None:
        """Schedule ``handler`` for ``subject`` at an absolute time."""
        heappush(self.heap, (time, NORMAL, next(self._eid), handler, subject, token))

    def step(self) -> None:
        """Process the next entry, ours or SimPy's."""
        heap = self.heap
        if heap and len(heap[0]) == 6:
            entry = heappop(heap)
            self._now = entry[0]
            self._handle(entry[3], entry[4], entry[5])
        elif heap:
            super().step()
        else:
            raise EmptySchedule

    def has_foreign_events(self) -> bool:
        """Return whether SimPy events that somebody waits for are scheduled.

        SimPy's own ``run(until=…)`` leaves a spent event behind, which does not count.
        """
        return any(len(entry) != 6 and entry[3].callbacks for entry in self.heap)

    def entries(self) -> list[Any]:
        """Return the scheduled entries, in heap order."""
        return list(self.heap)

    def fork(self, handle: Handle, subject: Callable[[Any], Any]) -> Calendar:
        """Return a copy whose entries point at ``subject(old subject)``.

        Raises ``RuntimeError`` when foreign SimPy events are scheduled: generators have no copy.
        """
        now, following, entries, _ = self.__getstate__()
        copy = Calendar(handle, now)
        copy._eid = count(following)
        copy.heap[:] = [(*entry[:4], subject(entry[4]), entry[5]) for entry in entries]
        heapify(copy.heap)
        return copy

    def __getstate__(self) -> tuple[float, int, list[Any], Handle]:
        """Return time, next number, our entries and who handles them, for forks and pickles."""
        if self.has_foreign_events():
            raise RuntimeError(
                "a world with SimPy processes of its own cannot be forked, copied or pickled: "
                "generators have no copy"
            )
        following = next(self._eid)
        self._eid = count(following)
        entries = [entry for entry in self.heap if len(entry) == 6]
        return self._now, following, entries, self._handle

    def __setstate__(self, state: tuple[float, int, list[Any], Handle]) -> None:
        """Become the calendar that a state was taken of."""
        now, following, entries, handle = state
        Calendar.__init__(self, handle, now)
        self._eid = count(following)
        self.heap[:] = entries
        heapify(self.heap)
