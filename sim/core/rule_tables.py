"""A firm's rules as tables, as the face gives them to the rest of the project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from sim.core.accessors import (
    make_firm,
)
from sim.core.columns import (
    column,
    fill,
    put_column,
    put_scalar,
    scalar,
)
from sim.core.records.firm import Firm
from sim.core.storage import free_firm

if TYPE_CHECKING:
    pass


class Rules:
    """A firm's rules as tables, shared by all its worlds."""

    firm: Firm

    def __init__(self) -> None:
        self.firm = make_firm()

    def __del__(self) -> None:
        free_firm(self.firm)

    def fill(self, table: str, columns: Mapping[str, npt.ArrayLike]) -> None:
        """Replace a table by rows of the columns given; other fields have their defaults."""
        fill(self.firm, table, columns)

    def column(self, table: str, field: str) -> npt.NDArray[Any]:
        """Return a copy of one field of all rows."""
        return column(self.firm, table, field)

    def put_column(self, table: str, field: str, values: npt.ArrayLike) -> None:
        """Set one field of all rows."""
        put_column(self.firm, table, field, values)

    def scalar(self, field: str) -> Any:
        """Return a number of the firm."""
        return scalar(self.firm, field)

    def put_scalar(self, field: str, number: float) -> None:
        """Set a number of the firm."""
        put_scalar(self.firm, field, number)
