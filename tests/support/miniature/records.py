"""The records of the miniature, and its two bundles."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.core.calendar import Calendar
from sim.core.storage import Table
from sim.native_types import U64, Float, Int, Small
from tests.support.miniature.science import NEVER, Law


@dataclass(slots=True, eq=False)
class Caller:
    """Who rings."""

    id: Int = -1
    behind: Small = -1
    luck: U64 = 0
    since_s: Float = -1.0
    default: Small = NEVER  # a word of C's


@dataclass(slots=True, eq=False)
class CallRow:
    """A call that is over."""

    id: Int = 0
    served: Small = 0
    wait_s: Float = 0.0


@dataclass(slots=True, eq=False)
class Firm:
    """What never changes."""

    agents: Int = 1
    laws: Table[Law] = field(default_factory=lambda: Table(Law))


@dataclass(slots=True, eq=False)
class World:
    """What does."""

    firm: Firm
    now: Float = 0.0
    key: U64 = 0
    calls: Int = 0
    busy: Small = 0
    first: Small = -1
    last: Small = -1
    calendar: Calendar = field(default_factory=Calendar)
    callers: Table[Caller] = field(default_factory=lambda: Table(Caller))
    call_rows: Table[CallRow] = field(default_factory=lambda: Table(CallRow))
