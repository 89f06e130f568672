"""Training end to end without torch: config, learners, checkpoints, selection, evaluation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from experiments.cli.main import main
from experiments.learning.algorithms.ridge import Ridge
from experiments.learning.config import SHIPPED, load_train_config
from experiments.learning.targets.changes import Changes
from experiments.learning.targets.outcomes import Decided, outcomes
from experiments.learning.task import make_task
from experiments.learning.train import Training, train
from experiments.runtime.pool import RunError
from policies.learned.model import load_model
from policies.learned.policy import Learned
from sim import InputError, World, load_scenario
from sim.units import DAY_S
from tests.support.registers import register_of
from tests.support.small_training import config, written

LEARNERS = {
    "fitted_index": {"crowding": [1.0], "margins": [0.0]},
    "lin_ucb": {},
}


@pytest.mark.parametrize("use", LEARNERS)
def test_training_gives_a_policy_that_runs_and_a_paired_result(use: str, tmp_path: Path) -> None:
    algorithm = {"use": use, "params": LEARNERS[use]}
    found = train(config(algorithm=algorithm, compare={"best": "best_channel"}), tmp_path / "run")
    assert found["steps"] >= 600
    gap = found["learned_minus"]["rule"]["value"]
    means = found["means"]
    assert gap["mean"] == pytest.approx(means["learned"]["value"] - means["rule"]["value"])
    assert gap["low"] < gap["mean"] < gap["high"] and gap["n"] == 3
    assert set(found["learned_minus"]) == {"rule", "best"}
    header = load_model(Path(found["policy"])).header
    assert header.algorithm == use and header.decides == ("entry", "wrap_up", "cancel")
    assert header.training["means"] == means
    scenario = load_scenario("helpdesk")
    policy = Learned(scenario, file=found["policy"])
    world = World(scenario, policy=policy, seed=3).run(2 * DAY_S)
    assert world.register.column("decisions", "by").any()


def test_a_resumed_training_ends_as_the_unbroken_one(tmp_path: Path) -> None:
    whole = train(config(), tmp_path / "whole")
    broken = Training(config(budget={"steps": 300}), tmp_path / "broken")
    broken.begin(resume=False)
    broken.run()
    again = train(config(), tmp_path / "broken", resume=True)
    for key in ("steps", "means", "best_steps"):
        assert again[key] == whole[key]
    one, two = (load_model(Path(r["policy"])).arrays for r in (whole, again))
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_a_folder_of_another_training_is_refused(tmp_path: Path) -> None:
    train(config(budget={"steps": 10}, checkpoint_steps=10), tmp_path)
    with pytest.raises(InputError, match="--resume"):
        train(config(), tmp_path)
    with pytest.raises(InputError, match="another config"):
        train(config(seed=2), tmp_path, resume=True)
    (tmp_path / "checkpoint.safetensors").write_bytes(b"half a che")
    with pytest.raises(InputError, match="damaged"):
        train(config(budget={"steps": 20}, checkpoint_steps=10), tmp_path, resume=True)


def test_nan_stops_with_the_last_good_checkpoint_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = Training(config(), tmp_path)
    training.begin(resume=False)
    work, learner = training.learner.work, training.learner
    calls = 0

    def broken(steps: int) -> dict[str, float]:
        nonlocal calls
        calls += 1
        figures = work(steps)
        if calls == 2:
            learner.ridge.moment[0, 0, 0, 0] = np.nan  # type: ignore[attr-defined]
        return figures

    monkeypatch.setattr(learner, "work", broken)
    with pytest.raises(RunError, match=r"diverged after .*moment.*last good checkpoint is kept"):
        training.run()
    again = Training(config(), tmp_path)
    again.begin(resume=True)
    assert again.learner.steps >= 300
    assert np.isfinite(again.learner.state()["moment"]).all()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"algorithm": {"use": "fited_index"}}, "did you mean 'fitted_index'?"),
        ({"algorithm": {"use": "lin_ucb", "params": {"alpah": 1}}}, "did you mean 'alpha'?"),
        ({"algorithm": {"use": "lin_ucb", "params": {"alpha": -1}}}, "algorithm.params: alpha"),
        ({"decides": ["dispatch"]}, "cannot learn 'dispatch'"),
        ({"decides": ["entri"]}, "did you mean 'entry'?"),
        ({"scenario": "helpdsk"}, "did you mean 'helpdesk'?"),
        ({"rule": "best_chanel"}, "did you mean 'best_channel'?"),
        ({"compare": {"a": "silos"}}, "compare.a: policy"),
        ({"budget": {}}, "give steps or minutes"),
        ({"evaluation": {"seed": 3, "replications": 2}}, "evaluation.seed must be held out"),
        ({"regime": "omnichanel"}, "did you mean 'omnichannel'?"),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(
    changes: dict[str, Any],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["train", written(tmp_path, **changes)]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_the_command_trains_and_the_policy_takes_part_in_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["train", written(tmp_path), "--out", "trained", "--seed", "4", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["folder"] == "trained" and found["policy"] == "trained/policy.safetensors"
    assert json.loads(Path("trained/config.json").read_text())["seed"] == 4
    run = {
        "name": "compared",
        "scenario": "helpdesk",
        "horizon_days": 2,
        "replications": 2,
        "strategies": {
            "plain": {"regime": "optichannel", "policy": "customer_choice"},
            "learned": {
                "regime": "optichannel",
                "policy": {"use": "learned", "params": {"file": "trained/policy.safetensors"}},
            },
        },
    }
    Path("run.yaml").write_text(yaml.safe_dump(run))
    assert main(["run", "run.yaml", "--workers", "1", "--json"]) == 0
    assert {row["strategy"] for row in json.loads(capsys.readouterr().out)["estimates"]} == {
        "plain",
        "learned",
    }
    run["strategies"]["learned"]["policy"]["params"]["file"] = "nowhere.safetensors"  # type: ignore[index]
    Path("run.yaml").write_text(yaml.safe_dump(run))
    assert main(["run", "run.yaml", "--workers", "1"]) == 2
    assert "nowhere.safetensors" in capsys.readouterr().err


def test_ridge_finds_the_coefficients_and_borrows_for_rare_actions() -> None:
    ridge = _sample(noise=0.1, strengths=(5.0,))
    apart, sd = ridge.solve(shared=False)
    together, _ = ridge.solve(shared=True)
    truth = np.array([2.0, -3.0, 1.0])
    assert apart[0, :, 0] == pytest.approx(truth, abs=0.02)
    assert sd[0] == pytest.approx(0.1, rel=0.2)
    assert np.abs(together[1, :, 0] - truth).max() < 0.5 * np.abs(apart[1, :, 0] - truth).max()
    spread = ridge.factors()[0]
    inverse = np.linalg.inv(ridge.gram.sum(axis=0)[0] + 5.0 * np.eye(3))
    assert spread @ spread.T == pytest.approx(inverse, abs=1e-9)


@pytest.mark.parametrize(("noise", "kept"), [(0.1, 1.0), (3000.0, 1e6)])
def test_ridge_takes_the_penalty_that_predicts_best(noise: float, kept: float) -> None:
    several, one = (_sample(noise, s).solve(shared=False)[0] for s in ((1.0, 1e6), (kept,)))
    assert several == pytest.approx(one)


def _sample(noise: float, strengths: tuple[float, ...]) -> Ridge:
    """Two actions of one kind with the same truth; the second was hardly tried."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(4000, 2)).astype(np.float32)
    actions = np.where(np.arange(4000) % 800 < 799, 0, 1)
    y = (1 + x @ np.array([2.0, -3.0]))[:, None] + rng.normal(size=(4000, 1)) * noise
    ridge = Ridge(np.array([0, 0]), 2, 1, strengths)
    for half in range(2):
        rows = np.arange(4000) // 800 % 2 == half
        ridge.add(x[rows], actions[rows], y[rows], half)
    return ridge


