"""The one register: every contact, decision, treatment, survey and departure is one row, once.

Rows have the columns below; times in seconds from the start of the
simulation, -1 where something did not happen; names are indices into the scenario's ordered names.
"""

from __future__ import annotations

import hashlib
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from sim.register import codes

CONTACTS = [
    "contact", "journey", "customer", "segment", "intent", "seen_intent", "attempt",
    "channel", "requested", "from_channel", "team", "agent",
    "start_s", "queued_s", "answered_s", "released_s", "end_s", "search_s", "wrap_up_s",
    "others", "steering", "context", "outcome", "effort", "experience", "gap",
    "sale", "cost", "previous", "shift_s", "known_as", "coded",
    "guessed",
]  # fmt: skip
JOURNEYS = [
    "journey", "customer", "segment", "intent", "start_s", "end_s", "contacts", "attempts",
    "outcome", "first_channel", "effort", "first_contact_resolved", "human", "experience", "cancel",
]  # fmt: skip
DECISIONS = [
    "time_s", "kind", "journey", "customer", "contact", "action", "default", "legal", "by",
    "value",
]  # fmt: skip
CHURN = ["time_s", "customer", "how", "reason", "stated"]
SURVEYS = ["time_s", "customer", "journey", "contact", "csat", "ces", "nps"]
SIGNALS = ["time_s", "customer", "journey", "contact", "channel", "source", "kind", "value"]
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
    "signals": SIGNALS,
    "treatments": TREATMENTS,
    "shifts": SHIFTS,
    "breaks": BREAKS,
}
_SCALES = {"effort", "experience", "gap", "sale", "cost", "effect", "value"}
FLOATS = frozenset(c for table in TABLES.values() for c in table if c.endswith("_s")) | _SCALES
Row = tuple[Any, ...]
ROWS_OF = {
    "contacts": "contact_rows",
    "journeys": "journey_rows",
    "decisions": "decision_rows",
    "churn": "churn_rows",
    "surveys": "survey_rows",
    "signals": "signal_rows",
    "treatments": "treatment_rows",
    "shifts": "shift_rows",
    "breaks": "break_rows",
}
"""Where the core keeps each table."""


class Outcome:
    """How a contact ended."""

    RESOLVED = codes.RESOLVED
    UNRESOLVED = codes.UNRESOLVED
    ABANDONED = codes.ABANDONED
    HANDED_OVER = codes.HANDED_OVER
    TRANSFERRED = codes.TRANSFERRED
    CLOSED = codes.CLOSED
    UNREACHED = codes.UNREACHED
    SUPERSEDED = codes.SUPERSEDED
    LEFT = codes.LEFT
    SAVED = codes.SAVED
    CUT_OFF = codes.CUT_OFF
    OPEN = codes.OPEN


class JourneyOutcome:
    """How a journey ended."""

    RESOLVED = codes.JOURNEY_RESOLVED
    GIVEN_UP = codes.JOURNEY_GIVEN_UP
    CHURNED = codes.JOURNEY_CHURNED
    OPEN = codes.JOURNEY_OPEN
    SAVED = codes.JOURNEY_SAVED


class Steering:
    """Whether the firm steered a contact off the requested channel."""

    NONE = codes.NOT_STEERED
    ACCEPTED = codes.ACCEPTED
    REFUSED = codes.REFUSED


class Context:
    """Whether what happened before in the journey was known."""

    FIRST = codes.FIRST
    PASSED = codes.PASSED
    REPEATED = codes.REPEATED


class Departure:
    """How a customer left, or nearly."""

    SILENT = codes.DEPARTS_SILENTLY
    ANNOUNCED = codes.DEPARTS_ANNOUNCED
    SAVED = codes.DEPARTS_NOT


class SignalSource:
    """Where a signal comes from."""

    CONTACT = codes.FROM_CONTACT
    SURVEY = codes.FROM_SURVEY
    USAGE = codes.FROM_USAGE
    SOCIAL = codes.FROM_SOCIAL
    NOTE = codes.FROM_NOTE


class SignalKind:
    """What a signal says."""

    OUTCOME = codes.SIGNAL_OUTCOME
    SELF_SERVICE = codes.SIGNAL_SELF_SERVICE
    SENTIMENT = codes.SIGNAL_SENTIMENT
    CSAT = codes.SIGNAL_CSAT
    CES = codes.SIGNAL_CES
    NPS = codes.SIGNAL_NPS
    USAGE = codes.SIGNAL_USAGE
    INACTIVE = codes.SIGNAL_INACTIVE
    POST = codes.SIGNAL_POST
    NOTE = codes.SIGNAL_NOTE
    STEERING = codes.SIGNAL_STEERING


def names_of(kind: type) -> list[str]:
    """Return the lower-case names of a class of codes, in the order of their numbers."""
    members = {v: k.lower() for k, v in vars(kind).items() if isinstance(v, int)}
    return [members[i] for i in sorted(members)]


class Rows(Protocol):
    """Where the rows are: the core of a world."""

    def column(self, table: str, field: str) -> npt.NDArray[Any]:
        """Return one field of all rows of a table."""

    def number_of(self, table: str) -> int:
        """Return how many rows a table has."""


class Register:
    """The rows of one replication, read as columns; whoever has none reads an empty register."""

    __slots__ = ("_kept", "_rows")

    def __init__(self, rows: Rows | None = None) -> None:
        self._rows = rows
        self._kept: dict[tuple[str, str], npt.NDArray[Any]] = {}

    def number_of(self, table: str) -> int:
        """Return how many rows a table has."""
        return 0 if self._rows is None else self._rows.number_of(ROWS_OF[table])

    def column(self, table: str, name: str) -> npt.NDArray[Any]:
        """Return one column: float64 for times and scales, int64 otherwise.

        The array is shared between calls: read it, do not write to it.
        """
        kept = self._kept.get((table, name))
        if kept is None or len(kept) != self.number_of(table):  # rows are only ever added
            if self._rows is None:
                kept = np.empty(0, np.float64 if name in FLOATS else np.int64)
            else:
                kept = self._rows.column(ROWS_OF[table], name)
            self._kept[table, name] = kept
        return kept

    def columns(self, table: str) -> dict[str, npt.NDArray[Any]]:
        """Return a table as named columns, in order; see ``column``."""
        return {name: self.column(table, name) for name in TABLES[table]}

    def rows(self, table: str, *names: str) -> list[Row]:
        """Return the rows of a table as tuples of the columns named (none: of all)."""
        columns = [self.column(table, name).tolist() for name in names or TABLES[table]]
        return list(zip(*columns, strict=True))

    def digest(self) -> str:
        """Return the SHA-256 of all tables, column by column."""
        sha = hashlib.sha256()
        for table in TABLES:
            for name, column in self.columns(table).items():
                sha.update(f"{table}.{name}:{len(column)};".encode())
                sha.update(np.ascontiguousarray(column).tobytes())
        return sha.hexdigest()
