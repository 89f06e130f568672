"""Expected discounted margin of a customer, given mood: for shaping and for what lies beyond.

A mood fades by its half-life once a day and moves the churn hazard meanwhile; after ten half-lives
it is taken as gone, after ten years as lasting. On the hazard clock the survival integral is
tabulated over moods for every base hazard; on the contractual clock the next renewals are summed.
Future contacts are not foreseen: the value is that of a customer left in peace.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from sim.behaviour.customers import mood_decay, mood_decays
from sim.behaviour.money import (
    annuities,
    annuity,
    discount_factor,
    discount_factors,
    lifetime_value,
)
from sim.behaviour.retention import hazard_rates, renewal_survivals
from sim.tables.compiled import Compiled
from sim.units import DAY_S

HALF_LIVES = 10
MOST_DAYS = 3653  # a mood that lasts longer stays as it is then
GRID = 257  # moods of the table; linear between them
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def hazard_value(
    base_per_s: float,
    discount_per_s: float,
    mood_effect: float,
    moods: Floats,
    half_life_days: float,
) -> Floats:
    """Return the value per unit of margin a second at each of the moods, shape of ``moods``.

    ∫ exp(-discount t - ∫ hazard) dt with hazard = base × exp(-mood_effect × mood × 2^(-days /
    half-life)), constant within a day; 0 where it would be endless.
    """
    if base_per_s + discount_per_s <= 0:
        return np.zeros_like(moods)
    last = int(np.ceil(min(HALF_LIVES * half_life_days, MOST_DAYS)))
    days = np.arange(last + 1)
    faded = moods[:, None] * mood_decays(days, half_life_days)
    rate = hazard_rates(base_per_s, mood_effect, faded) + discount_per_s
    passed = np.cumsum(rate * DAY_S, axis=1)
    before = np.exp(-np.hstack([np.zeros((len(moods), 1)), passed[:, :-1]]))
    inside = annuities(DAY_S, rate, before).sum(axis=1)
    lasting = moods * mood_decay(last, half_life_days) if last >= MOST_DAYS else 0.0
    after = hazard_rates(base_per_s, mood_effect, lasting) + discount_per_s
    value: Floats = inside + np.exp(-passed[:, -1]) / after
    return value


class Discounting(Protocol):
    """A ledger, as far as values need it."""

    def discount(self, time_s: float) -> float:
        """Return the value at time zero of one unit of money at a time."""


class Valued(Protocol):
    """A world, as far as its customers' values need it.

    Facts of ``customers`` are read by number, or all at once as an array: see
    ``sim.core.people.People``.
    """

    compiled: Compiled
    customers: Any

    @property
    def now(self) -> float:
        """The time in seconds since the start."""

    @property
    def ledger(self) -> Discounting:
        """The firm's money."""


def at_mood(table: Sequence[float], mood: float, limit: float) -> float:
    """Return the value at a mood, between moods from -limit to limit in equal steps linearly."""
    at = (mood + limit) / (2 * limit) * (len(table) - 1)
    low = min(len(table) - 2, max(0, int(at)))
    return table[low] + (at - low) * (table[low + 1] - table[low])


