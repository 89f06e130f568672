"""Needs over time, in vectorised batches of a day, or of a few days where a day has few needs.

Each customer's needs are a Poisson process in operational time (exponential gaps addressed by the
need's number); the calendar time follows from the hour-of-week shape and the day's gamma level.
The needs do not depend on the policy, so two policies meet the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.behaviour.durations import gamma_level
from sim.population.draws import (
    ATTEMPTS,
    TRAIT_DAY_LEVEL,
    TRAIT_HOUR_LEVEL,
    TRAIT_INTENT,
    TRAIT_NEED_GAP,
    uniform,
)
from sim.population.streams import Words, customer_words, lucks, uniforms, uniforms_of
from sim.tables.compiled import Compiled, concern_shares, needs_rates
from sim.units import DAY_S

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]


HOURS = np.arange(25) * (DAY_S / 24)
AHEAD = 2_000  # needs that are drawn at a time where days have fewer: many small calls cost more
MOST_DAYS = 8  # of such a batch


class Needs(NamedTuple):
    """The needs of one day in order of time: arrays of one shape (n,).

    ``luck`` is where the uniforms of the first attempt stand.
    """

    time_s: Floats
    customer: Ids
    intent: Ids
    number: Ids
    luck: Words


class Drawn(NamedTuple):
    """A day's needs, when they are due in operational time, and when that day ends."""

    needs: Needs
    due: Floats
    end: float


def trace_needs(key: int, time_s: Floats, customer: Ids, intent: Ids) -> Needs:
    """Return needs at given times (a log replayed), ordered by time."""
    order = np.argsort(time_s, kind="stable")
    number, who = order.astype(np.int64), customer[order]
    return Needs(time_s[order], who, intent[order], number, _first_lucks(key, who, number))


def _first_lucks(key: int, customer: Ids, number: Ids) -> Words:
    """Return the lucks of needs' first attempts: another key does not change them later."""
    return lucks(key, customer, number * ATTEMPTS)


