"""What the KPIs need besides the register, and small helpers over its columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.tables.compiled import Compiled

Columns = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class Facts:
    """What the KPIs need besides the register.

    ``margin_per_s`` and ``left_s`` (-1: still active) by customer; ``wage_per_s`` by team;
    ``channel_kind`` by channel; the window from ``start_s`` to ``end_s``, where the run has ended
    (sums of time, money and contacts may also be asked of a window within the run).
    """

    start_s: float
    end_s: float
    margin_per_s: npt.NDArray[np.float64]
    left_s: npt.NDArray[np.float64]
    wage_per_s: npt.NDArray[np.float64]
    channel_kind: npt.NDArray[np.int64]
    discount_per_s: float

    @classmethod
    def of(cls, compiled: Compiled, customers: Any, start_s: float, end_s: float) -> Facts:
        """Return the facts of a world's customers under a compiled scenario."""
        return cls(
            start_s,
            end_s,
            np.array(customers.margin_per_s),
            np.array(customers.left_s),
            np.array(compiled.teams.wage_per_s),
            np.array(compiled.channels.kind),
            compiled.discount_per_s,
        )

    @property
    def there(self) -> npt.NDArray[np.bool_]:
        """Which customers are active when the window begins."""
        return (self.left_s < 0) | (self.left_s > self.start_s)

    @property
    def active_s(self) -> npt.NDArray[np.float64]:
        """How long each customer is active in the window, seconds."""
        left = np.where(self.left_s < 0, self.end_s, np.minimum(self.left_s, self.end_s))
        active: npt.NDArray[np.float64] = np.maximum(0.0, left - self.start_s)
        return active

    def within(self, table: Columns, column: str = "start_s") -> Columns:
        """Return the rows with a time in the window, its end excluded: each in one window."""
        return select(table, (table[column] >= self.start_s) & (table[column] < self.end_s))

    def during(self, table: Columns, column: str) -> Columns:
        """Return the rows with a time in the window or at its end, where the run's books close."""
        return select(table, (table[column] >= self.start_s) & (table[column] <= self.end_s))


class _Rows(Columns):
    """The kept rows of a table; each column is taken when it is first asked for."""

    def __init__(self, table: Columns, keep: npt.NDArray[np.bool_]) -> None:
        super().__init__()
        self._table, self._rows = table, np.flatnonzero(keep)

    def __missing__(self, name: str) -> npt.NDArray[Any]:
        self[name] = self._table[name][self._rows]
        return self[name]


def select(table: Columns, keep: npt.NDArray[np.bool_]) -> Columns:
    """Return the rows where ``keep`` holds."""
    return table if keep.all() else _Rows(table, keep)


def ratio(a: float, b: float) -> float:
    """Return a ÷ b, NaN where b is 0."""
    return a / b if b else float("nan")


def mean(values: npt.NDArray[Any]) -> float:
    """Return the mean, NaN of nothing."""
    return float(values.mean()) if values.size else float("nan")
