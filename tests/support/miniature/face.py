"""What Python sees of the miniature: one file in both engines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from sim.core.calendar import (
    events_of,
    expect_foreign,
    expect_need_at,
    next_time,
    pop_event,
    schedule,
)
from sim.core.columns import (
    blocks,
    column,
    fill,
    number_of,
    put_column,
    put_scalar,
    put_value,
    record_of,
    scalar,
    value,
)
from sim.core.storage import Float32Matrix, FloatArray, fork_world, free_firm, free_world
from sim.native_types import Float, Int, Small
from tests.support.miniature.accessors import (
    call_row_at,
    caller_at,
    free_caller,
    make_firm,
    make_world,
    new_call_row,
    new_caller,
)
from tests.support.miniature.model import (
    ON_CALL,
    advance,
    floors,
    log_exp,
    observe,
    rounded,
    sum_of,
)
from tests.support.miniature.records import Firm, World
from tests.support.miniature.science import of_arrays


class Popped(NamedTuple):
    """An event."""

    time_s: float
    handler: int
    subject: int
    token: int
    extra: int


class Rules:
    """A firm."""

    firm: Firm

    def __init__(self, laws: Mapping[str, Any], agents: int = 1) -> None:
        self.firm = make_firm()
        fill(self.firm, "laws", laws)
        put_scalar(self.firm, "agents", agents)

    def __del__(self) -> None:
        free_firm(self.firm)

    def column(self, table: str, field: str) -> Any:
        """Return a column of the firm's."""
        return column(self.firm, table, field)

    def put(self, table: str, i: int, field: str, number: float) -> None:
        """Set a value of the firm's."""
        put_value(self.firm, table, i, field, number)


class Simulation:
    """A world of the miniature."""

    rules: Rules
    world: World

    def __init__(self, rules: Rules, key: int = 0) -> None:
        self.rules = rules
        self.world = make_world(rules.firm)
        self.world.key = key
        schedule(self.world.calendar, 0.0, -2, ON_CALL, -1, 0, 0)

    def __del__(self) -> None:
        free_world(self.world)

    @property
    def now(self) -> float:
        """The time."""
        return self.world.now

    def advance(self, until_s: Float = 1e9) -> int:
        """Go on."""
        return advance(self.world, until_s)

    def fork(self) -> Simulation:
        """Return a copy."""
        other = Simulation(self.rules)
        world = fork_world(self.world)  # may fail, and `other` still has its own then
        free_world(other.world)
        other.world = world
        return other

    def foreign(self, time_s: Float) -> None:
        """Say when somebody else's next event is due."""
        expect_foreign(self.world.calendar, time_s)

    # Storage, function by function.

    def new(self) -> int:
        return new_caller(self.world)

    def free(self, i: Int) -> None:
        free_caller(self.world, i)

    def new_row(self, id: Int) -> int:
        i = new_call_row(self.world)
        call_row_at(self.world, i).id = id
        return i

    def id_at(self, i: Int) -> int:
        return caller_at(self.world, i).id

    def fill(self, table: str, columns: Mapping[str, Any]) -> None:
        fill(self.world, table, columns)

    def column(self, table: str, field: str) -> Any:
        return column(self.world, table, field)

    def put_column(self, table: str, field: str, values: Any) -> None:
        put_column(self.world, table, field, values)

    def blocks(self, table: str) -> Any:
        return blocks(self.world, table)

    def number_of(self, table: str) -> int:
        return number_of(self.world, table)

    def value(self, table: str, i: int, field: str) -> Any:
        return value(self.world, table, i, field)

    def put_value(self, table: str, i: int, field: str, number: float) -> None:
        put_value(self.world, table, i, field, number)

    def record_of(self, table: str, i: int) -> dict[str, Any]:
        return record_of(self.world, table, i)

    def scalar(self, field: str) -> Any:
        return scalar(self.world, field)

    def put_scalar(self, field: str, number: float) -> None:
        put_scalar(self.world, field, number)

    def scalars(self, names: list[str]) -> dict[str, Any]:
        return names_of(self.world, names)

    def schedule(self, time_s: Float, rank: Small, handler: Small, subject: Small) -> None:
        schedule(self.world.calendar, time_s, rank, handler, subject, 2**40, -5)

    def expect_need_at(self, time_s: Float) -> None:
        expect_need_at(self.world.calendar, time_s)

    def next_time(self) -> float:
        return next_time(self.world.calendar)

    def pop(self) -> Popped:
        e = pop_event(self.world.calendar)
        return Popped(e.time_s, e.handler, e.subject, e.token, e.extra)

    def events(self) -> list[Any]:
        return events_of(self.world.calendar)

    def floors(self, a: Int, b: Int) -> int:
        return floors(a, b)

    def log_exp(self, x: Float) -> float:
        return log_exp(x)

    def rounded(self, x: Float) -> int:
        return rounded(x)

    def observe(self, out: Float32Matrix, i: Int) -> None:
        observe(self.world, out, i)


def names_of(world: World, names: list[str]) -> dict[str, Any]:
    """C, with Python inside."""
    wanted: dict[str, Any] = {name: scalar(world, name) for name in names}
    return wanted


def python_sum(values: FloatArray, more: dict[str, float]) -> float:
    """Sums."""
    lost = sum(of_arrays(np.array(list(more.values()))))
    return sum_of(values) + float(lost)
