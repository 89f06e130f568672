"""Where records live, interpreted: lists of objects, and SimPy's calendar.

`storage.pxi` and `calendar.pxi` hold the same functions in C; with `columns` this is the only part
of the core with two bodies. What belongs to a record class (`contact_at`, `make_world`, …) stands
in `accessors`.

A *bundle* is a record that holds tables: the world and its firm. A table whose name ends in `_rows`
is appended to only, and its full blocks are shared by forks.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import fields
from functools import cache, partial
from heapq import heapify, heappop, heappush
from itertools import count
from operator import attrgetter
from typing import Any, Final, Generic, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt

from sim.core.environment import Environment
from sim.native_types import Float, Int, Small

R = TypeVar("R")
W = TypeVar("W")
Entries: TypeAlias = list[tuple[float, int, int, int, int, int]]

# Arrays in the signatures of functions; compiled, typed views of contiguous memory.
FloatArray: TypeAlias = npt.NDArray[np.float64]
Float32Array: TypeAlias = npt.NDArray[np.float32]
IntArray: TypeAlias = npt.NDArray[np.int64]
SmallArray: TypeAlias = npt.NDArray[np.int32]
ByteArray: TypeAlias = npt.NDArray[np.uint8]
FloatMatrix: TypeAlias = npt.NDArray[np.float64]
Float32Matrix: TypeAlias = npt.NDArray[np.float32]
IntMatrix: TypeAlias = npt.NDArray[np.int64]
SmallMatrix: TypeAlias = npt.NDArray[np.int32]
ByteMatrix: TypeAlias = npt.NDArray[np.uint8]

BLOCK: Final = 1024  # rows of a block, which forks share once it is full
NO_EVENT: Final = 1e300  # later than any event
NEED_RANK: Final = -2  # that of all events of ours
NONE_DUE: Final = -1  # handlers of no event
FOREIGN_DUE: Final = -2


# -- tables ------------------------------------------------------------------------------------


class Table(Generic[R]):
    """Records by number, and the numbers that are free."""

    __slots__ = ("blank", "empty", "free", "record", "rows")

    def __init__(self, record: type[R]) -> None:
        self.record: Any = record
        self.blank: Any = record.__init__  # gives a record its defaults again
        self.empty: Any = partial(record.__new__, record)  # makes one without values
        self.rows: list[R] = []
        self.free: list[int] = []

    def new(self) -> int:
        """Return the number of a blank record, the last one that was freed if any."""
        if self.free:
            i = self.free.pop()
            blank = self.blank
            blank(self.rows[i])
            return i
        self.rows.append(self.record())
        return len(self.rows) - 1

    def new_row(self) -> int:
        """Return the number of a new row; whoever writes it sets every field."""
        rows, empty = self.rows, self.empty
        rows.append(empty())
        return len(rows) - 1

    def release(self, i: int) -> None:
        """Let a number be given out again."""
        self.free.append(i)

    def fork(self, shared: bool) -> Table[R]:
        """Return a copy, which has the records of full blocks in common where ``shared``."""
        other = Table[R](self.record)
        rows = self.rows
        full = len(rows) // BLOCK * BLOCK if shared else 0
        other.rows = rows[:full]
        other.rows.extend(map(copier(self.record), rows[full:] if full else rows))
        other.free = self.free.copy()
        return other


@cache
def copier(record: Any) -> Callable[[Any], Any]:
    """Return a function that copies a record, five times as fast as ``copy.copy``."""
    values = values_of(record)
    return lambda old: record(*values(old))


@cache
def values_of(record: Any) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function that gives the values of a record, in the order of its fields."""
    names = [f.name for f in fields(record)]
    if len(names) == 1:
        return lambda row: (getattr(row, names[0]),)
    return attrgetter(*names)


# -- the calendar --------------------------------------------------------------------------------


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


# -- memory ----------------------------------------------------------------------------------------


def fetches() -> Small:
    """Return 1 where ``fetch`` does something."""
    return 0


def fetch(record: object) -> None:
    """Ask for a record's memory before it is needed; interpreted, nothing is to be asked."""


# -- numbers -------------------------------------------------------------------------------------


def whole(x: Float) -> Int:
    """Return a number cut to a whole one, towards 0."""
    return int(x)


def nearest_whole(x: Float) -> Int:
    """Return the nearest whole number, the even one of two."""
    return round(x)


def single(x: Float) -> Float:
    """Return a number rounded to what 32 bits hold."""
    return float(np.float32(x))


# -- copies --------------------------------------------------------------------------------------


def fork_world(world: W) -> W:
    """Return an independent copy of a world; the firm is shared."""
    other = copy(world)
    for f in fields(cast(Any, world)):
        value = getattr(world, f.name)
        if isinstance(value, Table):
            setattr(other, f.name, value.fork(f.name.endswith("_rows")))
        elif isinstance(value, Calendar):
            setattr(other, f.name, value.fork())
    return other


def free_world(world: object) -> None:
    """Give a world's memory back; interpreted, Python does."""


def free_firm(firm: object) -> None:
    """Give a firm's memory back; interpreted, Python does."""