class Demand:
    """The state of the needs process, in operational time (days).

    ``elapsed``: the end of the last day given out. ``due``: each customer's next need that is not
    drawn yet.
    """

    def __init__(
        self, compiled: Compiled, key: int, segment: Ids, concern: Ids | None = None
    ) -> None:
        self._compiled = compiled
        self._key = key
        rates, self._intent_shares = needs_rates(compiled.scenario)
        self._kind = segment  # of customer, by which intents are drawn
        if compiled.concerns.n and concern is not None:
            self._intent_shares = concern_shares(compiled)
            self._kind = segment * compiled.concerns.n + concern
        self._rate = rates[segment]
        demand = compiled.scenario.demand
        if demand.weekly is not None:
            week = np.array(demand.weekly).reshape(7, 24)
        else:
            week = np.outer(demand.daily, demand.hourly)
        self._week = week * 7 / week.sum()
        varies = compiled.on.day_variation
        self._day_cv = demand.day_cv if varies else 0.0
        self._hour_cv = demand.hour_cv if varies else 0.0
        self.elapsed = 0.0
        n = len(segment)
        self._words = customer_words(key, np.arange(n, dtype=np.int64))
        self._number = np.zeros(n, dtype=np.int64)
        self.due = np.full(n, np.inf)
        active = self._rate > 0
        gaps = -np.log(uniforms_of(self._words[active], 0, TRAIT_NEED_GAP))
        self.due[active] = gaps / self._rate[active]
        self._days = max(1, min(MOST_DAYS, int(AHEAD / max(1.0, float(self._rate.sum())))))
        self._drawn: tuple[Drawn, ...] = ()  # days that are drawn and not given out yet

    def fork(self) -> Demand:
        """Return an independent copy."""
        copy = object.__new__(Demand)
        copy.__dict__.update(self.__dict__)
        copy._number, copy.due = self._number.copy(), self.due.copy()
        return copy

    def reseed(self, key: int) -> None:
        """Go on with other luck; the next need of each customer is drawn already."""
        for day in reversed(self._drawn):
            who = day.needs.customer[::-1]  # of several needs of a customer the first holds
            self.due[who], self._number[who] = day.due[::-1], day.needs.number[::-1]
        self._drawn = ()
        self._key = key
        self._words = customer_words(key, np.arange(len(self.due), dtype=np.int64))

    def intensity(self, day: int) -> npt.NDArray[np.float64]:
        """Return a day's intensity by hour, shape (24,): shares of an average day's needs."""
        weekday = (day + self._compiled.scenario.start_day) % 7
        level = gamma_level(self._day_cv, uniform(self._key, 0, day, TRAIT_DAY_LEVEL))
        hours: npt.NDArray[np.float64] = self._week[weekday] * level
        if self._hour_cv > 0:
            u = uniforms(self._key, np.arange(24), day, TRAIT_HOUR_LEVEL)
            hours = gamma_level(self._hour_cv, u, hours)
        return hours

    def day(self, day: int) -> Needs:
        """Return the needs of the day numbered ``day``, the one after that given out last."""
        if not self._drawn:
            self._drawn = tuple(self._draw(range(day, day + self._days)))
        found, *rest = self._drawn
        self._drawn, self.elapsed = tuple(rest), found.end
        return found.needs

    def _draw(self, days: range) -> Iterator[Drawn]:
        """Draw the needs of days, and advance the process beyond them."""
        start = self.elapsed
        passed = [np.concatenate(([0.0], np.cumsum(self.intensity(day)))) for day in days]
        ends = [start := start + float(hours[-1]) for hours in passed]
        who, number, when = self._due(ends[-1])
        order = _in_time(when, who)
        who, number, when = who[order], number[order], when[order]
        intent, luck = self._intents(who, number), _first_lucks(self._key, who, number)
        first, begun = 0, self.elapsed
        for day, hours, end in zip(days, passed, ends, strict=True):
            some = slice(first, int(np.searchsorted(when, end)))
            clock = np.interp(when[some] - begun, hours, HOURS)  # sorted: ten times as fast
            # Before midnight even after rounding: the next day has its own list of needs.
            time_s = np.minimum(clock + day * DAY_S, np.nextafter((day + 1) * DAY_S, 0))
            needs = Needs(time_s, who[some], intent[some], number[some], luck[some])
            yield Drawn(needs, when[some], end)
            first, begun = some.stop, end

    def _intents(self, who: Ids, number: Ids) -> Ids:
        """Return what needs are about, each drawn by its address."""
        if self._intent_shares.shape[1] == 1:
            return np.zeros(len(who), dtype=np.int64)
        shares = self._intent_shares[self._kind[who]]
        u = uniforms_of(self._words[who], number, TRAIT_INTENT)
        intents: Ids = (shares < u[:, None]).sum(axis=1)
        return intents

    def _due(self, until: float) -> tuple[Ids, Ids, Floats]:
        """Return who needs something until then, each need's number and time, in any order."""
        who = np.flatnonzero(self.due < until)
        number, time = self._number[who], self.due[who]
        words, rate = self._words[who], self._rate[who]
        customers, numbers, times = [who], [number], [time]
        while who.size:
            number = number + 1
            time = time - np.log(uniforms_of(words, number, TRAIT_NEED_GAP)) / rate
            self._number[who], self.due[who] = number, time
            again = np.flatnonzero(time < until)
            who, number, time = who[again], number[again], time[again]
            words, rate = words[again], rate[again]
            customers.append(who)
            numbers.append(number)
            times.append(time)
        return np.concatenate(customers), np.concatenate(numbers), np.concatenate(times)


def _in_time(when: Floats, who: Ids) -> Ids:
    """Return the order of needs by time, then by customer: six times as fast as ``lexsort``."""
    order = np.argsort(when)
    if (when[order[1:]] == when[order[:-1]]).any():
        return np.lexsort((who, when))
    return order
