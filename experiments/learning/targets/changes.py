"""What moves customers' lifetime values in a world, from the moment that one listens to it."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.core.world import World
from sim.metrics.lifetime import gains
from sim.population.value_change import Valuing

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Columns = dict[str, npt.NDArray[Any]]


class Changes(NamedTuple):
    """Money of customers when it came, each of shape (n,): whose, time in seconds, how much."""

    customer: Ints
    time_s: Floats
    money: Floats

    def __add__(self, other: Changes) -> Changes:  # type: ignore[override]
        """Return both, the other's after one's own."""
        return Changes(*(np.concatenate(pair) for pair in zip(self, other, strict=True)))


class Listener:
    """Listens to a world from now on; forks of it are not heard."""

    def __init__(self, world: World, *, luck: bool = False) -> None:
        self.world = world
        self._first = {"moods": _number(world, "moods"), "luck": _number(world, "luck")}
        world.listen(moods=True, luck=luck)

    def rows(self, log: Literal["moods", "luck"]) -> Columns:
        """Return what was heard as columns; see ``World.heard``."""
        return {name: rows[self._first[log] :] for name, rows in self.world.heard(log).items()}

    def value_changes(self, value: Valuing, weight: float = 1.0) -> Changes:
        """Return every change of a customer's lifetime value, times a weight."""
        customer, time_s, money = gains(self.rows("moods"), value, self.world.customers)
        return Changes(customer, time_s, weight * money)


def _number(world: World, log: Literal["moods", "luck"]) -> int:
    return len(world.heard(log)["time_s"])
