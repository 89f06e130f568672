"""The one register: every contact, decision, treatment, survey and departure is one row, once.

Rows are tuples in the order of the columns below; times in seconds from the start of the
simulation, -1 where something did not happen; names are indices into the scenario's ordered names.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

CONTACTS = [
    "contact", "journey", "customer", "segment", "intent", "seen_intent", "attempt",
    "channel", "requested", "from_channel", "team", "agent",
    "start_s", "queued_s", "answered_s", "released_s", "end_s", "search_s", "wrap_up_s",
    "others", "steering", "context", "outcome", "effort", "experience", "gap",
    "sale", "cost", "previous", "shift_s",
]  # fmt: skip
JOURNEYS = [
    "journey", "customer", "segment", "intent", "start_s", "end_s", "contacts", "attempts",
    "outcome", "first_channel", "effort", "first_contact_resolved", "human", "experience", "cancel",
]  # fmt: skip
DECISIONS = ["time_s", "kind", "journey", "customer", "contact", "action", "default", "legal", "by"]
CHURN = ["time_s", "customer", "how"]
SURVEYS = ["time_s", "customer", "journey", "contact", "csat", "ces", "nps"]
TREATMENTS = ["time_s", "customer", "journey", "contact", "treatment", "effect", "cost"]
SHIFTS = [
    "agent", "team", "on_s", "off_s", "break_s", "busy_s", "talk_s", "search_s", "wrap_up_s",
    "contacts",
]  # fmt: skip
BREAKS = ["agent", "team", "start_s", "end_s"]
TABLES: dict[str, list[str]] = {
    "contacts": CONTACTS,
    "journeys": JOURNEYS,
    "decisions": DECISIONS,
    "churn": CHURN,
    "surveys": SURVEYS,
    "treatments": TREATMENTS,
    "shifts": SHIFTS,
    "breaks": BREAKS,
}
_SCALES = {"effort", "experience", "gap", "sale", "cost", "effect"}
FLOATS = frozenset(c for table in TABLES.values() for c in table if c.endswith("_s")) | _SCALES
Row = tuple[Any, ...]
# Where a row has what: global names, as a lookup by name or attribute costs more on the hot path.
C_CONTACT, C_JOURNEY, C_CUSTOMER, C_SEGMENT, C_INTENT, C_CHANNEL, C_AGENT = map(
    CONTACTS.index, ("contact", "journey", "customer", "segment", "intent", "channel", "agent")
)
C_QUEUED, C_ANSWERED, C_RELEASED, C_END, C_OUTCOME = map(
    CONTACTS.index, ("queued_s", "answered_s", "released_s", "end_s", "outcome")
)
C_EFFORT, C_EXPERIENCE, C_SALE, C_COST, C_PREVIOUS = map(
    CONTACTS.index, ("effort", "experience", "sale", "cost", "previous")
)
J_JOURNEY, J_END = map(JOURNEYS.index, ("journey", "end_s"))
CHURN_TIME = CHURN.index("time_s")
T_TIME, T_CUSTOMER, T_COST = map(TREATMENTS.index, ("time_s", "customer", "cost"))


class Outcome:
    """How a contact ended."""

    RESOLVED = 0
    UNRESOLVED = 1
    ABANDONED = 2
    HANDED_OVER = 3
    TRANSFERRED = 4
    CLOSED = 5
    UNREACHED = 6
    SUPERSEDED = 7
    LEFT = 8
    SAVED = 9
    CUT_OFF = 10
    OPEN = 11


class JourneyOutcome:
    """How a journey ended."""

    RESOLVED = 0
    GIVEN_UP = 1
    CHURNED = 2
    OPEN = 3
    SAVED = 4


class Steering:
    """Whether the firm steered a contact off the requested channel."""

    NONE = 0
    ACCEPTED = 1
    REFUSED = 2


class Context:
    """Whether what happened before in the journey was known."""

    FIRST = 0
    PASSED = 1
    REPEATED = 2


class Departure:
    """How a customer left, or nearly."""

    SILENT = 0
    ANNOUNCED = 1
    SAVED = 2


def names_of(codes: type) -> list[str]:
    """Return the lower-case names of a class of codes, in the order of their numbers."""
    members = {v: k.lower() for k, v in vars(codes).items() if isinstance(v, int)}
    return [members[i] for i in sorted(members)]


class Register:
    """The rows of one replication, with each customer's contacts linked newest first."""

    __slots__ = ("_read", "last_of", *TABLES)

    def __init__(self) -> None:
        self._read: dict[str, tuple[int, dict[str, npt.NDArray[Any]]]] = {}
        self.contacts: list[Row] = []
        self.journeys: list[Row] = []
        self.decisions: list[Row] = []
        self.churn: list[Row] = []
        self.surveys: list[Row] = []
        self.treatments: list[Row] = []
        self.shifts: list[Row] = []
        self.breaks: list[Row] = []
        self.last_of: dict[int, int] = {}

    def fork(self) -> Register:
        """Return an independent register; its rows are shared, they never change."""
        copy = Register()
        for table in TABLES:
            setattr(copy, table, getattr(self, table).copy())
        copy.last_of = self.last_of.copy()
        return copy

    def columns(self, table: str) -> dict[str, npt.NDArray[Any]]:
        """Return a table as named columns: float64 for times and scales, int64 otherwise.

        The arrays are shared between calls: read them, do not write to them.
        """
        names, rows = TABLES[table], getattr(self, table)
        length, columns = self._read.get(table, (-1, {}))
        if length != len(rows):  # rows are only ever added, so the length tells what is new
            by_name = zip(*rows, strict=True) if rows else [()] * len(names)
            columns = {
                name: np.array(column, dtype=np.float64 if name in FLOATS else np.int64)
                for name, column in zip(names, by_name, strict=True)
            }
            self._read[table] = (len(rows), columns)
        return dict(columns)

    def digest(self) -> str:
        """Return the SHA-256 of all tables, column by column."""
        sha = hashlib.sha256()
        for table in TABLES:
            for name, column in self.columns(table).items():
                sha.update(f"{table}.{name}:{len(column)};".encode())
                sha.update(np.ascontiguousarray(column).tobytes())
        return sha.hexdigest()
