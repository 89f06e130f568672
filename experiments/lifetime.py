"""Metrics that see beyond the horizon, and with less luck than who happened to leave.

A short run sees few customers leave, and which of them do is mostly luck. What contacts did to
customers' *expected* discounted margin (``sim.env.value``) says the same with a fraction of the
noise, so fewer replications tell candidates apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import fsum

import numpy as np

from experiments.config import ExperimentConfig
from experiments.engine import Engine, simulator
from experiments.replicate import ReplicationResult, measure, window, world
from sim.env.value import LifetimeValue
from sim.kpis import METRICS, Facts, annuity
from sim.metrics import Metric
from sim.state import WorldState

UNIT = "currency/customer"
_EXPECTED = Metric(
    "expected_value_per_customer",
    "Expected value per customer",
    UNIT,
    "money",
    "higher",
    "Sales − cost + the change that contacts made to customers' expected discounted margin, ÷ "
    "customers active when measuring starts.",
)
_FUTURE = Metric(
    "future_value_per_customer",
    "Future value per customer",
    UNIT,
    "money",
    "higher",
    "Expected discounted margin of the customers still there at the end, ÷ customers active when "
    "measuring starts.",
)
LIFETIME = {metric.name: metric for metric in (_EXPECTED, _FUTURE)}
"""What tuning measures, and runs whose config says ``lifetime_value``."""


class Changes:
    """A world's watch that sums what contacts do to lifetime values from `start_s` on.

    The margin lost with those who leave is not booked when they leave but expected, in the mood
    that raised their hazard; a leaver who is saved brings the whole value back. `total` is
    discounted to time zero.
    """

    def __init__(self, value: LifetimeValue, start_s: float) -> None:
        self.value, self.start_s = value, start_s
        self.gains: list[float] = []

    def mood_changed(self, world: WorldState, customer: int, before: float) -> None:
        """Add what a jump of mood does to the value of a customer who is not leaving already."""
        people = world.customers
        leaving = people.threshold[customer] == float("inf")
        if world.now >= self.start_s and people.alive[customer] and not leaving:
            after = self.value.of(world, customer, people.mood[customer])
            gain = after - self.value.of(world, customer, before)
            self.gains.append(gain * world.ledger.discount(world.now))

    def stayed(self, world: WorldState, customer: int) -> None:
        """Add the value of a leaver who was saved."""
        if world.now >= self.start_s:
            value = self.value.of(world, customer, world.customers.mood[customer])
            self.gains.append(value * world.ledger.discount(world.now))


def replicate(config: ExperimentConfig, strategy: str, replication: int) -> ReplicationResult:
    """Simulate one replication; its metrics are those of `sim.kpis` and of `LIFETIME`."""
    start, end = window(config)
    begun = world(config, strategy, replication)
    value = LifetimeValue(begun)
    changes = Changes(value, start)
    begun.watch = changes
    done = begun.run(end)
    found = measure(done, start, end)
    facts = Facts.of(done.compiled, done.customers, start, end)
    left = np.where(facts.left_s < 0, end, np.minimum(facts.left_s, end))
    active = np.maximum(0.0, left - start)
    count = float((active > 0).sum())
    margin = float((facts.margin_per_s * annuity(active, facts.discount_per_s)).sum())
    scale = 1 / done.ledger.discount(start)
    gained = fsum(changes.gains) * scale
    beyond = value.total(done) * done.ledger.discount(end) * scale
    extra = {
        "expected_value_per_customer": (found.metrics["net_value"] - margin + gained) / count,
        "future_value_per_customer": beyond / count,
    }
    return replace(found, metrics={**found.metrics, **extra})


def engine() -> Engine:
    """Return the engine that simulates for tuning."""
    return replace(simulator(), replicate=replicate)


def metrics() -> Mapping[str, Metric]:
    """Return the metrics of `sim.kpis` and of `LIFETIME`."""
    return {**METRICS, **LIFETIME}
