"""Learners that need torch: discount by time, masks, plain checkpoints, numpy inference."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sb3_contrib")

import torch
from gymnasium import spaces

from experiments.learning.algorithms.dqn import MaskedReplay
from experiments.learning.algorithms.networks import layers_of
from experiments.learning.algorithms.ppo import TimedBuffer, _TakeDiscounts
from experiments.learning.algorithms.registry import make_learner
from experiments.learning.checkpoint import load_checkpoint
from experiments.learning.config import TrainConfig
from experiments.learning.task import make_task
from experiments.learning.train import Training, train
from experiments.runtime.pool import RunError
from policies.learned.model import save_model
from policies.learned.policy import Learned

SMALL: dict[str, Any] = {
    "name": "small",
    "scenario": "helpdesk",
    "overrides": {"population": {"customers": 300}},
    "regime": "optichannel",
    "decides": ["entry", "wrap_up", "cancel", "dispatch"],
    "episodes": {"horizon_days": 3, "warm_up_days": 0, "warm_up_worlds": 1},
    "selection": {"seed": 5000, "replications": 2, "horizon_days": 1},
    "evaluation": {"seed": 6000, "replications": 2, "horizon_days": 1},
    "budget": {"steps": 128},
    "checkpoint_steps": 64,
    "select_every": 100,
}
PARAMS: dict[str, dict[str, Any]] = {
    "maskable_ppo": {"worlds": 2, "rollout": 64, "batch": 32, "epochs": 2, "hidden": [8]},
    "dqn": {"worlds": 2, "fill": 16, "batch": 8, "every": 8, "buffer": 200, "hidden": [8]},
}


def config(use: str, **changes: Any) -> TrainConfig:
    raw = {**SMALL, "algorithm": {"use": use, "params": PARAMS[use]}, **changes}
    return TrainConfig.model_validate_json(json.dumps(raw))


@pytest.mark.parametrize("use", PARAMS)
def test_training_is_resumed_from_plain_arrays(use: str, tmp_path: Path) -> None:
    first = train(config(use, budget={"steps": 64}), tmp_path)
    training = Training(config(use), tmp_path)
    training.begin(resume=True)
    assert training.learner.steps == first["steps"]
    saved, _ = load_checkpoint(tmp_path / "checkpoint.safetensors")
    state = training.learner.state()
    assert sorted(saved) == sorted(state)
    assert any(name.startswith("adam/") for name in saved)
    for name, array in saved.items():
        assert np.array_equal(array, state[name]), name
    found = training.run()
    assert found["steps"] >= 128
    assert Path(found["policy"]).is_file()
    worlds = training.learner.worlds.unwrapped  # type: ignore[attr-defined]
    replications = [episode.origin[1] for episode in worlds.episodes]
    assert min(replications) >= 1000  # other luck than the first stretch had


@pytest.mark.parametrize("use", PARAMS)
def test_numpy_decides_as_torch_does(use: str, tmp_path: Path) -> None:
    training = Training(config(use), tmp_path / "run")
    training.begin(resume=False)
    learner: Any = training.learner
    learner.work(64)
    save_model(learner.candidates()[0], tmp_path / "policy.safetensors")
    policy = Learned(make_task(config(use)).scenario, file=str(tmp_path / "policy.safetensors"))
    worlds, raw = learner.worlds, learner.worlds.unwrapped
    worlds.training = False
    worlds.reset()
    seen = 0
    for _ in range(40):
        bare = np.stack([e.observation() for e in raw.episodes])
        normal = torch.as_tensor(worlds.normalize_obs(bare))
        masks = raw.action_masks()
        with torch.no_grad():
            if use == "dqn":
                scores = learner.model.q_net(normal).numpy()
            else:
                latent = learner.model.policy.mlp_extractor.forward_actor(normal)
                scores = learner.model.policy.action_net(latent).numpy()
        mine = np.stack([policy.scores(vector) for vector in bare])
        # Features that never varied in training are cut; elsewhere both are the same network.
        varied = np.sqrt(worlds.obs_rms.var) > 1e-3
        constant = (np.abs(normal.numpy()[:, ~varied]) < 1e-6).all(axis=1)
        assert mine[constant] == pytest.approx(scores[constant], abs=1e-4)
        seen += int(constant.sum())
        worlds.step(np.where(masks, scores, -np.inf).argmax(axis=1))
    assert seen >= 20


def test_advantages_are_discounted_by_the_time_each_step_took() -> None:
    buffer = _buffer(gae_lambda=0.8)
    rng = np.random.default_rng(1)
    buffer.rewards[:, 0] = rng.normal(size=4)
    buffer.values[:, 0] = rng.normal(size=4)
    buffer.episode_starts[2, 0] = 1.0  # step 1 ended an episode
    buffer.discounts[:, 0] = d = np.array([0.9, 0.5, 0.99, 0.7])
    r, v, last = buffer.rewards[:, 0], buffer.values[:, 0], 0.3
    buffer.compute_returns_and_advantage(torch.tensor([[last]]), np.array([False]))
    a3 = r[3] + d[3] * last - v[3]
    a2 = r[2] + d[2] * v[3] - v[2] + d[2] * 0.8 * a3
    a1 = r[1] - v[1]
    a0 = r[0] + d[0] * v[1] - v[0] + d[0] * 0.8 * a1
    assert buffer.advantages[:, 0] == pytest.approx([a0, a1, a2, a3], abs=1e-6)
    assert buffer.returns == pytest.approx(buffer.advantages + buffer.values)


def _buffer(gae_lambda: float) -> TimedBuffer:
    box = spaces.Box(-1, 1, (2,))
    return TimedBuffer(4, box, spaces.Discrete(3), gae_lambda=gae_lambda, gamma=1.0, n_envs=1)


def test_replay_keeps_discounts_and_masks_and_bootstraps_at_a_horizon() -> None:
    replay = MaskedReplay(8, spaces.Box(-1, 1, (2,)), spaces.Discrete(3), n_envs=1)
    for i in range(4):
        mask = np.array([True, i % 2 == 0, False])
        info = {"discount": 0.1 * i, "action_mask": mask, "TimeLimit.truncated": i == 3}
        done = np.array([i >= 2])
        ones = np.full((1, 2), i, dtype=np.float32)
        replay.add(ones, ones, np.array([0]), np.array([float(i)]), done, [info])
    sample = replay.sample(200)
    i = sample.rewards[:, 0].numpy().round().astype(int)
    assert set(i) == {0, 1, 2, 3}
    assert sample.discounts[:, 0].numpy() == pytest.approx(0.1 * i)
    assert sample.dones[:, 0].numpy().tolist() == (i == 2).tolist()
    assert sample.next_masks[:, 1].numpy().tolist() == (i % 2 == 0).tolist()


def test_nan_weights_are_said_in_plain_words(tmp_path: Path) -> None:
    training = Training(config("maskable_ppo"), tmp_path)
    training.begin(resume=False)
    with torch.no_grad():
        next(training.learner.model.policy.parameters()).fill_(float("nan"))  # type: ignore[attr-defined]
    with pytest.raises(RunError, match="diverged"):
        training.run()
    assert not (tmp_path / "checkpoint.safetensors").exists()


def test_averaged_weights_are_handed_out_and_resumed(tmp_path: Path) -> None:
    averaging = {"use": "dqn", "params": {**PARAMS["dqn"], "average": 0.1}}
    asked = config("dqn").model_dump(mode="json") | {"algorithm": averaging}
    training = Training(TrainConfig.model_validate_json(json.dumps(asked)), tmp_path)
    training.begin(resume=False)
    training.run()
    learner: Any = training.learner
    trained, mean = learner.model.q_net, learner.model.averaged
    layers = layers_of(mean)
    assert not np.array_equal(layers[0][0], layers_of(trained)[0][0])
    assert np.array_equal(learner.candidates()[0].arrays["weights.0"], layers[0][0])
    again: Any = Training(training.config, tmp_path)
    again.begin(resume=True)
    assert np.array_equal(layers_of(again.learner.model.averaged)[0][0], layers[0][0])


@pytest.mark.parametrize("bootstrap", [True, False])
def test_a_horizon_is_worth_something_if_so_asked(bootstrap: bool) -> None:
    params = {**PARAMS["maskable_ppo"], "bootstrap": bootstrap}
    ending = {"use": "maskable_ppo", "params": params}
    asked = config("maskable_ppo").model_dump(mode="json") | {"algorithm": ending}
    learner: Any = make_learner(make_task(TrainConfig.model_validate_json(json.dumps(asked))))
    take = _TakeDiscounts(bootstrap)
    take.model = learner.model
    infos = [{"discount": 0.5, "TimeLimit.truncated": True}, {"discount": 0.25}]
    learner.model.rollout_buffer.reset()
    take.locals = {"infos": infos}
    assert take.on_step()
    assert infos[0].get("TimeLimit.truncated", False) is bootstrap
    assert learner.model.rollout_buffer.discounts[0].tolist() == [0.5, 0.25]
