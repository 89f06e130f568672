"""A world as plain numbers and arrays, and back: what a pickle of it holds."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from sim.core.engine import engine_of
from sim.core.records import bundles
from sim.core.records.firm import Firm
from sim.core.start import rules_of
from sim.core.storage import Table
from sim.tables.compiled import Compiled

if TYPE_CHECKING:
    from sim.core.simulation import Simulation

_BLANK = bundles.World(Firm())
TABLES = {
    f.name: tuple(column.name for column in fields(getattr(_BLANK, f.name).record))
    for f in fields(bundles.World)
    if isinstance(getattr(_BLANK, f.name), Table)
}
"""The tables of a world and their columns."""
SCALARS = tuple(
    f.name for f in fields(bundles.World) if isinstance(getattr(_BLANK, f.name), int | float)
)


def state_of(core: Simulation) -> dict[str, Any]:
    """Return all numbers of a world."""
    return {
        "scalars": {name: core.scalar(name) for name in SCALARS},
        "tables": {
            table: {name: core.column(table, name) for name in columns}
            for table, columns in TABLES.items()
        },
        "free": {table: core.free_numbers(table) for table in TABLES},
        "events": core.events(),
    }


def core_of(state: dict[str, Any], compiled: Compiled, engine: str) -> Simulation:
    """Return a world of these numbers."""
    made = engine_of(engine)
    core: Simulation = made.face.Simulation(rules_of(compiled, made))
    for name, number in state["scalars"].items():
        core.put_scalar(name, number)
    for table, columns in state["tables"].items():
        core.fill(table, columns)
        core.put_free_numbers(table, state["free"][table])
    for event in state["events"]:
        core.schedule(*event)
    return core