class LifetimeValue:
    """Values of customers of worlds of one scenario, in money at the time asked.

    ``of(world, customer, mood)`` is one customer's, ``total(world)`` that of all who are active;
    ``worth`` values many moods at once.
    """

    def __init__(self, world: Valued) -> None:
        scenario = world.compiled.scenario
        retention, churn = scenario.retention, scenario.mechanisms.churn
        self._rate = world.compiled.discount_per_s
        self._effect = retention.mood_effect
        self._half_life = scenario.satisfaction.mood_half_life_days
        self._limit = scenario.satisfaction.mood_limit
        self._fade: float = mood_decay(1, self._half_life)
        self._contract = churn and retention.clock == "contractual"
        self._tables: dict[float, list[float]] = {}
        self._hazard = churn and retention.clock == "hazard"
        period = retention.period_days
        self._renewals = int(HALF_LIVES * self._half_life / period)
        self._period_fade = self._fade**period
        self._period_worth = annuity(period * DAY_S, self._rate)
        self._period_discount = discount_factor(period * DAY_S, self._rate)

    def __deepcopy__(self, memo: object) -> LifetimeValue:
        """Return itself: values depend on the world that is given, tables on the scenario."""
        return self

    def _table(self, base: float) -> list[float]:
        values = self._tables.get(base)
        if values is None:
            args = (self._rate, self._effect, self._moods(), self._half_life)
            values = hazard_value(base, *args).tolist()
            self._tables[base] = values
        return values

    def _moods(self) -> Floats:
        return np.linspace(-self._limit, self._limit, GRID)

    def of(self, world: Valued, customer: int, mood: float) -> float:
        """Return the expected discounted margin of an active customer from now on."""
        people = world.customers
        margin: float = people.margin_per_s[customer]
        base: float = people.base[customer]
        if self._contract:
            days = people.renewal_day[customer] - world.now / DAY_S
            return margin * float(self._contractual(base, mood, max(0.0, days)))
        if not self._hazard:
            return float(lifetime_value(margin, 0.0, self._rate))
        return margin * at_mood(self._table(base), mood, self._limit)

    def worth(self, people: Any, customers: Integers, moods: Floats, days: Floats) -> Floats:
        """Return ``of`` for many at once.

        Args:
            people: all customers.
            customers: whose value, shape (n,); anyone may come more than once.
            moods: the mood of each, shape (n,).
            days: from the time asked to each one's next renewal, shape (n,).
        """
        margin = np.array(people.margin_per_s)[customers]
        base = np.array(people.base)[customers]
        if self._contract:
            value: Floats = margin * self._contractual(base, moods, np.maximum(0.0, days))
        elif self._hazard:
            value = margin * self._clocked(base, moods)
        else:
            value = lifetime_value(margin, 0.0, self._rate)
        return value

    def _clocked(self, base: Floats, moods: Floats) -> Floats:
        """Return the values per unit of margin on the hazard clock, shape of ``moods``."""
        grid, value = self._moods(), np.empty_like(moods)
        for hazard in np.unique(base):
            of = base == hazard
            value[of] = np.interp(moods[of], grid, self._table(float(hazard)))
        return value

    def _contractual(self, base: Any, mood: Any, days: Any) -> Any:
        """Return the value per unit of margin with the next renewal in ``days`` days.

        Numbers or arrays of one shape.
        """
        wait_s = days * DAY_S
        value = annuities(wait_s, self._rate)
        mood = mood * self._fade**days
        kept = discount_factors(wait_s, self._rate) * self._renews(base, mood)
        for _ in range(self._renewals):
            value = value + kept * self._period_worth
            mood = mood * self._period_fade
            kept = kept * self._period_discount * self._renews(base, mood)
        gone = 1 - self._period_discount * self._renews(base, 0.0)
        ends = gone > 0  # 0 where the rest would be endless; `where` would be slow for numbers
        return value + ends * kept * self._period_worth / (gone + (1 - ends))

    def _renews(self, base: Any, mood: Any) -> Any:
        return renewal_survivals(base, self._effect, mood)

    def total(self, world: Valued) -> float:
        """Return the value of all active customers who have not said that they leave."""
        people = world.customers
        there = np.array(people.alive, dtype=bool) & np.isfinite(np.array(people.threshold))
        here = np.flatnonzero(there)
        days = np.array(people.renewal_day)[here] - world.now / DAY_S
        return fsum(self.worth(people, here, np.array(people.mood)[here], days))


class ValueChange:
    """Sums, from one decision to the next, what contacts do to customers' lifetime values.

    The value of a customer changes when a mood jumps and when a leaver is saved; the loss of who
    leaves is not booked when it happens but expected, in the mood that raised the hazard. Money is
    discounted to time zero, as in the ledger.
    """

    def __init__(self, value: LifetimeValue) -> None:
        self.value = value
        self.total = 0.0

    def mood_changed(self, world: Valued, customer: int, before: float) -> None:
        """Add the change of a customer's value by a jump of mood."""
        people = world.customers
        if not people.alive[customer] or people.threshold[customer] == float("inf"):
            return
        after, of = people.mood[customer], self.value.of
        gain = of(world, customer, after) - of(world, customer, before)
        self.total += gain * world.ledger.discount(world.now)

    def stayed(self, world: Valued, customer: int) -> None:
        """Add the value of a leaver who was saved."""
        gain = self.value.of(world, customer, world.customers.mood[customer])
        self.total += gain * world.ledger.discount(world.now)
