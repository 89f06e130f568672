"""Metrics that see beyond the horizon, and with less luck than who happened to leave.

A short run sees few customers leave, and which of them do is mostly luck. What contacts did to
customers' *expected* discounted margin (``sim.population.value``) says the same with a fraction of
the noise, and counts what customers are worth after the run.
"""

from __future__ import annotations

from math import fsum, nan
from typing import Literal, Protocol

import numpy as np

from sim.behaviour.money import annuities, discount_factor, discount_factors
from sim.metrics.facts import Columns, Facts, select
from sim.population.value import LifetimeValue, Valued
from sim.units import DAY_S


class Heard(Protocol):
    """A world, as far as who listens needs it."""

    def listen(self, *, moods: bool) -> None:
        """Keep what moves customers' values from now on."""

    def heard(self, log: Literal["moods"]) -> Columns:
        """Return what was kept, as columns: the fields of ``MoodRow``."""


class MoodLog:
    """What moves customers' lifetime values in a world, from now on, to be valued at the end."""

    def __init__(self, world: Heard) -> None:
        world.listen(moods=True)
        self._world = world
        self._first = len(world.heard("moods")["time_s"])  # of a fork's rows, those are not its own

    def columns(self) -> Columns:
        """Return jumps of mood and leavers who were saved; who is leaving already is left out."""
        rows = {name: column[self._first :] for name, column in self._world.heard("moods").items()}
        return select(rows, (rows["saved"] == 1) | (rows["going"] == 0))


def gained(log: MoodLog, value: LifetimeValue, world: Valued, start_s: float) -> float:
    """Return what contacts from ``start_s`` on did to lifetime values, discounted to ``start_s``.

    The margin lost with those who leave is not booked when they leave but expected, in the mood
    that raised their hazard; a leaver who is saved brings the whole value back.
    """
    rows = log.columns()
    rows = select(rows, rows["time_s"] >= start_s)
    time_s, who = rows["time_s"], rows["customer"]
    days = rows["renewal_day"] - time_s / DAY_S
    was = value.worth(world.customers, who, rows["before"], days)
    gains = value.worth(world.customers, who, rows["after"], days)
    gains -= np.where(rows["saved"] == 1, 0.0, was)  # who is saved had no value left
    rate = world.compiled.discount_per_s
    return fsum(gains * discount_factors(time_s - start_s, rate))


def lifetime_kpis(world: Valued, log: MoodLog, facts: Facts, net_value: float) -> dict[str, float]:
    """Return the metrics of ``sim.metrics.metrics.LIFETIME`` of a world that has run to its end.

    Args:
        world: the world, at the end of the window.
        log: what moved its customers' values.
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
