"""What contacts do to customers' lifetime values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from sim.population.lasting_value import Moved
from sim.population.value import Floats, Integers, LifetimeValue, Valued
from sim.units import DAY_S


class Tables(Protocol):
    """The core of a world, as far as values need it."""

    def number_of(self, table: str) -> int:
        """Return how many rows a table has."""

    def record(self, table: str, i: int) -> dict[str, Any]:
        """Return one row."""


class Heard(Valued, Protocol):
    """A world that keeps what moves its customers' values (``World.listen``)."""

    @property
    def core(self) -> Tables:
        """Its tables."""


class Valuing(Protocol):
    """Lifetime values of customers: exact, or as somebody estimates them."""

    def worth(
        self,
        people: Any,
        customers: Integers,
        moods: Floats,
        days: Floats,
        moved: Moved | None = None,
    ) -> Floats:
        """Return the values of customers in moods; see ``LifetimeValue.worth``."""
        ...


def value_gains(heard: Mapping[str, npt.NDArray[Any]], value: Valuing, people: Any) -> Floats:
    """Return what each row that was heard did to a customer's lifetime value, shape (n,).

    Drift itself is not booked: the value expects it. Who is going already has lost the value, and
    a leaver who is saved brings it back whole.
    """
    customer, saved = heard["customer"], heard["saved"] == 1
    days = heard["renewal_day"] - heard["time_s"] / DAY_S
    drift = heard["drift"]
    before, after = Moved(drift, heard["awake_before"]), Moved(drift, heard["awake"])
    was = value.worth(people, customer, np.where(saved, 0.0, heard["before"]), days, before)
    now = value.worth(people, customer, heard["after"], days, after)
    gains: Floats = np.where(saved | (heard["going"] == 0), now - np.where(saved, 0.0, was), 0.0)
    return gains


class ValueChange:
    """What contacts do to customers' lifetime values, from one decision to the next.

    The value of a customer changes when a mood jumps and when a leaver is saved; the loss of who
    leaves is not booked when it happens but expected, in the mood that raised the hazard. Money is
    discounted to time zero, as in the ledger. The world listens to moods (``World.listen``).
    """

    def __init__(self, value: LifetimeValue, world: Heard) -> None:
        self.value = value
        self._heard = world.core.number_of("mood_rows")

    def since(self, world: Heard) -> float:
        """Return the sum of changes since the last call."""
        core, first, total = world.core, self._heard, 0.0
        self._heard = core.number_of("mood_rows")
        rows = [core.record("mood_rows", number) for number in range(first, self._heard)]
        moves = rows and self.value.moves
        gains = self._gains(world, rows) if moves else [self._gain(world, row) for row in rows]
        for row, gain in zip(rows, gains, strict=True):
            total += gain * world.ledger.discount(row["time_s"])
        return total

    def _gains(self, world: Heard, rows: Sequence[Mapping[str, Any]]) -> list[float]:
        """Return what rows change, in one pass: one by one would be slow where values move."""
        heard = {name: np.array([row[name] for row in rows]) for name in rows[0]}
        gains: list[float] = value_gains(heard, self.value, world.customers).tolist()
        return gains

    def _gain(self, world: Heard, row: Mapping[str, Any]) -> float:
        who, people, at = row["customer"], world.customers, self.value.at
        days = row["renewal_day"] - row["time_s"] / DAY_S
        if row["saved"]:
            return at(people, who, row["after"], days)
        if row["going"]:
            return 0.0
        return at(people, who, row["after"], days) - at(people, who, row["before"], days)
