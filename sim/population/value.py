"""Expected discounted margin of a customer, given mood: for shaping and for what lies beyond.

A mood fades by its half-life once a day and moves the churn hazard meanwhile; after ten half-lives
it is taken as gone, after ten years as lasting. On the hazard clock the survival integral is
tabulated over moods for every base hazard; on the contractual clock the next renewals are summed.
Future contacts are not foreseen: the value is that of a customer left in peace. Where customers
drift or sleep see ``sim.population.lasting_value``.
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
from sim.behaviour.tenure import unsettled
from sim.population.lasting_value import LastingValue, Moved
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


class Facts(Protocol):
    """A fact of all customers."""

    def __getitem__(self, customer: int) -> Any:
        """Return that of one customer."""


class Customers(Protocol):
    """Customers, as far as their values need them; NumPy takes each fact as an array, too."""

    @property
    def margin_per_s(self) -> Facts:
        """Money a second."""

    @property
    def base(self) -> Facts:
        """Base of the churn clock."""

    @property
    def renewal_day(self) -> Facts:
        """Day of the next renewal."""

    @property
    def mood(self) -> Facts:
        """Mood."""

    @property
    def asleep(self) -> Facts:
        """1 for who does not think of leaving."""

    @property
    def awake(self) -> Facts:
        """How awake who is asleep has been made."""

    @property
    def drift(self) -> Facts:
        """Drift of the log-odds of leaving."""

    @property
    def alive(self) -> Facts:
        """Whether a customer is still there."""

    @property
    def threshold(self) -> Facts:
        """Hazard at which a customer leaves; endless for who is about to say so."""


class Discounting(Protocol):
    """A ledger, as far as values need it."""

    def discount(self, time_s: float) -> float:
        """Return the value at time zero of one unit of money at a time."""


class Valued(Protocol):
    """A world, as far as its customers' values need it."""

    compiled: Compiled

    @property
    def customers(self) -> Customers:
        """The customers."""

    @property
    def ledger(self) -> Discounting:
        """The firm's money."""

    @property
    def now(self) -> float:
        """The time in seconds since the start."""


def at_mood(table: Sequence[float], mood: float, limit: float) -> float:
    """Return the value at a mood, between moods from -limit to limit in equal steps linearly."""
    at = (mood + limit) / (2 * limit) * (len(table) - 1)
    low = min(len(table) - 2, max(0, int(at)))
    return table[low] + (at - low) * (table[low + 1] - table[low])


class LifetimeValue:
    """Values of customers of worlds of one scenario, in money at the time asked.

    ``of(world, customer, mood)`` is one customer's, ``total(world)`` that of all who are active;
    ``at`` says it for any time and ``worth`` for many moods at once.
    """

    def __init__(self, world: Valued) -> None:
        scenario = world.compiled.scenario
        self._rate = world.compiled.discount_per_s
        self._effect = scenario.retention.mood_effect
        self._half_life = scenario.satisfaction.mood_half_life_days
        self._limit = scenario.satisfaction.mood_limit
        self._fade: float = mood_decay(1, self._half_life)
        clock = scenario.retention.clock if scenario.mechanisms.churn else None
        self._contract, self._hazard = clock == "contractual", clock == "hazard"
        self._tables: dict[float, list[float]] = {}
        around = unsettled(scenario)
        self._lasting = LastingValue(scenario, around, self._rate) if around.on else None
        period = scenario.retention.period_days
        self._renewals = int(HALF_LIVES * self._half_life / period)
        self._period_fade = self._fade**period
        self._period_worth = annuity(period * DAY_S, self._rate)
        self._period_discount = discount_factor(period * DAY_S, self._rate)

    @property
    def moves(self) -> bool:
        """Whether customers drift or sleep, so that values take a pass over many at once."""
        return self._lasting is not None

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
        days = world.customers.renewal_day[customer] - world.now / DAY_S
        return self.at(world.customers, customer, mood, days)

    def at(self, people: Customers, customer: int, mood: float, days: float) -> float:
        """Return ``of`` at a time that lies so many days before the customer's next renewal."""
        if self._lasting is not None:
            one = np.array([customer])
            return float(self.worth(people, one, np.array([mood]), np.array([days]))[0])
        margin, base = people.margin_per_s[customer], people.base[customer]
        if self._contract:
            return float(margin * float(self._contractual(base, mood, max(0.0, days))))
        if not self._hazard:
            return float(lifetime_value(margin, 0.0, self._rate))
        return float(margin * at_mood(self._table(base), mood, self._limit))

    def worth(
        self,
        people: Customers,
        customers: Integers,
        moods: Floats,
        days: Floats,
        moved: Moved | None = None,
    ) -> Floats:
        """Return ``of`` for many at once.

        Args:
            people: all customers.
            customers: whose value, shape (n,); anyone may come more than once.
            moods: the mood of each, shape (n,).
            days: from the time asked to each one's next renewal, shape (n,).
            moved: drift and wakefulness of each; None: as they are now.
        """
        margin = np.array(people.margin_per_s)[customers]
        base = np.array(people.base)[customers]
        if self._lasting is not None:
            asleep = _facts(people.asleep, customers)
            if moved is None:
                moved = Moved(_facts(people.drift, customers), _facts(people.awake, customers))
            wait = np.maximum(0.0, days)
            value: Floats = margin * self._lasting.of(base, moods, wait, asleep, moved)
        elif self._contract:
            value = margin * self._contractual(base, moods, np.maximum(0.0, days))
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


def _facts(fact: Facts, customers: Integers) -> Floats:
    return np.array(fact, dtype=np.float64)[customers]
