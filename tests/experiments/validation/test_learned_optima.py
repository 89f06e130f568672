"""Learned policies on the solved problems: exact cost, shipped files, what their training adds."""

from __future__ import annotations

import json
from math import exp, log1p
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.learning.config import TrainConfig, load_train_config
from experiments.learning.evaluate import Bench
from experiments.learning.targets.waiting_cost import waiting_costs, waiting_prices
from experiments.learning.task import feature_columns, make_task
from experiments.validation.optima import cost_of, learned
from experiments.validation.optima import table_policies as players
from experiments.validation.optima.checks import PROBLEMS, problem_of
from experiments.validation.optima.mdp import policy_of
from experiments.validation.simulate import load, scenario_file, worlds
from experiments.validation.validate import Request, validate
from policies.learned.model import load_model
from policies.value.retention_value import RetentionValue
from sim import InputError, load_scenario
from sim.decisions.features import FEATURE_READS, Features
from sim.population.value import hazard_value
from sim.scenario.knowledge import Regime
from tests.support.paths import ROOT

NAMES = [problem.name for problem in PROBLEMS]
HIDDEN = "retention_offer"  # its state, the mood, is hidden: no policy can be near the optimum
SEEN = [name for name in NAMES if name != HIDDEN]
DAYS = {HIDDEN: 120.0}  # its customers call once in 25 days


def priced(**changes: Any) -> TrainConfig:
    raw = {
        "name": "priced",
        "scenario": str(scenario_file("blending")),
        "decides": ["dispatch"],
        "waiting_cost_per_h": {"email": 12},
        "algorithm": {"use": "maskable_ppo"},
        "episodes": {"horizon_days": 1, "warm_up_days": 0, "warm_up_worlds": 1},
        "budget": {"steps": 64},
        **changes,
    }
    return TrainConfig.model_validate_json(json.dumps(raw))


@pytest.mark.parametrize("name", NAMES)
def test_a_state_says_what_the_simulator_shows(name: str) -> None:
    problem, scenario = problem_of(name), load(name)
    features, seen = Features(scenario, Regime()), learned.SEEN[type(problem.player.problem)]
    at = {row.name: i for i, row in enumerate(features.table)}
    found: list[Any] = []

    class Watching(problem.player):  # type: ignore[name-defined,misc]
        reads = FEATURE_READS | problem.player.reads

        def play(self, view: Any, state: Any, actions: Any) -> int:
            look, vector = seen(self.problem, state), features.of_view(view)
            for feature, count in look.counts.items():
                assert vector[at[feature]] == pytest.approx(log1p(count)), (state, feature)
            for flag in look.flags:
                assert vector[at[flag]] == 1.0
            assert set(look.actions) == set(actions)
            assert {k: self.act.name[a] for k, a in actions.items()} == look.actions
            found.append(state)
            answer: int = super().play(view, state, actions)
            return answer

    for _ in worlds(scenario, DAYS.get(name, 0.7), 1, policy=Watching(scenario)):
        pass
    assert len(set(found)) > 8


@pytest.mark.parametrize("name", SEEN)
def test_the_shipped_learner_is_near_the_optimum(name: str) -> None:
    problem = problem_of(name).player.problem
    policy = learned.policies(name)["learned"]
    cost, best = learned.exact_cost(problem, policy), players.solved(problem)
    assert cost is not None
    assert 0 <= best.gap(cost) < 0.01


def test_the_shipped_learner_of_a_hidden_mood_is_the_best_that_sees_the_kind_only() -> None:
    problem = problem_of(HIDDEN).player.problem
    cost = learned.exact_cost(problem, learned.policies(HIDDEN)["learned"])
    best = players.solved(problem)
    assert cost is not None

    def constant(wrap_up: str, cancel: str) -> Any:
        return lambda state, allowed: cancel if state.asks == "cancel" else wrap_up

    constants = [
        cost_of(problem, best.mdp, policy_of(best.mdp, constant(wrap_up, cancel)))
        for wrap_up in ("nothing", "recover", "small", "large")
        for cancel in ("let_go", "small", "large")
    ]
    assert cost == pytest.approx(min(constants))
    assert best.gap(cost) < 0.07  # not 1%: the optimum sees the mood
    assert cost < min(best.rules.values())


