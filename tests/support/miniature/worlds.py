"""Worlds of the miniature."""

from __future__ import annotations

from types import ModuleType
from typing import Any

LAWS = {"kind": [1, 1, 1], "mean_s": [10.0, 60.0, 11.0]}  # rings, waits, talks


def a_world(core: ModuleType, key: int = 7) -> Any:
    """A world with a line, at time 0."""
    return core.Simulation(core.Rules(LAWS), key)


def a_still_world(core: ModuleType) -> Any:
    """A world whose only event is far off."""
    world = a_world(core)
    world.pop()
    return world


def rows_of(world: Any, table: str = "call_rows") -> bytes:
    """The rows of a table."""
    return b"".join(block.tobytes() for block in world.blocks(table))


def state_of(world: Any) -> tuple[Any, ...]:
    """All that a world holds, but for its firm."""
    names = ["now", "key", "calls", "busy", "first", "last"]
    return (world.scalars(names), world.events(), rows_of(world), rows_of(world, "callers"))
