"""What was believed of who leaves: measured within a run, without moving it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from experiments.running.beliefs import belief_kpis, believed_churn
from experiments.running.replicate import replicate
from sim import Facts, World, load_scenario
from sim.metrics.metrics import BELIEF
from sim.units import DAY_S
from tests.support.small_runs import config

BELIEVES = {
    "use": "best_channel",
    "params": {"customer": "belief", "acceptance": "belief", "intent": "posterior"},
}
STRATEGIES = {
    "believes": {"regime": "optichannel", "policy": BELIEVES},
    "apart": {"regime": {"extends": "optichannel", "visible": "own"}, "policy": BELIEVES},
    "rule": {"regime": "optichannel", "policy": "best_channel"},
}


def _run(strategy: str, **changes: Any) -> Any:
    asked = config("helpdesk", strategies=STRATEGIES, horizon_days=14, **changes)
    return replicate(asked, strategy, 0)


@pytest.mark.parametrize("strategy", ["believes", "apart"])
def test_asking_what_is_believed_changes_nothing_that_happens(strategy: str) -> None:
    asked, plain = _run(strategy, leaving={}), _run(strategy)
    assert asked.digest == plain.digest
    assert set(asked.metrics) - set(plain.metrics) >= set(BELIEF)
    assert np.isfinite(asked.metrics["belief_auc"])


def test_who_keeps_no_beliefs_has_none() -> None:
    metrics = _run("rule", leaving={}).metrics
    assert all(np.isnan(metrics[name]) for name in BELIEF)


def test_what_is_believed_is_judged_among_those_there_by_who_left_after() -> None:
    firm = load_scenario("helpdesk", {"population": {"scale": 0.1}})
    world = World(firm, seed=1).run(2 * DAY_S)
    assert believed_churn(world) is None
    n = len(np.asarray(world.customers.left_s))
    left = np.full(n, -1.0)
    left[:20], left[20:40] = 0.5 * DAY_S, 1.5 * DAY_S  # before and after the split
    facts = Facts.of(world.compiled, world.customers, 0.0, 2 * DAY_S)
    facts = Facts(**{**vars(facts), "left_s": left})
    believed = np.full(n, 0.1)
    believed[:20], believed[20:40] = 0.9, 0.8
    found = belief_kpis(world, believed, facts, 0.5)
    assert found["belief_auc"] == 1.0
    assert found["belief_lift"] == pytest.approx((n - 20) / 20 * min(1.0, 20 / ((n - 20) / 10)))