@pytest.mark.parametrize(
    "path", sorted(learned.FOLDER.glob("*/policy.safetensors")), ids=lambda path: path.parent.name
)
def test_shipped_files_are_of_the_shipped_trainings(path: Path) -> None:
    header = load_model(path).header
    config = load_train_config(path.with_name("training.yaml"))
    trained, asked = header.training["config"], config.model_dump(mode="json")
    for key in set(asked) - {"scenario", "title", "description"}:
        assert trained[key] == asked[key], key
    assert (header.scenario, trained["scenario"]) == (path.parent.name, "scenario.yaml")
    assert (path.parent / asked["scenario"]).resolve() == path.with_name("scenario.yaml")
    assert path.stat().st_size < 60_000
    assert learned.policies(path.parent.name)["learned"].learned


def test_a_policy_that_sees_more_is_not_judged_exactly() -> None:
    policy = learned.policies("gatekeeper")["learned"]
    policy.scale = policy.scale + 1.0
    assert learned.exact_cost(problem_of("gatekeeper").player.problem, policy) is None


def test_files_of_other_scenarios_are_refused(tmp_path: Path) -> None:
    file = ROOT / "policies" / "learned" / "models" / "helpdesk.safetensors"
    with pytest.raises(InputError, match="one of the solved problems"):
        validate(Request("gatekeeper", short=True, learned=(str(file),)), 1)


def test_waits_are_priced_by_channel() -> None:
    task = make_task(priced())
    prices = waiting_prices(task)
    assert prices == {list(task.scenario.channels).index("email"): pytest.approx(12 / 3600)}
    free = Bench(make_task(priced(waiting_cost_per_h={})), 5, 2.0).play(task.rule, 0)
    paid = Bench(task, 5, 2.0).play(task.rule, 0)
    (world,) = worlds(task.scenario, 2.0, 1, policy=task.rule, shifts=True, seed=5)
    waited = waiting_costs(world, prices).sum()
    assert waited > 0
    for figure in ("net_value", "expected_value"):
        assert free[figure] - paid[figure] == pytest.approx(waited)


def test_training_pays_for_waits_and_hides_features() -> None:
    pytest.importorskip("sb3_contrib")
    from experiments.learning.envs.normalised import training_worlds

    shown = ["load.*.waiting"]
    rewards = []
    for prices in ({}, {"email": 12}):
        task = make_task(priced(features=shown, waiting_cost_per_h=prices))
        env: Any = training_worlds(task, 1, 6.0).venv
        seen = [env.reset()]
        total, before = 0.0, env.waits[0].paid
        for _ in range(40):
            mask = env.env_method("action_masks")[0]
            observation, reward, _, _ = env.step([int(np.flatnonzero(mask)[0])])
            seen.append(observation)
            total += float(reward[0])
        rewards.append(total)
        world = env.unwrapped.episodes[0].world
    used = np.flatnonzero(np.abs(np.concatenate(seen)).max(axis=0))
    assert set(used) == set(feature_columns(task))
    world.finish()  # who waits or is served now comes into the register too
    waited = waiting_costs(world, waiting_prices(task)).sum()
    assert waited > 0
    assert rewards[0] - rewards[1] == pytest.approx(waited - before, rel=1e-4)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"waiting_cost_per_h": {"emial": 1}}, "email"),
        ({"features": ["load.*.wating"]}, "features: must name"),
        ({"algorithm": {"use": "fitted_index"}, "decides": ["entry"]}, "does not learn it"),
    ],
)
def test_what_cannot_be_priced_or_seen_is_refused(changes: Any, said: str) -> None:
    from experiments.learning.algorithms.registry import make_learner

    pytest.importorskip("sb3_contrib")
    with pytest.raises(InputError, match=said):
        make_learner(make_task(priced(**changes)))


def test_a_mood_that_never_fades_lasts() -> None:
    moods = np.array([-1.0, 0.0, 1.0])
    base, discount, effect = 2e-8, 4e-9, 1.4
    found = hazard_value(base, discount, effect, moods, 1e12)
    assert found == pytest.approx([1 / (base * exp(-effect * m) + discount) for m in moods])


def test_a_lasting_mood_is_worth_no_more_than_the_stay() -> None:
    raw = load("retention_offer")
    value = RetentionValue(raw, 24.0)
    stay = value.months[0]
    assert value.per_mood(0, 20.0, 0.0) == pytest.approx(20 * stay * 1.4 * 0.06 * stay)
    # Usually moods fade long before: a longer stay makes them worth no more of it.
    short, long = (RetentionValue(load_scenario("helpdesk"), months) for months in (24.0, 48.0))
    for segment in range(len(short.months)):
        of_stay = [
            one.per_mood(segment, 20.0, 0.0) / one.worth(segment, 20.0) for one in (short, long)
        ]
        assert of_stay[0] == pytest.approx(of_stay[1], rel=1e-12)
