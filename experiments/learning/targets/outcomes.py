"""What a decision about one customer brought, until that customer's journey ended.

Money of a journey: sales less costs of its contacts and treatments, plus the *expected* change of
the customer's lifetime value (``sim.population.value``), which stands for the margin that a later,
chancy departure would cost. Effects on others are not in it; the agents' time that a journey took
is reported beside it, so that a price can be put on it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from itertools import accumulate
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from sim.core.state.world_state import WorldState
from sim.register.register import (
    C_AGENT,
    C_ANSWERED,
    C_COST,
    C_CUSTOMER,
    C_END,
    C_QUEUED,
    C_RELEASED,
    C_SALE,
    J_END,
    J_JOURNEY,
    T_COST,
    T_CUSTOMER,
    T_TIME,
    Register,
)

Floats = npt.NDArray[np.float64]
WAITED_S = 1.0  # who waited longer found no agent free


class Valued(Protocol):
    """Lifetime values of customers: exact, or as the firm estimates them."""

    def of(self, world: WorldState, customer: int, mood: float) -> float:
        """Return the expected discounted margin of a customer in a mood."""
        ...


class ValueLog:
    """A world's watch that notes every change of a customer's lifetime value, times a weight."""

    def __init__(self, value: Valued, weight: float = 1.0) -> None:
        self.value, self.weight = value, weight
        self.rows: list[tuple[int, float, float]] = []

    def mood_changed(self, world: WorldState, customer: int, before: float) -> None:
        """Note what a jump of mood does to the value of a customer who is not leaving already."""
        people = world.customers
        if people.alive[customer] and people.threshold[customer] != float("inf"):
            of = self.value.of
            gain = of(world, customer, people.mood[customer]) - of(world, customer, before)
            self.rows.append((customer, world.now, self.weight * gain))

    def note(self, customer: int, time_s: float, money: float) -> None:
        """Note other money, which carries no weight."""
        self.rows.append((customer, time_s, money))

    def stayed(self, world: WorldState, customer: int) -> None:
        """Note the value of a leaver who was saved."""
        gain = self.value.of(world, customer, world.customers.mood[customer])
        self.rows.append((customer, world.now, self.weight * gain))


class Decided(NamedTuple):
    """A decision about a customer: when, who, in which journey."""

    time_s: float
    customer: int
    journey: int


class Outcomes(NamedTuple):
    """By decision, each of shape (n,): money; agents' seconds; those of contacts that had to wait.

    The last measures crowding: a contact that found no agent free delays those behind it.
    """

    money: Floats
    handle_s: Floats
    crowded_s: Floats


def outcomes(decided: list[Decided], log: ValueLog, register: Register) -> Outcomes:
    """Return what followed each decision, up to the end of its journey (or of the episode)."""
    ends = {row[J_JOURNEY]: row[J_END] for row in register.journeys}
    events = _events(log, register)
    result = np.zeros((3, len(decided)))
    for i, one in enumerate(decided):
        found = events.get(one.customer)
        if found is None:
            continue
        times, sums = found
        first = bisect_left(times, one.time_s)
        last = bisect_right(times, ends.get(one.journey, float("inf")))
        if last > first:
            for k in range(3):
                result[k, i] = sums[k][last] - sums[k][first]
    return Outcomes(*result)


def _events(
    log: ValueLog, register: Register
) -> dict[int, tuple[list[float], tuple[list[float], ...]]]:
    """Return by customer: times in order, and running sums of money and seconds from 0."""
    rows: dict[int, list[tuple[float, float, float, float]]] = defaultdict(list)
    for customer, time_s, gain in log.rows:
        rows[customer].append((time_s, gain, 0.0, 0.0))
    for row in register.contacts:
        answered, queued = row[C_ANSWERED], row[C_QUEUED]
        handled = row[C_END] - answered if row[C_AGENT] >= 0 and answered >= 0 else 0.0
        crowded = handled if queued >= 0 and answered - queued > WAITED_S else 0.0
        money = row[C_SALE] - row[C_COST]
        rows[row[C_CUSTOMER]].append((row[C_RELEASED], money, handled, crowded))
    for row in register.treatments:
        rows[row[T_CUSTOMER]].append((row[T_TIME], -row[T_COST], 0.0, 0.0))
    result = {}
    for customer, found in rows.items():
        found.sort(key=lambda event: event[0])
        columns = list(zip(*found, strict=True))
        sums = tuple([0.0, *accumulate(column)] for column in columns[1:])
        result[customer] = (list(columns[0]), sums)
    return result
