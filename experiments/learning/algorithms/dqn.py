"""Deep Q-learning with masks in acting and in targets, discounted by elapsed time.

Stable-Baselines3's DQN explores legal actions only; its targets take the largest Q of the next
state's legal actions (double Q-learning: the online network chooses, the target network values:
van Hasselt, Guez & Silver 2016), discounted by ``info["discount"]``. Rewards as in PPO. After a
resume the replay buffer is filled anew before learning goes on.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, NamedTuple

import numpy as np
import torch
from pydantic import Field
from stable_baselines3 import DQN
from stable_baselines3.common.buffers import ReplayBuffer

from experiments.learning.algorithms.networks import (
    NetworkLearner,
    decayed,
    layers_of,
    restore_weights,
    weights_of,
)
from experiments.learning.task import State, Task
from policies.learned.model import Model
from sim.inputs import StrictModel

AVERAGE = "average"  # in the state


class Params(StrictModel):
    """Hyper-parameters.

    ``credit_h``: time constant of the discount. ``explore_from``, ``explore_to``: probability of a
    random legal action, falling over ``explore_steps``. ``fill``: decisions before learning.
    ``every``: decisions (over all worlds) between updates of ``batch`` samples. The learning rate
    falls linearly over ``decay_steps``, if given, to a tenth. ``target_every``: decisions between
    copies to the target network; a value travels one decision further with each, so there must be
    many times as many as there are decisions in ``credit_h``. ``average``: share by which averaged
    weights, those handed out, follow the trained ones at each update (1: no average).
    """

    worlds: int = Field(default=8, ge=1, le=256)
    buffer: int = Field(default=100_000, ge=100)
    fill: int = Field(default=5_000, ge=1)
    batch: int = Field(default=256, ge=2)
    every: int = Field(default=32, ge=1)
    credit_h: float = Field(default=12.0, gt=0)
    learning_rate: float = Field(default=5e-4, gt=0, le=1)
    decay_steps: int | None = Field(default=None, ge=1)
    target_every: int = Field(default=4_000, ge=1)
    explore_from: float = Field(default=1.0, ge=0, le=1)
    explore_to: float = Field(default=0.05, ge=0, le=1)
    explore_steps: int = Field(default=100_000, ge=1)
    hidden: tuple[int, ...] = Field(default=(128, 128), min_length=1, max_length=4)
    average: float = Field(default=1.0, gt=0, le=1)


class Sample(NamedTuple):
    """A batch of the replay buffer, tensors with the batch first."""

    observations: Any
    actions: Any
    next_observations: Any
    dones: Any
    rewards: Any
    discounts: Any
    next_masks: Any


class MaskedReplay(ReplayBuffer):
    """A replay buffer that keeps each step's discount and the next state's legal actions."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        size = (self.buffer_size, self.n_envs)
        actions: Any = self.action_space
        self.discounts = np.ones(size, dtype=np.float32)
        self.next_masks = np.ones((*size, int(actions.n)), dtype=np.bool_)

    def add(self, obs: Any, next_obs: Any, action: Any, reward: Any, done: Any, infos: Any) -> None:
        """Add one step of every world."""
        self.discounts[self.pos] = [info["discount"] for info in infos]
        self.next_masks[self.pos] = [info["action_mask"] for info in infos]
        super().add(obs, next_obs, action, reward, done, infos)

    def sample(self, batch_size: int, env: Any = None) -> Any:
        """Return a batch, observations and rewards normalised."""
        full = self.buffer_size if self.full else self.pos
        rows = np.random.randint(0, full, size=batch_size)
        worlds = np.random.randint(0, self.n_envs, size=batch_size)
        cut = self.dones[rows, worlds] * (1 - self.timeouts[rows, worlds])
        parts = (
            self._normalize_obs(self.observations[rows, worlds], env),
            self.actions[rows, worlds],
            self._normalize_obs(self.next_observations[rows, worlds], env),
            cut[:, None],
            self._normalize_reward(self.rewards[rows, worlds][:, None], env),
            self.discounts[rows, worlds][:, None],
            self.next_masks[rows, worlds],
        )
        return Sample(*map(self.to_torch, parts))


