"""The tables of a bundle as NumPy arrays and plain numbers: what Python writes to them and reads.

Compiled, `columns.pxi` has these functions too. A bundle is a world or a firm (see `storage`).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from itertools import repeat
from operator import attrgetter
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.core.drawing import draw_ahead
from sim.core.storage import BLOCK, Table, values_of

CODES: Final = {
    "Int": "i8",
    "Small": "i4",
    "U64": "u8",
    "Float": "f8",
    "int": "i8",
    "float": "f8",
}


def fill(bundle: Any, table: str, columns: Mapping[str, npt.ArrayLike]) -> None:
    """Replace a table by rows of the columns given; other fields have their defaults.

    Raises:
        KeyError: no such table or field.
        ValueError: columns of unequal length.
        TypeError: a field without a default is missing.
        OverflowError: a whole number that its field cannot hold.
    """
    found = table_of(bundle, table)
    record = found.record
    for f in fields(record):
        if f.default is MISSING and f.name not in columns:
            raise TypeError(f"{table}: {f.name} has no default and must be given")
    arrays = {name: plain(record, name, values) for name, values in columns.items()}
    lengths = {len(values) for values in arrays.values()}
    if len(lengths) != 1:
        raise ValueError(f"{table}: columns of {sorted(lengths)} rows")
    n = lengths.pop()
    in_order = [arrays.get(f.name, repeat(f.default, n)) for f in fields(record)]
    found.rows[:] = map(record, *in_order)
    found.free.clear()
    if table == "needs" and "luck" in arrays:
        draw_ahead(arrays["luck"])


def column(bundle: Any, table: str, field: str) -> npt.NDArray[Any]:
    """Return a copy of one field of all rows: float64, or int64 for whole numbers."""
    found = table_of(bundle, table)
    code = code_of(found.record, field)
    values = np.fromiter(map(attrgetter(field), found.rows), code, len(found.rows))
    return values if code == "f8" else values.astype(np.int64)


def put_column(bundle: Any, table: str, field: str, values: npt.ArrayLike) -> None:
    """Set one field of all rows; errors as in ``fill``."""
    found = table_of(bundle, table)
    items = plain(found.record, field, values)
    if len(items) != len(found.rows):
        raise ValueError(f"{table}.{field}: {len(items)} values for {len(found.rows)} rows")
    put = getattr(found.record, field).__set__  # of frozen records too: laws
    deque(map(put, found.rows, items), 0)


def blocks(bundle: Any, table: str) -> list[npt.NDArray[np.void]]:
    """Return the rows as structured arrays, read only; compiled, views of the memory itself."""
    of = table_of(bundle, table)
    dtype, values = dtype_of(of.record), values_of(of.record)
    found = []
    for first in range(0, len(of.rows), BLOCK):
        some = of.rows[first : first + BLOCK]
        block = np.zeros(len(some), dtype)  # also what pads the fields
        for name, items in zip(
            dtype.names or (), zip(*map(values, some), strict=True), strict=True
        ):
            block[name] = items
        block.flags.writeable = False
        found.append(block)
    return found


def number_of(bundle: Any, table: str) -> int:
    """Return how many rows a table has, free ones included."""
    return len(table_of(bundle, table).rows)


def free_numbers(bundle: Any, table: str) -> npt.NDArray[np.int64]:
    """Return the numbers of the rows that are free; the last is given out first."""
    return np.array(table_of(bundle, table).free, dtype=np.int64)


def put_free_numbers(bundle: Any, table: str, numbers: npt.ArrayLike) -> None:
    """Say which rows are free."""
    rows = table_of(bundle, table)
    rows.free.clear()
    for i in np.asarray(numbers).tolist():
        row_of(bundle, table, i)
        rows.release(i)


def value(bundle: Any, table: str, i: int, field: str) -> Any:
    """Return one field of one row; ``IndexError`` for a row that is not there."""
    row = row_of(bundle, table, i)
    code_of(row.__class__, field)
    return getattr(row, field)


def put_value(bundle: Any, table: str, i: int, field: str, number: float) -> None:
    """Set one field of one row."""
    row = row_of(bundle, table, i)
    object.__setattr__(row, field, plain(row.__class__, field, [number])[0])


def record_of(bundle: Any, table: str, i: int) -> dict[str, Any]:
    """Return one row as a dict."""
    row = row_of(bundle, table, i)
    return {f.name: getattr(row, f.name) for f in fields(row)}


def scalar(bundle: Any, field: str) -> Any:
    """Return a field of the bundle itself."""
    code_of(bundle.__class__, field)
    return getattr(bundle, field)


def put_scalar(bundle: Any, field: str, number: float) -> None:
    """Set a field of the bundle itself."""
    setattr(bundle, field, plain(bundle.__class__, field, [number])[0])


# -- names and types -------------------------------------------------------------------------------


def table_of(bundle: Any, name: str) -> Table[Any]:
    """Return a bundle's table; ``KeyError`` names one that is not there."""
    found = getattr(bundle, name, None)
    if not isinstance(found, Table):
        raise KeyError(f"{bundle.__class__.__name__} has no table {name!r}")
    return found


def row_of(bundle: Any, table: str, i: int) -> Any:
    """Return a record; ``IndexError`` names it where it is not there."""
    found = table_of(bundle, table)
    if not 0 <= i < len(found.rows):
        raise IndexError(f"{snake(found.record.__name__)} {i} of {len(found.rows)}")
    return found.rows[i]


@cache
def code_of(record: Any, field: str) -> str:
    """Return NumPy's code of a field's type; ``KeyError`` names one that is not there."""
    for f in fields(record):
        if f.name == field and f.type in CODES:
            return CODES[str(f.type)]
    raise KeyError(f"{record.__name__} has no field {field!r}")


@cache
def dtype_of(record: Any) -> np.dtype[np.void]:
    """Return NumPy's type of a record, laid out as C does."""
    return np.dtype([(f.name, CODES[str(f.type)]) for f in fields(record)], align=True)


def plain(record: Any, field: str, values: npt.ArrayLike) -> list[Any]:
    """Return values as Python's numbers of a field's type.

    Where all are the same, they are one object: many, far apart in memory, take longer to read.
    """
    array = as_type(values, code_of(record, field), f"{record.__name__}.{field}")
    words = np.ascontiguousarray(array).view(f"i{array.itemsize}")  # -0.0 is not 0.0
    same = array.size and (words == words[0]).all()
    numbers: list[Any] = array[:1].tolist() * len(array) if same else array.tolist()
    return numbers


def as_type(values: npt.ArrayLike, code: str, where: str) -> npt.NDArray[Any]:
    """Return values as an array of a field's type; a whole number must fit, a fraction may not be.

    Negative numbers in a field without sign are taken modulo 2**64, as ``column`` gives them.
    """
    if code == "f8":
        return np.asarray(values, dtype=np.float64)
    array = values if isinstance(values, np.ndarray) else np.array(values, dtype=object)
    if array.dtype == code:
        return array
    with np.errstate(invalid="ignore"):  # not a number: found out below
        changed = array.astype(code)
    same = changed.astype(array.dtype) if code == "u8" else changed
    if not np.array_equal(same, array):
        raise OverflowError(f"{where}: values that are no {code} numbers")
    return changed


def snake(name: str) -> str:
    """Return ``contact_row`` for ``ContactRow``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
