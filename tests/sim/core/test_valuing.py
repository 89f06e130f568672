"""Decision values: what entries were worth under the true chances, whoever decided them."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from experiments.running.config.experiment import load_config
from experiments.running.replicate import replicate
from policies import make
from sim import Kind, World, load_scenario
from sim.core.engine import COMPILED, INTERPRETED
from sim.decisions.view import View
from sim.errors import InputError
from sim.metrics.metrics import DECISION_VALUE
from sim.register.register import TABLES
from sim.units import DAY_S

FIRM = load_scenario("telco", {"population": {"scale": 0.02}})
LEAST_GAIN = 0.05  # of best_channel, by default


def decisions(name: str, *, valued: bool = True, engine: str | None = None, **params: Any) -> Any:
    """Return the register's decisions of three days of a policy."""
    return world(name, valued=valued, engine=engine, **params).run(3 * DAY_S).register.columns(
        "decisions"
    )  # fmt: skip


def world(name: str, *, valued: bool = True, engine: str | None = None, **params: Any) -> World:
    policy = make(name, FIRM, params)
    begun = World(FIRM, policy=policy, decides=policy.decides, seed=5, engine=engine)
    if valued:
        begun.value_decisions(make("oracle", FIRM))
    return begun


@pytest.mark.parametrize("name", ["best_channel", "random", "oracle", "bot_first"])
def test_values_change_no_decision(name: str) -> None:
    plain, valued = world(name, valued=False).run(3 * DAY_S), world(name).run(3 * DAY_S)
    for table in TABLES:
        mine, theirs = plain.register.columns(table), valued.register.columns(table)
        for column in mine:
            if (table, column) != ("decisions", "value"):
                assert np.array_equal(mine[column], theirs[column], equal_nan=True), column
    assert not plain.register.columns("decisions")["value"].any()
    assert valued.register.columns("decisions")["value"].any() == (name != "oracle")


def test_entries_alone_have_a_value_and_none_is_better_than_the_best() -> None:
    rows = decisions("random")
    entry = rows["kind"] == Kind.ENTRY
    assert (rows["value"][entry] < 0.0).sum() > 50 and not rows["value"][~entry].any()
    assert rows["value"].max() <= LEAST_GAIN  # for less than that the best steers nobody


def test_who_knows_what_the_valuer_knows_falls_short_of_nothing() -> None:
    """The bound by traits takes what the valuer finds best; a rule is nearer to it than chance."""
    assert not decisions("oracle")["value"].any()
    assert decisions("random")["value"].sum() < decisions("best_channel")["value"].sum() < 0.0


def test_where_no_entries_are_decided_nothing_is_said() -> None:
    raw = {
        "name": "unsaid",
        "scenario": "telco",
        "horizon_days": 1,
        "decision_value": True,
        "overrides": {"population": {"scale": 0.02}},
        "strategies": {"own": {"policy": "best_channel", "decides": ["wrap_up"]}},
    }
    assert np.isnan(replicate(load_config(raw), "own", 0).metrics[DECISION_VALUE])


class Asked:
    """The same policy, asked in Python."""

    reads = frozenset({"profile", "loads"})

    def __init__(self) -> None:
        self.policy = make("best_channel", FIRM)

    def decide(self, view: View) -> int:
        return self.policy.decide(view)


def test_values_are_the_same_in_both_engines_and_either_way_of_asking() -> None:
    asked = World(FIRM, policy=Asked(), decides=make("best_channel", FIRM).decides, seed=5)
    asked.value_decisions(make("oracle", FIRM))
    by_view = asked.run(3 * DAY_S).register.columns("decisions")["value"]
    for engine in (COMPILED, INTERPRETED):
        assert np.array_equal(decisions("best_channel", engine=engine)["value"], by_view)


def test_forks_and_copies_go_on_valuing() -> None:
    begun = world("best_channel")
    begun.advance(DAY_S)
    twins = begun.fork(), pickle.loads(pickle.dumps(begun))
    ends = [w.run(3 * DAY_S).register.digest() for w in (begun, *twins)]
    assert len(set(ends)) == 1


def test_another_policy_cannot_value() -> None:
    begun = world("random", valued=False)
    for stranger in (make("thresholds", FIRM), make("oracle", load_scenario("helpdesk"))):
        with pytest.raises(InputError, match="value_decisions: must be policy 'oracle'"):
            begun.value_decisions(stranger)


def test_the_metric_sums_the_values_of_the_window_per_customer() -> None:
    raw = {
        "name": "valued",
        "scenario": "telco",
        "overrides": {"population": {"scale": 0.02}},
        "horizon_days": 2,
        "warm_up_days": 1,
        "strategies": {"steered": {"policy": "best_channel"}},
        "decision_value": True,
    }
    found = replicate(load_config(raw), "steered", 0)
    without = replicate(load_config({**raw, "decision_value": False}), "steered", 0)
    rows = found.register.columns("decisions")
    counted = rows["value"][rows["time_s"] >= DAY_S].sum() / found.metrics["customers"]
    assert found.metrics[DECISION_VALUE] == pytest.approx(counted, rel=1e-9) and counted < 0.0
    assert found.metrics.keys() - without.metrics.keys() == {DECISION_VALUE}
    assert {k: found.metrics[k] for k in without.metrics} == pytest.approx(
        without.metrics, nan_ok=True
    )
