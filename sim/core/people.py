"""The customers of a world, as columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

if TYPE_CHECKING:
    from sim.core.simulation import Simulation


class Column:
    """One fact of all customers: `column[i]` reads one, NumPy takes a copy of all."""

    __slots__ = ("_core", "_field")

    def __init__(self, core: Simulation, field: str) -> None:
        self._core, self._field = core, field

    def __getitem__(self, customer: int) -> Any:
        return self._core.value("customers", int(customer), self._field)

    def __len__(self) -> int:
        return self._core.number_of("customers")

    def __iter__(self) -> Iterator[Any]:
        return iter(self._core.column("customers", self._field).tolist())

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]:
        values = self._core.column("customers", self._field)
        return values if dtype is None else values.astype(dtype)


class People:
    """All customers: traits drawn once, and state; each attribute is a ``Column``."""

    __slots__ = ("_core", "n")

    def __init__(self, core: Simulation) -> None:
        self._core = core
        self.n = core.number_of("customers")

    def _column(self, field: str) -> Column:
        return Column(self._core, field)

    alive = property(lambda self: self._column("alive"), doc="1 until the customer has left.")
    base = property(lambda self: self._column("base"), doc="Base of the churn clock.")
    expectation = property(lambda self: self._column("expectation"), doc="Usual experience.")
    hazard = property(lambda self: self._column("hazard"), doc="Hazard accumulated so far.")
    left_s = property(lambda self: self._column("left_s"), doc="When the customer left, or -1.")
    margin_per_s = property(lambda self: self._column("margin_per_s"), doc="Money a second.")
    mood = property(lambda self: self._column("mood"), doc="Mood, within the limit.")
    renewal_day = property(lambda self: self._column("renewal_day"), doc="Day of the next one.")
    saves = property(lambda self: self._column("saves"), doc="How often a leaver was saved.")
    segment = property(lambda self: self._column("segment"), doc="Number of the segment.")
    skill = property(lambda self: self._column("skill"), doc="Digital skill, 0 to 1.")
    threshold = property(lambda self: self._column("threshold"), doc="Hazard at which one leaves.")
