"""When what happens: SimPy's calendar with the core's own events on it, interpreted.

`calendar.pxi` holds the same functions in C, on a heap of the core's own.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any, Final, TypeAlias

from sim.core.environment import Environment
from sim.native_types import Float, Int, Small

Entries: TypeAlias = list[tuple[float, int, int, int, int, int]]

NO_EVENT: Final = 1e300  # later than any event
NEED_RANK: Final = -2  # that of all events of ours
NONE_DUE: Final = -1  # handlers of no event
FOREIGN_DUE: Final = -2


class Event:
    """What the calendar gives when an event's time has come; valid until the next one is asked."""

    __slots__ = ("extra", "handler", "subject", "time_s", "token")
    time_s: Float
    handler: Small
    subject: Int
    token: Int
    extra: Int


class Calendar(Environment):
    """SimPy's environment, with entries of plain numbers beside its events.

    Ours are (time, rank, number, handler, subject, token, extra), SimPy's (time, priority, number,
    event): one heap, one clock, one rule for ties, so that users can add processes of their own.
    Ranks are below all of SimPy's priorities, so ours come first at equal times. The next of the
    day's needs, which are sorted, waits beside the heap, in the same order: see ``need_first``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.heap: list[Any] = self._queue
        self.due = Event()
        self.need_s = NO_EVENT
        self.need = 0  # its number

    def need_first(self) -> bool:
        """Return whether the next need comes before whatever is first on the heap."""
        need = (self.need_s, NEED_RANK, self.need)
        return self.need_s < NO_EVENT and (not self.heap or need < self.heap[0][:3])

    def fork(self) -> Calendar:
        """Return a copy with our entries; SimPy's own have none."""
        following = next(self._eid)
        self._eid = count(following)
        other = Calendar()
        other._eid = count(following)
        other.need_s, other.need = self.need_s, self.need
        other.heap.extend(entry for entry in self.heap if len(entry) != 4)
        heapify(other.heap)
        return other


def schedule(
    calendar: Calendar,
    time_s: Float,
    rank: Small,
    handler: Small,
    subject: Int,
    token: Int,
    extra: Int,
) -> None:
    """Schedule an event; of equal times the lowest rank comes first, then the one set first."""
    heappush(calendar.heap, (time_s, rank, next(calendar._eid), handler, subject, token, extra))


def expect_need_at(calendar: Calendar, time_s: Float) -> None:
    """Schedule the next need, the only one on the calendar; its handler is 0."""
    calendar.need_s, calendar.need = time_s, next(calendar._eid)


def next_time(calendar: Calendar) -> Float:
    """Return when our next event is due, or ``NO_EVENT``; here, SimPy's if that comes before."""
    return min(calendar.heap[0][0], calendar.need_s) if calendar.heap else calendar.need_s


def expect_foreign(calendar: Calendar, time_s: Float) -> None:
    """Note when SimPy's next event is due; here, the heap knows."""


def foreign_first(calendar: Calendar, until_s: Float) -> Small:
    """Return 1 when an event of SimPy's own is due by then and before our next one, else 0."""
    heap = calendar.heap
    if not heap or len(heap[0]) != 4 or calendar.need_first():
        return 0
    return 1 if heap[0][0] <= until_s else 0


def environment_of(calendar: Calendar) -> Environment:
    """Return SimPy's environment: here, the calendar itself."""
    return calendar


def pop_event(calendar: Calendar) -> Event:
    """Take our next event off the calendar."""
    event = calendar.due
    if calendar.need_first():
        event.time_s, calendar.need_s = calendar.need_s, NO_EVENT
        event.handler = event.subject = event.token = event.extra = 0
        return event
    event.time_s, _, _, event.handler, event.subject, event.token, event.extra = heappop(
        calendar.heap
    )
    return event


def due_event(calendar: Calendar, until_s: Float) -> Event:
    """Take our next event off the calendar if it is due by a time.

    Else its handler says why not: ``NONE_DUE``, or ``FOREIGN_DUE`` when one of SimPy's own is due
    before it.
    """
    event = calendar.due
    heap = calendar.heap
    first_s = heap[0][0] if heap else NO_EVENT
    need_s = calendar.need_s
    if need_s < first_s or (need_s == first_s and calendar.need_first()):
        if need_s > until_s:
            event.handler = NONE_DUE
        else:
            event.time_s, calendar.need_s, event.handler = need_s, NO_EVENT, 0
    elif first_s > until_s or not heap:
        event.handler = NONE_DUE
    else:
        try:
            event.time_s, _, _, event.handler, event.subject, event.token, event.extra = heap[0]
            heappop(heap)
        except ValueError:  # SimPy's have four parts
            event.handler = FOREIGN_DUE
    return event


def events_of(calendar: Calendar) -> Entries:
    """Return our events in their order: (time, rank, handler, subject, token, extra)."""
    entries = [entry for entry in calendar.heap if len(entry) != 4]
    if calendar.need_s < NO_EVENT:
        entries.append((calendar.need_s, NEED_RANK, calendar.need, 0, 0, 0, 0))
    return [(*e[:2], *e[3:]) for e in sorted(entries)]
