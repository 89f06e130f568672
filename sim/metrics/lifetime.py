"""Metrics that see beyond the horizon, and with less luck than who happened to leave.

A short run sees few customers leave, and which of them do is mostly luck. What contacts did to
customers' *expected* discounted margin (``sim.population.value``) says the same with a fraction of
the noise, and counts what customers are worth after the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum, nan
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.behaviour.money import annuities, discount_factor, discount_factors
from sim.metrics.kpis import Facts
from sim.population.value import LifetimeValue, Valued
from sim.population.value_change import Valuing, value_gains

Floats = npt.NDArray[np.float64]
Heard = Mapping[str, npt.NDArray[Any]]


class Gains(NamedTuple):
    """Changes of customers' lifetime values, each of shape (n,): whose, when (s), how much."""

    customer: npt.NDArray[np.int64]
    time_s: Floats
    money: Floats


def gains(heard: Heard, value: Valuing, people: Any) -> Gains:
    """Return what contacts did to customers' lifetime values.

    The margin lost with those who leave is not booked when they leave but expected, in the mood
    that raised their hazard; a leaver who is saved brings the whole value back. Who is leaving
    already is left out.

    Args:
        heard: what was heard of moods; see ``World.heard``.
        value: what a customer in a mood is worth.
        people: the world's customers.
    """
    kept = (heard["saved"] == 1) | (heard["going"] == 0)
    rows = {name: column[kept] for name, column in heard.items()}
    return Gains(rows["customer"], rows["time_s"], value_gains(rows, value, people))


def gained(heard: Heard, value: LifetimeValue, world: Valued, start_s: float) -> float:
    """Return the gains from ``start_s`` on, discounted to ``start_s``."""
    _, time_s, money = gains(heard, value, world.customers)
    later = time_s >= start_s
    rate = world.compiled.discount_per_s
    return fsum(money[later] * discount_factors(time_s[later] - start_s, rate))


def lifetime_kpis(world: Valued, heard: Heard, facts: Facts, net_value: float) -> dict[str, float]:
    """Return the metrics of ``sim.metrics.metrics.LIFETIME`` of a world that has run to its end.

    Args:
        world: the world, at the end of the window.
        heard: the moods that it was heard of.
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
        "expected_value_per_customer": (net_value - margin + gained(heard, value, world, start))
        / count,
        "future_value_per_customer": beyond / count,
    }