class _MaskedDQN(DQN):
    """DQN that acts and bootstraps on legal actions only; see ``Params.average``."""

    follow = 1.0
    averaged: Any = None

    def average(self, follow: float) -> None:
        """Keep averaged weights from now on, which follow at each update by a share."""
        self.follow, self.averaged = follow, deepcopy(self.q_net)

    def predict(
        self,
        observation: Any,
        state: Any = None,
        episode_start: Any = None,
        deterministic: bool = False,
    ) -> Any:
        """Return an action for every world: a legal one at random, or the best legal one."""
        assert self.env is not None
        masks = np.stack(self.env.env_method("action_masks"))
        with torch.no_grad():
            values = self.q_net(torch.as_tensor(observation)).numpy()
        best = np.where(masks, values, -np.inf).argmax(axis=1)
        if deterministic:
            return best, state
        random = np.where(masks, np.random.random(masks.shape), -1.0).argmax(axis=1)
        return np.where(np.random.random(len(best)) < self.exploration_rate, random, best), state

    def _sample_action(
        self, learning_starts: int, action_noise: Any = None, n_envs: int = 1
    ) -> Any:
        action, _ = self.predict(self._last_obs)
        return action, action

    def train(self, gradient_steps: int, batch_size: int = 100) -> None:
        """Take gradient steps on Huber's loss of the masked double-Q error."""
        self.policy.set_training_mode(True)
        self._update_learning_rate(self.policy.optimizer)
        losses = []
        replay: Any = self.replay_buffer
        for _ in range(gradient_steps):
            data = replay.sample(batch_size, env=self._vec_normalize_env)
            loss = self._loss(data)
            losses.append(loss.item())
            self.policy.optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.policy.parameters(), self.max_grad_norm)
            self.policy.optimizer.step()
            if self.averaged is not None:
                with torch.no_grad():
                    pairs = zip(self.averaged.parameters(), self.q_net.parameters(), strict=True)
                    for mean, now in pairs:
                        mean.lerp_(now, self.follow)
        self._n_updates += gradient_steps
        self.logger.record("train/loss", float(np.mean(losses)))

    def _loss(self, data: Sample) -> Any:
        with torch.no_grad():
            online = self.q_net(data.next_observations)
            online = online.masked_fill(~data.next_masks.bool(), -torch.inf)
            chosen = online.argmax(dim=1, keepdim=True)
            after = self.q_net_target(data.next_observations).gather(1, chosen)
            target = data.rewards + (1 - data.dones) * data.discounts * after
        now = self.q_net(data.observations).gather(1, data.actions.long())
        return torch.nn.functional.smooth_l1_loss(now, target)


class MaskedDQN(NetworkLearner):
    """See the module."""

    params: Params

    def __init__(self, task: Task, params: Params) -> None:
        super().__init__(
            task,
            params,
            _MaskedDQN,
            buffer_size=max(params.buffer, params.worlds),
            learning_starts=params.fill,
            gamma=1.0,
            train_freq=max(1, params.every // params.worlds),
            target_update_interval=params.target_every,
            exploration_initial_eps=params.explore_from,
            exploration_final_eps=params.explore_to,
            replay_buffer_class=MaskedReplay,
        )
        self.model.exploration_schedule = self._explore
        self.model.lr_schedule = self._rate
        if params.average < 1:
            self.model.average(params.average)

    def _explore(self, _progress: float) -> float:
        share: float = min(1.0, self.model.num_timesteps / self.params.explore_steps)
        start, end = self.params.explore_from, self.params.explore_to
        return start + (end - start) * share

    def _rate(self, _progress: float) -> float:
        rate, over = self.params.learning_rate, self.params.decay_steps
        return rate if over is None else decayed(rate, self.model.num_timesteps, over)

    def work(self, steps: int) -> dict[str, float]:
        """Train for about so many decisions."""
        before = self.model.num_timesteps
        self.model.learn(steps, reset_num_timesteps=False, log_interval=10**9)
        self.steps += self.model.num_timesteps - before
        self.stretches += 1
        loss = self.model.logger.name_to_value.get("train/loss", 0.0)
        return {"loss": float(loss), "reward_per_decision": self.worlds.mean_reward()}

    def candidates(self) -> list[Model]:
        """Return the greedy policy."""
        averaged = self.model.averaged
        layers = layers_of(self.model.q_net if averaged is None else averaged)
        return [self.policy(layers, relu=True)]

    def state(self) -> State:
        """Return weights, moments, normalisation and counters (not the replay buffer)."""
        averaged = self.model.averaged
        kept = {} if averaged is None else weights_of(averaged, AVERAGE)
        return super().state() | kept

    def restore(self, state: State) -> None:
        """Go on with new episodes of further luck and an empty replay buffer."""
        super().restore(state)
        self.model.learning_starts = self.steps + self.params.fill
        if self.model.averaged is not None:
            restore_weights(self.model.averaged, AVERAGE, state)
