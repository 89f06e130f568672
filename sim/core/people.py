"""The customers of a world, as columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sim.core.simulation import Simulation


class Column:
    """One fact of all customers: `column[i]` reads one, NumPy takes a copy of all."""

    __slots__ = ("_core", "_field", "_table")

    def __init__(self, core: Simulation, field: str, table: str = "customers") -> None:
        self._core, self._field, self._table = core, field, table

    def __getitem__(self, customer: int) -> Any:
        return self._core.value(self._table, int(customer), self._field)

    def __len__(self) -> int:
        return self._core.number_of(self._table)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._core.column(self._table, self._field).tolist())

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        values = self._core.column(self._table, self._field)
        return values if dtype is None else values.astype(dtype)


class People:
    """All customers: traits drawn once, and state; each attribute is a ``Column``."""

    __slots__ = ("_core", "n")

    def __init__(self, core: Simulation) -> None:
        self._core = core
        self.n = core.number_of("customers")

    def _column(self, field: str) -> Column:
        return Column(self._core, field)

    def _lasting(self, field: str, without: float) -> Any:
        """Return a column of what lasts; one value for all where a firm has nothing that does."""
        if self._core.number_of("lasting"):
            return Column(self._core, field, "lasting")
        return np.full(self.n, without)

    alive = property(lambda self: self._column("alive"), doc="1 until the customer has left.")
    asleep = property(lambda self: self._lasting("asleep", 0), doc="1: no thought of leaving.")
    awake = property(lambda self: self._lasting("awake", 0.0), doc="How awake a sleeper is.")
    base = property(lambda self: self._column("base"), doc="Base of the churn clock.")
    concern = property(lambda self: self._lasting("concern", -1), doc="What troubles; -1: none.")
    drift = property(lambda self: self._lasting("drift", 0.0), doc="Of the log-odds of leaving.")
    expectation = property(lambda self: self._column("expectation"), doc="Usual experience.")
    hazard = property(lambda self: self._column("hazard"), doc="Hazard accumulated so far.")
    left_s = property(lambda self: self._column("left_s"), doc="When the customer left, or -1.")
    margin_per_s = property(lambda self: self._column("margin_per_s"), doc="Money a second.")
    mood = property(lambda self: self._column("mood"), doc="Mood, within the limit.")
    renewal_day = property(lambda self: self._column("renewal_day"), doc="Day of the next one.")
    risk = property(lambda self: self._lasting("risk", 0.0), doc="Log-odds of leaving; lags.")
    saves = property(lambda self: self._column("saves"), doc="How often a leaver was saved.")
    segment = property(lambda self: self._column("segment"), doc="Number of the segment.")
    skill = property(lambda self: self._column("skill"), doc="Digital skill, 0 to 1.")
    tenure = property(lambda self: self._column("tenure"), doc="Renewals survived.")
    threshold = property(lambda self: self._column("threshold"), doc="Hazard at which one leaves.")
