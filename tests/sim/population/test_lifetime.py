"""Expected lifetime values: many at once as one by one, and what a run's contacts did to them."""

from __future__ import annotations

from math import fsum
from typing import Any

import numpy as np
import pytest

from experiments import ExperimentConfig
from experiments.running.engine import simulator
from experiments.running.replicate import measure, replicate, window, world
from sim import METRICS, InputError, World, load_scenario
from sim.inputs import validate
from sim.metrics.metrics import BELIEF, DECISION_VALUE, LIFETIME, PREDICTION, measured
from sim.population.lasting_value import Moved
from sim.population.value import LifetimeValue
from sim.units import DAY_S

RAW: dict[str, Any] = {
    "name": "t",
    "scenario": "helpdesk",
    "warm_up_days": 1,
    "horizon_days": 3,
    "strategies": {"a": {"regime": "optichannel", "policy": "best_channel"}},
}
MOODS = (
    *("time_s", "customer", "saved", "going", "before", "after", "renewal_day"),
    *("drift", "awake_before", "awake"),
)
CLOCKS: dict[str, dict[str, Any]] = {
    "hazard": {"scenario": "helpdesk"},
    "contractual": {"scenario": "telco", "overrides": {"population": {"scale": 0.1}}},
    "neither": {"overrides": {"mechanisms": {"churn": False}}},
    "undiscounted": {"overrides": {"money": {"discount_per_year": 0}}},
}


def config(**changes: Any) -> ExperimentConfig:
    return validate(ExperimentConfig, RAW | changes, "test")


def worth_at(
    world: World, value: LifetimeValue, jump: dict[str, Any], mood: str, awake: str
) -> float:
    """Return what one customer is worth before or after a jump."""
    who, days = int(jump["customer"]), jump["renewal_day"] - jump["time_s"] / DAY_S
    moved = Moved(np.array([jump["drift"]]), np.array([jump[awake]]))
    one = np.array([jump[mood]]), np.array([days])
    return float(value.worth(world.customers, np.array([who]), *one, moved)[0])


def one_by_one(world: World, value: LifetimeValue, start_s: float) -> list[float]:
    """Return what each jump of mood and each saved leaver is worth, one customer at a time."""
    heard, gains = world.heard("moods"), []
    for row in zip(*(heard[name].tolist() for name in MOODS), strict=True):
        jump = dict(zip(MOODS, row, strict=True))
        now_s = jump["time_s"]
        if now_s < start_s or (jump["going"] and not jump["saved"]):
            continue
        gain = worth_at(world, value, jump, "after", "awake")
        if not jump["saved"]:
            gain -= worth_at(world, value, jump, "before", "awake_before")
        gains.append(gain * world.ledger.discount(now_s))
    return gains


@pytest.mark.parametrize("name", CLOCKS)
def test_values_of_many_are_those_of_each(name: str) -> None:
    changes = {"overrides": {}, **RAW, **CLOCKS[name]}
    done = World(load_scenario(changes["scenario"], changes["overrides"]), seed=4)
    done.run(40 * DAY_S)
    value, people = LifetimeValue(done), done.customers
    random = np.random.default_rng(1)
    who = random.integers(0, people.n, 500)
    limit = done.compiled.scenario.satisfaction.mood_limit
    moods = random.uniform(-limit, limit, 500)
    moods[:3] = -limit, 0.0, limit
    days = np.array(people.renewal_day)[who] - done.now / DAY_S
    each = [value.of(done, c, m) for c, m in zip(who.tolist(), moods.tolist(), strict=True)]
    assert value.worth(people, who, moods, days) == pytest.approx(each, rel=1e-12)
    there = [c for c in range(people.n) if people.alive[c] and people.threshold[c] != float("inf")]
    total = sum(value.of(done, c, people.mood[c]) for c in there)
    assert value.total(done) == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("name", CLOCKS)
def test_a_run_says_what_valuing_each_jump_at_once_says(name: str) -> None:
    changed = config(**CLOCKS[name])
    begin, end = window(changed)
    begun = world(changed, "a", 0)
    begun.listen(moods=True)
    done = begun.run(end)
    gains = one_by_one(done, LifetimeValue(done), begin)
    found = measure(done, begin, end).metrics
    people = done.customers
    count = found["net_value"] / found["net_value_per_customer"]
    scale = 1 / done.ledger.discount(begin)
    earned = done.ledger.totals(end)["margin"] - _margin_before(changed, begin)
    expected = (found["net_value"] - earned * scale + fsum(gains) * scale) / count
    valued = replicate(changed, "a", 0).metrics
    assert len(gains) > 100 and people.n > 900
    assert valued["expected_value_per_customer"] == pytest.approx(expected, rel=1e-9)
    beyond = LifetimeValue(done).total(done) * done.ledger.discount(end) * scale / count
    assert valued["future_value_per_customer"] == pytest.approx(beyond, rel=1e-12)


def _margin_before(config: ExperimentConfig, time_s: float) -> float:
    """Return the ledger's margin up to a time of the same world."""
    begun = world(config, "a", 0)
    begun.run(time_s)
    return begun.ledger.totals(time_s)["margin"]


def test_lifetime_metrics_change_nothing_and_value_what_contacts_do() -> None:
    found, without = replicate(config(), "a", 0), replicate(config(lifetime_value=False), "a", 0)
    assert found.digest == without.digest
    assert set(found.metrics) - set(without.metrics) == set(LIFETIME)
    assert {k: v for k, v in found.metrics.items() if k not in LIFETIME} == pytest.approx(
        without.metrics, nan_ok=True
    )
    # By hand: moods do nothing to churn, so only money is left; and the value of those who stay.
    indifferent = config(overrides={"retention": {"mood_effect": 0}})
    begin, end = window(indifferent)
    done = world(indifferent, "a", 0).run(end)
    metrics = measure(done, begin, end).metrics
    valued = replicate(indifferent, "a", 0).metrics
    count = metrics["net_value"] / metrics["net_value_per_customer"]
    money = (metrics["sales"] - metrics["cost"]) / count
    assert valued["expected_value_per_customer"] == pytest.approx(money, rel=1e-3)
    beyond = LifetimeValue(done).total(done) / count
    assert valued["future_value_per_customer"] == pytest.approx(beyond, rel=1e-2)


def test_runs_measure_lifetime_values_unless_told_not_to() -> None:
    assert config().lifetime_value
    unasked = {*LIFETIME, DECISION_VALUE, *PREDICTION, *BELIEF}
    assert set(METRICS) - set(measured(lifetime_value=False)) == unasked
    assert set(simulator().better) == set(METRICS)
    precise = {"max": 4, "min": 2, "precision": {LIFETIME[0]: {"absolute": 1.0}}}
    simulator().describe(config(replications=precise))
    with pytest.raises(InputError, match=f"precision.{LIFETIME[0]}: unknown metric"):
        simulator().describe(config(replications=precise, lifetime_value=False))
