"""Where records live, interpreted: lists of objects.

`storage.pxi` holds the same functions in C; with `calendar` and `columns` this is the only part of
the core with two bodies. What belongs to a record class (`contact_at`, `make_world`, …) stands
in `accessors`.

A *bundle* is a record that holds tables: the world and its firm. A table whose name ends in `_rows`
is appended to only, and its full blocks are shared by forks.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import fields
from functools import cache, partial
from operator import attrgetter
from typing import Any, Final, Generic, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt

from sim.core.calendar import Calendar
from sim.native_types import Float, Int, Small

R = TypeVar("R")
W = TypeVar("W")

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


# -- memory ----------------------------------------------------------------------------------------


def fetches() -> Small:
    """Return 1 where ``fetch`` does something."""
    return 0


def fetch(record: object) -> None:
    """Ask for a record's memory before it is needed; interpreted, nothing is to be asked."""


# -- numbers -------------------------------------------------------------------------------------


def blank_numbers(table: Table[Any], first: Int, end: Int) -> None:
    """Set rows of a table, each of one number, to 0."""
    for row in table.rows[first:end]:
        row.value = 0.0


def copy_numbers(table: Table[Any], n: Int, out: Float32Matrix, row: Int) -> None:
    """Copy the first ``n`` rows of a table, each of one number, to a row of a matrix."""
    out[row, :n] = [number.value for number in table.rows[:n]]


def whole(x: Float) -> Int:
    """Return a number cut to a whole one, towards 0."""
    return int(x)


def nearest_whole(x: Float) -> Int:
    """Return the nearest whole number, the even one of two."""
    return round(x)


def single(x: Float) -> Float:
    """Return a number rounded to what 32 bits hold."""
    return float(np.float32(x))


def fill_row(matrix: ByteMatrix, row: Int, value: Int) -> None:
    """Set a row of a matrix to one value."""
    matrix[row] = value


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