def test_outcomes_count_from_the_decision_to_the_end_of_the_journey() -> None:
    changes = Changes(
        np.array([7, 7, 8, 7]),
        np.array([5.0, 12.0, 12.0, 30.0]),
        np.array([100.0, 10.0, 999.0, 1000.0]),
    )
    contact = {"customer": 7, "agent": 3, "queued_s": 11.0, "answered_s": 14.0,
               "released_s": 20.0, "end_s": 24.0, "cost": 2.0, "sale": 0.5}  # fmt: skip
    register = register_of(
        contacts=[contact],
        treatments=[{"customer": 7, "time_s": 21.0, "cost": 4.0}],
        journeys=[{"journey": 1, "customer": 7, "end_s": 25.0}],
    )
    found = outcomes([Decided(10.0, 7, 1), Decided(21.0, 7, 1)], changes, register)
    assert found.money.tolist() == [10.0 - 2.0 + 0.5 - 4.0, -4.0]
    assert found.handle_s.tolist() == [10.0, 0.0]
    assert found.crowded_s.tolist() == [10.0, 0.0]


def test_rollout_looks_ahead_and_leaves_no_policy(tmp_path: Path) -> None:
    algorithm = {"use": "rollout", "params": {"hours": 2.0, "forks": 2, "every": 3}}
    found = train(config(algorithm=algorithm, decides=["entry", "wrap_up"]), tmp_path)
    assert "policy" not in found and found["steps"] == 0
    gaps = found["learned_minus"]["rule"]
    assert gaps["cost"]["mean"] != 0 and np.isfinite(gaps["value"]["mean"])
    assert json.loads((tmp_path / "result.json").read_text())["means"] == found["means"]


@pytest.mark.parametrize("name", SHIPPED.names())
def test_shipped_trainings_are_valid(name: str) -> None:
    assert make_task(load_train_config(name)).setting.features.size > 0


def test_settings_are_laid_over_the_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name of a shipped training"):
        load_train_config("helpdisk")
    path = written(tmp_path)
    assert load_train_config(path, ["budget.steps=7"]).budget.steps == 7
    with pytest.raises(InputError, match="unknown key"):
        load_train_config(path, ["buget.steps=7"])


def test_paths_are_relative_to_the_trainings_folder(tmp_path: Path) -> None:
    learned = {"use": "learned", "params": {"file": "before.safetensors"}}
    path = written(tmp_path, scenario="firm.yaml", rule=learned, compare={"old": learned})
    found, file = load_train_config(path), str(tmp_path / "before.safetensors")
    assert found.scenario == str(tmp_path / "firm.yaml")
    assert found.rule.params["file"] == file == found.compare["old"].params["file"]
