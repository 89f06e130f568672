"""The register as files: Parquet, CSV (one per table) or XES (an event log for process mining).

XES follows IEEE 1849-2016: a trace per journey, an event per contact with its start.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from sim.decisions.actions import KIND_NAMES
from sim.errors import InputError
from sim.inputs import nearest, unknown_name
from sim.inputs.files import replacing, write_atomically
from sim.register.register import (
    TABLES,
    Context,
    Departure,
    JourneyOutcome,
    Outcome,
    Register,
    SignalKind,
    SignalSource,
    Steering,
    names_of,
)
from sim.tables.compiled import Compiled

if TYPE_CHECKING:
    import polars as pl

FORMATS = ("parquet", "csv", "xes")
_EXTENSIONS = (
    ("Concept", "concept"),
    ("Lifecycle", "lifecycle"),
    ("Time", "time"),
    ("Organizational", "org"),
)
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)  # a Monday: simulated time zero, for dated formats


def frame(register: Register, table: str, compiled: Compiled | None = None) -> pl.DataFrame:
    """Return a table as a Polars frame; with the compiled scenario, codes become names.

    Args:
        register: a world's, as ``world.register``.
        table: ``contacts``, ``journeys``, ``decisions``…; their columns are in the reference.
        compiled: the world's, as ``world.compiled`` (None: numbers stay).

    Raises:
        InputError: no such table.
    """
    import polars as pl

    if table not in TABLES:
        raise unknown_name("table", table, TABLES)
    columns: dict[str, Any] = dict(register.columns(table))
    if compiled is not None:
        for name, names in _codes(table, compiled).items():
            if name in columns:
                columns[name] = [names[i] if i >= 0 else None for i in columns[name].tolist()]
    return pl.DataFrame(columns)


def _codes(table: str, compiled: Compiled) -> dict[str, list[str]]:
    intents = compiled.intent_names
    channels = compiled.channels.names
    outcome = names_of(JourneyOutcome) if table == "journeys" else names_of(Outcome)
    return {
        "segment": compiled.segment_names,
        "intent": intents,
        "seen_intent": intents,
        "guessed": intents,
        "channel": channels,
        "requested": channels,
        "from_channel": channels,
        "first_channel": channels,
        "team": compiled.teams.names,
        "outcome": outcome,
        "steering": names_of(Steering),
        "context": names_of(Context),
        "how": names_of(Departure),
        "reason": compiled.concerns.names,
        "stated": compiled.concerns.names,
        "kind": names_of(SignalKind) if table == "signals" else list(KIND_NAMES),
        "source": names_of(SignalSource),
        "coded": names_of(Outcome),
        "action": [a.name for a in compiled.actions],
        "default": [a.name for a in compiled.actions],
        "treatment": [a.name for a in compiled.actions],
    }


def export(
    register: Register, folder: Path, form: str, compiled: Compiled | None = None
) -> list[Path]:
    """Write the register into ``folder`` and return the files, each whole or not there.

    Raises ``InputError`` for an unknown format, or a folder that cannot be written (disk full).
    """
    if form not in FORMATS:
        raise InputError(
            f"format: must be one of {', '.join(FORMATS)}; got {form!r}{nearest(form, FORMATS)}"
        )
    if form == "xes":
        path = folder / "journeys.xes"
        with replacing(path) as file:
            file.writelines(line.encode() for line in _xes(register, compiled))
        return [path]
    paths = []
    for table in TABLES:
        path = folder / f"{table}.{form}"
        data, buffer = frame(register, table, compiled), io.BytesIO()
        if form == "csv":
            data.write_csv(buffer)
        else:
            data.write_parquet(buffer)
        write_atomically(path, buffer.getbuffer())
        paths.append(path)
    return paths


def _xes(register: Register, compiled: Compiled | None) -> Any:
    """Yield the lines of the event log."""
    contacts = frame(register, "contacts", compiled).sort("journey", "contact")
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield '<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">\n'
    for name, prefix in _EXTENSIONS:
        yield (
            f'  <extension name="{name}" prefix="{prefix}" '
            f'uri="http://www.xes-standard.org/{prefix}.xesext"/>\n'
        )
    yield '  <classifier name="Channel" keys="concept:name"/>\n'
    yield '  <classifier name="Channel and outcome" keys="concept:name outcome"/>\n'
    previous = None
    for row in contacts.iter_rows(named=True):
        if row["journey"] != previous:
            if previous is not None:
                yield "  </trace>\n"
            previous = row["journey"]
            yield "  <trace>\n"
            yield _attribute("concept:name", f"journey {previous}", 4)
            yield _attribute("customer", row["customer"], 4)
            yield _attribute("segment", row["segment"], 4)
            yield _attribute("intent", row["intent"], 4)
        yield "    <event>\n"
        yield _attribute("concept:name", row["channel"], 6)
        yield _attribute("lifecycle:transition", "complete", 6)
        yield f'      <date key="time:timestamp" value="{_date(row["released_s"])}"/>\n'
        yield f'      <date key="start_timestamp" value="{_date(row["start_s"])}"/>\n'
        if row["agent"] >= 0:
            yield _attribute("org:resource", row["agent"], 6)
            yield _attribute("org:group", row["team"], 6)
        yield _attribute("outcome", row["outcome"], 6)
        yield "    </event>\n"
    if previous is not None:
        yield "  </trace>\n"
    yield "</log>\n"


def _attribute(key: str, value: object, indent: int) -> str:
    return f"{' ' * indent}<string key={quoteattr(key)} value={quoteattr(str(value))}/>\n"


def _date(seconds: float) -> str:
    return (EPOCH + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")
