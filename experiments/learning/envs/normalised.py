"""The worlds of a training: shaped rewards without wages, everything normalised."""

from __future__ import annotations

from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnvWrapper, VecNormalize

from experiments.learning.envs.vec_env import JourneyVecEnv
from experiments.learning.targets.waiting_cost import Waits, waiting_prices
from experiments.learning.task import Array, State, Task, feature_columns
from sim.units import DAYS_PER_YEAR

HOURS_PER_YEAR = DAYS_PER_YEAR * 24
CLIP = 10.0
LEAST_SD = 1e-3  # features that hardly vary are left out of the policy


class Objective(VecEnvWrapper):
    """The config's objective and features.

    Takes the wages out of the rewards, as they are paid whatever is decided; weights lifetime
    values; charges waits that the config prices; blanks the features that it does not name.
    """

    def __init__(self, venv: JourneyVecEnv, task: Task) -> None:
        super().__init__(venv)
        self.worlds, self.prices = venv, waiting_prices(task)
        self.more = task.config.retention_weight - 1.0
        self.hidden = np.ones(task.setting.features.size, dtype=np.bool_)
        self.hidden[feature_columns(task)] = False
        self.total = self.count = 0.0
        self.waits: list[Waits] = []

    def reset(self) -> Any:
        """Start all episodes."""
        self.total = self.count = 0.0
        observations = self.venv.reset()
        self.waits = [self._waits(i) for i in range(self.num_envs)]
        return self._shown(observations)

    def step_wait(self) -> Any:
        """Take one decision in each world."""
        observations, rewards, dones, infos = self.venv.step_wait()
        parts = [info["reward"] for info in infos]
        if self.more:
            money = [info["raw"] - part["margin"] for info, part in zip(infos, parts, strict=True)]
            rewards = rewards + self.more * (rewards - np.array(money, rewards.dtype))
        rewards = rewards - np.array([part["staff"] for part in parts], rewards.dtype)
        for i in np.flatnonzero(dones).tolist():
            self.waits[i] = self._waits(i)  # an ended world is gone, with its last step's waits
            self._shown(infos[i]["terminal_observation"])
        if self.prices:
            rewards -= np.array([waits.since() for waits in self.waits], rewards.dtype)
        self.total += float(rewards.sum())
        self.count += len(rewards)
        return self._shown(observations), rewards, dones, infos

    def _waits(self, i: int) -> Waits:
        world = self.worlds.episodes[i].world
        assert world is not None
        return Waits(world, self.prices)

    def _shown(self, observations: Any) -> Any:
        observations[..., self.hidden] = 0.0
        return observations


class Normalised(VecNormalize):
    """``VecNormalize`` whose returns are discounted by time, and whose state is plain arrays."""

    obs_rms: Any
    _last: Array
    _discount: Array

    def _update_reward(self, reward: Array) -> None:
        self.returns = self.returns * self._discount + reward
        self.ret_rms.update(self.returns)

    def step_wait(self) -> Any:
        """Take one decision in each world."""
        self._discount = self._last
        result = super().step_wait()
        self._last = np.array([info["discount"] for info in result[3]])
        return result

    def reset(self) -> Any:
        """Start all episodes."""
        self._last = np.ones(self.num_envs)
        return super().reset()

    def mean_reward(self) -> float:
        """Return the mean money of a decision since the last call, not normalised."""
        worlds: Any = self.venv
        mean = worlds.total / max(1.0, worlds.count)
        worlds.total = worlds.count = 0.0
        return float(mean)

    def standard(self) -> tuple[Array, Array]:
        """Return mean and scale of the features, as a learned policy keeps them."""
        spread = np.sqrt(self.obs_rms.var + self.epsilon)
        return self.obs_rms.mean, np.where(spread > LEAST_SD, 1 / spread, 0.0)

    def state(self) -> State:
        """Return the running moments."""
        return {
            f"normal/{kind}/{name}": np.array(getattr(moments, name))
            for kind, moments in (("obs", self.obs_rms), ("ret", self.ret_rms))
            for name in ("mean", "var", "count")
        }

    def restore(self, state: State) -> None:
        """Set the running moments."""
        moments: Any
        for kind, moments in (("obs", self.obs_rms), ("ret", self.ret_rms)):
            for name in ("mean", "var"):
                setattr(moments, name, np.array(state[f"normal/{kind}/{name}"]))
            moments.count = float(state[f"normal/{kind}/count"])

    def skip(self, updates: int) -> None:
        """Let the next episodes have luck that no earlier update can have seen."""
        worlds: Any = self.unwrapped
        worlds._reset_seeds()  # else the next reset would begin with replication 0 again
        worlds._replication = [updates * 1000] * self.num_envs


def training_worlds(task: Task, worlds: int, credit_h: float) -> Normalised:
    """Return worlds whose ``info["discount"]`` has the time constant ``credit_h`` hours.

    Raises:
        InputError: as ``JourneyEnv``.
    """
    arguments = task.arguments(shaping=True, discount_per_year=HOURS_PER_YEAR / credit_h)
    bare = JourneyVecEnv(worlds, seed=task.config.seed, **arguments)
    return Normalised(Objective(bare, task), gamma=1.0, clip_obs=CLIP, clip_reward=CLIP)
