"""Tables on a terminal or in a file: every column is there, whatever the width.

Rich squeezes a table that is too wide until columns are illegible or gone. Here numbers are never
broken; columns that do not fit beside each other follow in a further table with the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace

from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Column, Table

from experiments.runtime.terminal import UNBOUND


def show(table: Table, console: Console, keys: int = 1) -> None:
    """Print a table, in parts of some columns each where the console is too narrow.

    The first `keys` columns name the rows and are repeated in every part. Left-aligned cells are
    broken into lines where they have to be, right-aligned ones only at their own line breaks.
    """
    for part in parts(table, console, keys):
        console.print(part)


def parts(table: Table, console: Console, keys: int = 1) -> list[Table]:
    """Return the tables that `show` prints, each of which fits into the console's width."""
    ranges = [_range(column, console, keys) for column in table.columns]
    groups = [list(range(keys))]
    for i in range(keys, len(ranges)):
        least = sum(ranges[k].minimum for k in (*groups[-1], i))
        if least > _room(table, len(groups[-1]) + 1, console) and len(groups[-1]) > keys:
            groups.append(list(range(keys)))
        groups[-1].append(i)
    return [_part(table, group, ranges, console, first=not n) for n, group in enumerate(groups)]


def _range(column: Column, console: Console, keys: int) -> Measurement:
    """The least and the natural width of a column's contents."""
    head, cells = (_widths(of, console) for of in ([column.header], column.cells))
    widest = max(head.maximum, cells.maximum)
    if column.justify == "right":
        return Measurement(max(head.minimum, cells.maximum), widest)
    # A name may be broken anywhere, if it has to be, but not into splinters.
    return Measurement(min(widest, max(8, console.width // (3 * keys))), widest)


def _widths(contents: Iterable[RenderableType], console: Console) -> Measurement:
    options = console.options.update(width=UNBOUND)
    found = [Measurement.get(console, options, content) for content in contents]
    least, most = ([*widths, 0] for widths in zip(*found, strict=True)) if found else ([0], [0])
    return Measurement(max(least), max(most))


def _room(table: Table, columns: int, console: Console) -> int:
    """Columns of the screen that padding and borders leave for contents."""
    return console.width - (2 * columns if table.box is None else 3 * columns + 1)


def _part(
    table: Table,
    group: Sequence[int],
    ranges: Sequence[Measurement],
    console: Console,
    *,
    first: bool,
) -> Table:
    spare = _room(table, len(group), console) - sum(ranges[i].minimum for i in group)
    columns = []
    for place, i in enumerate(group):
        more = max(0, min(spare, ranges[i].maximum - ranges[i].minimum))
        spare -= more
        width = ranges[i].minimum + more
        columns.append(replace(table.columns[i], _index=place, width=width, overflow="fold"))
    part = copy(table)
    part.columns = columns
    part.title = table.title if first else None
    return part
