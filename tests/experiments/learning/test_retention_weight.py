"""The weight of lifetime values beside money: in training and selection, not in the evaluation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from experiments.learning.evaluate import Bench
from experiments.learning.targets.firm_value import FirmValue
from experiments.learning.task import make_task
from sim import World, load_scenario
from sim.units import DAY_S
from tests.support.small_training import config


def weighted(weight: float, **changes: Any) -> Any:
    return make_task(config(retention_weight=weight, rule="best_channel", **changes))


def test_the_selections_objective_is_linear_in_the_weight() -> None:
    jobs = {weight: weighted(weight) for weight in (0.0, 1.0, 3.0)}
    found = {weight: Bench(task, 7, 3.0).play(task.rule, 0) for weight, task in jobs.items()}
    plain = found[1.0]["expected_value"]
    assert all(one["expected_value"] == plain for one in found.values())
    assert found[1.0]["objective"] == plain
    spent = found[0.0]["objective"]
    assert spent != plain
    assert found[3.0]["objective"] == pytest.approx(spent + 3 * (plain - spent))


def test_the_firms_estimate_carries_the_weight() -> None:
    world = World(load_scenario("helpdesk"), seed=3)
    world.run(DAY_S)
    once, thrice = FirmValue(world), FirmValue(world, 3.0)
    everybody = np.arange(world.customers.n)
    one, three = (value.per_mood(world.customers, everybody) for value in (once, thrice))
    assert one.min() > 0
    assert three == pytest.approx(3 * one)


def test_rewards_of_network_learners_carry_the_weight() -> None:
    pytest.importorskip("sb3_contrib")
    from experiments.learning.envs.normalised import training_worlds

    rewards, money = {}, []
    for weight in (0.0, 1.0, 3.0):
        env = training_worlds(weighted(weight), 1, 6.0).venv
        env.reset()
        got = []
        for _ in range(60):
            mask = env.env_method("action_masks")[0]
            _, reward, _, infos = env.step([int(np.flatnonzero(mask)[0])])
            got.append(float(reward[0]))
            if weight == 0.0:
                parts = infos[0]["reward"]
                money.append(infos[0]["raw"] - parts["margin"] - parts["staff"])
        rewards[weight] = np.array(got)
    assert rewards[0.0] == pytest.approx(money, abs=1e-3)
    gains = rewards[1.0] - rewards[0.0]
    assert np.abs(gains).max() > 0.01
    assert rewards[3.0] == pytest.approx(rewards[0.0] + 3 * gains, rel=1e-4, abs=1e-2)


def test_journeys_learned_from_carry_the_weight() -> None:
    from experiments.learning.targets.gather import explore
    from sim.env.episode import Episode

    found = []
    for weight in (0.0, 1.0, 3.0):
        task = weighted(weight, decides=["entry"])
        data, _ = explore(
            Episode(task.setting), 5, 0, lambda _v, _l, usual: usual, task.rule, 0.0, weight
        )
        found.append(data.outcomes.money)
    assert np.abs(found[1] - found[0]).max() > 0.01
    assert found[2] == pytest.approx(found[0] + 3 * (found[1] - found[0]))
