"""Metrics that see beyond the horizon, and with less luck than who happened to leave.

A short run sees few customers leave, and which of them do is mostly luck. What contacts did to
customers' *expected* discounted margin (``sim.population.value``) says the same with a fraction of
the noise, and counts what customers are worth after the run.
"""

from __future__ import annotations

from array import array
from math import fsum, nan

import numpy as np
import numpy.typing as npt

from sim.behaviour.money import annuities, discount_factor, discount_factors
from sim.metrics.kpis import Facts
from sim.population.value import LifetimeValue, Valued
from sim.units import DAY_S

Floats = npt.NDArray[np.float64]


class MoodLog:
    """A world's watch that keeps what moves customers' lifetime values, to be valued at the end.

    `numbers` holds five for each: customer, time (s), mood before and after, day of the next
    renewal; a leaver who was saved has no mood before. Who is leaving already is left out.
    """

    def __init__(self) -> None:
        self.numbers = array("d")

    def mood_changed(self, world: Valued, customer: int, before: float) -> None:
        """Keep a jump of mood of a customer who is not leaving already."""
        people = world.customers
        if people.alive[customer] and people.threshold[customer] != float("inf"):
            renewal = people.renewal_day[customer]
            self.numbers.extend((customer, world.now, before, people.mood[customer], renewal))

    def stayed(self, world: Valued, customer: int) -> None:
        """Keep a leaver who was saved."""
        people = world.customers
        renewal = people.renewal_day[customer]
        self.numbers.extend((customer, world.now, nan, people.mood[customer], renewal))


def gained(log: MoodLog, value: LifetimeValue, world: Valued, start_s: float) -> float:
    """Return what contacts from ``start_s`` on did to lifetime values, discounted to ``start_s``.

    The margin lost with those who leave is not booked when they leave but expected, in the mood
    that raised their hazard; a leaver who is saved brings the whole value back.
    """
    rows = np.array(log.numbers).reshape(-1, 5)
    customer, time_s, before, after, renewal = rows[rows[:, 1] >= start_s].T
    who, days = customer.astype(np.int64), renewal - time_s / DAY_S
    saved = np.isnan(before)
    was = value.worth(world.customers, who, np.where(saved, 0.0, before), days)
    gains = value.worth(world.customers, who, after, days) - np.where(saved, 0.0, was)
    rate = world.compiled.discount_per_s
    return fsum(gains * discount_factors(time_s - start_s, rate))


def lifetime_kpis(world: Valued, log: MoodLog, facts: Facts, net_value: float) -> dict[str, float]:
    """Return the metrics of ``sim.metrics.metrics.LIFETIME`` of a world that has run to its end.

    Args:
        world: the world, at the end of the window.
        log: its watch.
        facts: the window, and who left when.
        net_value: the KPI of the window.
    """
    start, end, rate = facts.start_s, facts.end_s, facts.discount_per_s
    active = facts.active_s
    count = float((active > 0).sum())
    if not count:
        return {"expected_value_per_customer": nan, "future_value_per_customer": nan}
    margin = float((facts.margin_per_s * annuities(active, rate)).sum())
    value = LifetimeValue(world)
    beyond = value.total(world) * discount_factor(end - start, rate)
    return {
        "expected_value_per_customer": (net_value - margin + gained(log, value, world, start))
        / count,
        "future_value_per_customer": beyond / count,
    }
