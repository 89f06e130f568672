"""Registers of rows that a test writes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.register.register import FLOATS, ROWS_OF, Register

Rows = list[dict[str, float]]


class Given:
    """Rows by table, in the place of a world's core; what a row does not say is -1."""

    def __init__(self, tables: dict[str, Rows]) -> None:
        self.tables = {kept: tables.get(table, []) for table, kept in ROWS_OF.items()}

    def column(self, table: str, field: str) -> npt.NDArray[Any]:
        values = [row.get(field, -1) for row in self.tables[table]]
        return np.array(values, dtype=np.float64 if field in FLOATS else np.int64)

    def number_of(self, table: str) -> int:
        return len(self.tables[table])


def register_of(**tables: Rows) -> Register:
    """Return a register of the rows given, by table."""
    return Register(Given(tables))
