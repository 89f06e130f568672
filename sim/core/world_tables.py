"""A world's tables as Python sees them: columns, rows and numbers by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.columns import (
    blocks,
    column,
    fill,
    free_numbers,
    number_of,
    put_column,
    put_free_numbers,
    put_scalar,
    put_value,
    record_of,
    scalar,
    value,
)
from sim.core.records.bundles import World


class WorldTables:
    """The tables of a world."""

    world: World

    def fill(self, table: str, columns: Mapping[str, npt.ArrayLike]) -> None:
        """Replace a table by rows of the columns given; other fields have their defaults."""
        fill(self.world, table, columns)

    def column(self, table: str, field: str) -> npt.NDArray[Any]:
        """Return a copy of one field of all rows."""
        return column(self.world, table, field)

    def put_column(self, table: str, field: str, values: npt.ArrayLike) -> None:
        """Set one field of all rows."""
        put_column(self.world, table, field, values)

    def blocks(self, table: str) -> list[npt.NDArray[np.void]]:
        """Return the rows as structured arrays, read only."""
        return blocks(self.world, table)

    def number_of(self, table: str) -> int:
        """Return how many rows a table has, free ones included."""
        return number_of(self.world, table)

    def value(self, table: str, i: int, field: str) -> Any:
        """Return one field of one row."""
        return value(self.world, table, i, field)

    def put_value(self, table: str, i: int, field: str, number: float) -> None:
        """Set one field of one row."""
        put_value(self.world, table, i, field, number)

    def record(self, table: str, i: int) -> dict[str, Any]:
        """Return one row as a dict."""
        return record_of(self.world, table, i)

    def free_numbers(self, table: str) -> npt.NDArray[Any]:
        """Return the numbers of the rows that are free; the last is given out first."""
        return free_numbers(self.world, table)

    def put_free_numbers(self, table: str, numbers: npt.ArrayLike) -> None:
        """Say which rows are free."""
        put_free_numbers(self.world, table, numbers)

    def scalar(self, field: str) -> Any:
        """Return a number of the world itself."""
        return scalar(self.world, field)

    def put_scalar(self, field: str, number: float) -> None:
        """Set a number of the world itself."""
        put_scalar(self.world, field, number)
