"""Needs over time: one vectorised batch a day, with the uniforms of the first contact.

Each customer's needs are a Poisson process in operational time (exponential gaps addressed by the
need's number); the calendar time follows from the hour-of-week shape and the day's gamma level.
The needs do not depend on the policy, so two policies meet the same ones.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import DAY_S, Compiled, needs_rates
from sim.retention import gamma_level
from sim.streams import Trait, contact_uniforms, uniform, uniforms

ATTEMPTS = 16  # addresses of contacts: need number × ATTEMPTS + attempt


class Needs(NamedTuple):
    """The needs of one day in order of time."""

    time_s: list[float]
    customer: list[int]
    intent: list[int]
    number: list[int]
    draws: list[list[float]]


def trace_needs(
    key: int,
    time_s: npt.NDArray[np.float64],
    customer: npt.NDArray[np.int64],
    intent: npt.NDArray[np.int64],
) -> Needs:
    """Return needs at given times (a log replayed), ordered by time."""
    order = np.argsort(time_s, kind="stable")
    who, number = customer[order], order.astype(np.int64)
    return Needs(
        time_s[order].tolist(),
        who.tolist(),
        intent[order].tolist(),
        number.tolist(),
        contact_uniforms(key, who, number * ATTEMPTS).tolist(),
    )


class Demand:
    """The state of the needs process: each customer's next need in operational time (days)."""

    def __init__(self, compiled: Compiled, key: int, segment: npt.NDArray[np.int8]) -> None:
        self._compiled = compiled
        self._key = key
        rates, self._intent_shares = needs_rates(compiled.scenario)
        self._rate = rates[segment]
        demand = compiled.scenario.demand
        hourly, daily = np.array(demand.hourly), np.array(demand.daily)
        self._hourly = hourly / hourly.sum()
        self._daily = daily / daily.mean()
        self._cv = demand.day_cv if compiled.on.day_variation else 0.0
        self._elapsed = 0.0
        n = len(segment)
        ids = np.arange(n, dtype=np.int64)
        self._number = np.zeros(n, dtype=np.int64)
        self._next = np.full(n, np.inf)
        active = self._rate > 0
        gaps = -np.log(uniforms(key, ids[active], 0, Trait.NEED_GAP))
        self._next[active] = gaps / self._rate[active]

    def fork(self) -> Demand:
        """Return an independent copy."""
        copy = object.__new__(Demand)
        copy.__dict__.update(self.__dict__)
        copy._number, copy._next = self._number.copy(), self._next.copy()
        return copy

    def level(self, day: int) -> float:
        """Return the expected needs of a day relative to an average one."""
        weekday = (day + self._compiled.scenario.start_day) % 7
        u = uniform(self._key, 0, day, Trait.DAY_LEVEL)
        return float(self._daily[weekday]) * gamma_level(self._cv, u)

    def day(self, day: int) -> Needs:
        """Return the needs of the day numbered ``day`` and advance the process beyond it."""
        start = self._elapsed
        self._elapsed = start + self.level(day)
        who, number, when = self._due(self._elapsed)
        clock = np.interp(
            when - start,
            np.concatenate(([0.0], np.cumsum(self._hourly))) * (self._elapsed - start),
            np.arange(25) * (DAY_S / 24),
        )
        intent = np.searchsorted(
            self._intent_shares, uniforms(self._key, who, number, Trait.INTENT)
        )
        order = np.lexsort((who, clock))
        who, number = who[order], number[order]
        return Needs(
            (clock[order] + day * DAY_S).tolist(),
            who.tolist(),
            intent[order].tolist(),
            number.tolist(),
            contact_uniforms(self._key, who, number * ATTEMPTS).tolist(),
        )

    def _due(
        self, until: float
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        customers, numbers, times = [], [], []
        due = np.flatnonzero(self._next < until)
        while due.size:
            number = self._number[due]
            customers.append(due)
            numbers.append(number.copy())
            times.append(self._next[due].copy())
            gap = -np.log(uniforms(self._key, due, number + 1, Trait.NEED_GAP))
            self._next[due] += gap / self._rate[due]
            self._number[due] = number + 1
            due = due[self._next[due] < until]
        if not customers:
            none = np.empty(0, np.int64)
            return none, none, np.empty(0)
        return np.concatenate(customers), np.concatenate(numbers), np.concatenate(times)
