"""What corrects a rule: delays passed on, the firm's estimate of values, single deviations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.learning.targets.delays import Served, delay_costs, served
from experiments.learning.targets.firm_value import FirmValue
from policies import make
from policies.learned.model import load_model
from policies.learned.policy import Learned
from policies.rules.best_channel import BestChannel
from policies.value.expected_value import ExpectedValue, Weights
from sim import InputError, World, load_scenario
from sim.population.value import LifetimeValue
from sim.units import DAY_S
from tests.support.small_training import config


def played() -> World:
    world = World(load_scenario("helpdesk"), seed=3)
    world.run(3 * DAY_S)
    return world


def one_agent(*times: tuple[float, float, float], agent: int = 0) -> list[Served]:
    """Contacts of an agent by (queued, answered, end)."""
    return [
        Served(10 * agent + i, 0, 0, 0, 0, agent, queued, answered, end)
        for i, (queued, answered, end) in enumerate(times)
    ]


@pytest.fixture(scope="module")
def firm() -> tuple[World, FirmValue, ExpectedValue]:
    world = played()
    return world, FirmValue(world), ExpectedValue(world.compiled.scenario, Weights(0, 0, 1))


def test_a_contact_is_charged_with_the_delays_down_its_agents_line(firm: Any) -> None:
    world, value, tables = firm
    # 0 occupies 100 s; 1 waited 60 s for it, 2 waited 20 s for 1; 3 found the agent idle.
    rows = one_agent((0, 0, 100), (40, 100, 150), (130, 150, 200), (500, 500, 600))
    costs = delay_costs(rows, world, value, tables)
    assert costs[2] == costs[3] == 0.0
    assert costs[1] > 0.0
    # 1 delays 2 by the 20 s that it waited; 0 delays 1 by 60 s and through it 2 by 20 s.
    second = costs[0] - costs[1]
    assert delay_costs(rows[:2], world, value, tables)[0] == pytest.approx(second)
    # No more than the wait: a longer first contact costs no more.
    longer = one_agent((0, 0, 1100), (1040, 1100, 1150))
    assert delay_costs(longer, world, value, tables)[0] == pytest.approx(second)


def test_another_agents_contacts_are_not_delayed(firm: Any) -> None:
    world, value, tables = firm
    rows = one_agent((0, 0, 100)) + one_agent((40, 100, 150), agent=1)
    assert set(delay_costs(rows, world, value, tables).values()) == {0.0}


def test_who_was_served_is_read_from_the_register(firm: Any) -> None:
    world, _, _ = firm
    contacts = world.register.columns("contacts")
    by_people = (contacts["agent"] >= 0) & (contacts["answered_s"] >= 0)
    rows = served(world.register)
    assert [row.contact for row in rows] == contacts["contact"][by_people].tolist()
    assert 0 < len(rows) < world.register.number_of("contacts")


def test_the_firms_estimate_is_the_mean_over_a_segments_customers() -> None:
    world = played()
    firm, exact, people = FirmValue(world), LifetimeValue(world), world.customers
    for segment in range(len(world.compiled.scenario.segments)):
        here = (np.array(people.alive) == 1) & (np.array(people.segment) == segment)
        members = np.flatnonzero(here)
        margin = np.array(people.margin_per_s)[members]
        days = np.array(people.renewal_day)[members] - world.now / DAY_S
        for mood in (-1.0, 0.0, 1.0):
            moods = np.full(len(members), mood)
            ours, true = (
                value.worth(people, members, moods, days) / margin for value in (firm, exact)
            )
            # A sample of a segment stands for it: within five standard errors.
            error = true.std() / np.sqrt(min(400, len(members)))
            assert ours.mean() == pytest.approx(true.mean(), abs=max(5 * error, 1e-6 * ours[0]))
    assert firm.per_mood(people, np.array([0]))[0] > 0


def test_the_rule_takes_the_action_that_it_values_most() -> None:
    world = World(load_scenario("helpdesk"), seed=5)
    rule = make("best_channel", world.compiled.scenario, {"least_gain": 0.0})
    world.who_decides(None, frozenset(), rule.decides)
    seen = 0
    while world.advance(DAY_S):
        view = world.pending_view(rule.reads)
        values, taken = rule.action_values(view), rule.decide(view)
        if values is not None:
            seen += 1
            assert len(values.money) == len(view.actions)
            assert values.money[view.actions.index(taken)] == max(values.money)
        world.answer(taken)
    assert seen > 100


TORCH = {
    "rule": {"use": "best_channel", "params": {"treatment_return": 1.0}},
    "decides": ["entry", "escalation"],
    "algorithm": {"use": "policy_improvement", "params": {"batch": 128}},
    "budget": {"steps": 1200},
    "checkpoint_steps": 600,
}


def test_a_rule_that_values_nothing_cannot_be_corrected() -> None:
    pytest.importorskip("stable_baselines3")
    from experiments.learning.algorithms.registry import make_learner
    from experiments.learning.task import make_task

    with pytest.raises(InputError, match=r"'thresholds' does not say; take best_channel"):
        make_learner(make_task(config(**{**TORCH, "rule": "thresholds"})))


def test_untrained_it_is_the_rule_and_trained_it_runs(tmp_path: Path) -> None:
    pytest.importorskip("stable_baselines3")
    from experiments.learning.algorithms.registry import make_learner
    from experiments.learning.task import make_task
    from experiments.learning.train import train
    from policies.learned.model import save_model

    task = make_task(config(**TORCH))
    learner = make_learner(task)
    save_model(learner.candidates()[0], tmp_path / "new.safetensors")
    new = Learned(task.scenario, file=str(tmp_path / "new.safetensors"))
    registers = []
    for policy in (task.rule, new):
        world = World(task.scenario, policy=policy, seed=9)
        world.run(DAY_S)
        registers.append(world.register.digest())
    assert isinstance(task.rule, BestChannel)
    assert registers[0] == registers[1]

    result = train(config(**TORCH), tmp_path / "run")
    assert result["steps"] >= 1200
    model = load_model(tmp_path / "run" / "policy.safetensors")
    assert model.header.adds
    assert np.abs(model.arrays["weights.2"]).max() > 0
    assert load_model(tmp_path / "run" / "policy.safetensors").header.margin == 0.5


def test_a_resumed_improvement_goes_on_from_its_weights(tmp_path: Path) -> None:
    pytest.importorskip("stable_baselines3")
    from experiments.learning.algorithms.registry import make_learner
    from experiments.learning.task import make_task

    first, second = (make_learner(make_task(config(**TORCH))) for _ in range(2))
    first.work(400)
    second.restore(first.state())
    assert second.steps == first.steps
    before, after = first.candidates()[0].arrays, second.candidates()[0].arrays
    assert all(np.array_equal(before[name], after[name]) for name in before)
    second.work(400)
    assert not np.array_equal(second.candidates()[0].arrays["weights.0"], before["weights.0"])
