"""Many worlds in one process as a Stable-Baselines3 ``VecEnv``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from stable_baselines3.common.vec_env import VecEnv

from sim.core.codes import DECISION
from sim.env.episode import Episode
from sim.env.journey import info_of, spaces
from sim.env.setting import Setting, make_setting
from sim.env.sheet import Sheet
from sim.env.start import Starts
from sim.errors import InputError

Observations = npt.NDArray[np.float32]
Masks = npt.NDArray[np.bool_]
Indices = int | Iterable[int] | None


class JourneyVecEnv(VecEnv):
    """``n_envs`` journeys' worlds of one setting, for SB3 and sb3-contrib (``MaskablePPO``).

    Arguments after ``n_envs`` are those of ``sim.env.JourneyEnv``; ``seed`` is that of world 0,
    world i has ``seed + i``, and every episode the next replication. An ended episode restarts in
    the same step; its info has ``terminal_observation`` and ``TimeLimit.truncated`` (a horizon
    truncates, so learners bootstrap), ``net_value`` and ``objective``.

    Raises:
        InputError: as ``JourneyEnv``, or ``n_envs`` is below 1.
    """

    def __init__(self, n_envs: int = 1, *, seed: int = 0, **kwargs: Any) -> None:
        if n_envs < 1:
            raise InputError(f"n_envs: must be at least 1; got {n_envs!r}")
        self.setting: Setting = make_setting(**kwargs)
        starts = Starts(self.setting)
        self.sheet = Sheet(self.setting, n_envs)
        self.episodes = [Episode(self.setting, starts, self.sheet, i) for i in range(n_envs)]
        self._codes = np.full(n_envs, DECISION)
        self._luck = [seed + i for i in range(n_envs)]
        self._replication = [-1] * n_envs
        self._actions = np.zeros(n_envs, dtype=np.int64)
        super().__init__(n_envs, *spaces(self.setting))

    def reset(self) -> Observations:
        """Start all episodes; return observations, shape (n_envs, features)."""
        for i, seed in enumerate(self._seeds):
            if seed is not None:
                self._luck[i], self._replication[i] = seed, -1
            self._start(i)
            self.reset_infos[i] = info_of(self.episodes[i])
        self._reset_seeds()
        self._reset_options()
        return self.sheet.observations.copy()

    def _start(self, i: int) -> None:
        self._replication[i] += 1
        self.episodes[i].start(self._luck[i], self._replication[i])

    def step_async(self, actions: npt.NDArray[np.int64]) -> None:
        """Keep the actions for ``step_wait``."""
        self._actions = np.ascontiguousarray(actions, dtype=np.int64)

    def step_wait(
        self,
    ) -> tuple[Observations, npt.NDArray[np.float32], Masks, list[dict[str, Any]]]:
        """Take one decision in each world."""
        rewards = np.empty(self.num_envs, dtype=np.float32)
        dones = np.zeros(self.num_envs, dtype=np.bool_)
        infos = []
        self._step_all()
        for i, episode in enumerate(self.episodes):
            rewards[i], dones[i] = episode.reward, episode.truncated
            info = info_of(episode)
            if episode.truncated:
                info["terminal_observation"] = episode.observation()
                info["TimeLimit.truncated"] = True
                self._start(i)
            infos.append(info)
        return self.sheet.observations.copy(), rewards, dones, infos

    def _step_all(self) -> None:
        """Let all worlds step in one call, and settle what those came back for that have ended."""
        cores = [episode.world.core for episode in self.episodes if episode.world is not None]
        if self.sheet.board.step_all(cores, self._actions, self._codes):
            for i in np.flatnonzero(self._codes != DECISION).tolist():
                self.episodes[i].settle(int(self._codes[i]))
                self._codes[i] = DECISION
        for episode in self.episodes:
            if episode.adds:
                episode.add()

    def action_masks(self) -> Masks:
        """Return which actions are legal in each world, shape (n_envs, actions)."""
        return self.sheet.masks.copy()

    def close(self) -> None:
        """There is nothing to close."""

    def get_attr(self, attr_name: str, indices: Indices = None) -> list[Any]:
        """Return an attribute of each chosen world's episode."""
        if attr_name == "render_mode":
            return [None for _ in self._chosen(indices)]
        return [_attribute(episode, attr_name) for episode in self._chosen(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: Indices = None) -> None:
        """Set an attribute of each chosen world's episode."""
        for episode in self._chosen(indices):
            setattr(episode, attr_name, value)

    def env_method(
        self, method_name: str, *args: Any, indices: Indices = None, **kwargs: Any
    ) -> list[Any]:
        """Call a method of each chosen world's episode (``action_masks`` is one)."""
        return [_attribute(e, method_name)(*args, **kwargs) for e in self._chosen(indices)]

    def env_is_wrapped(self, wrapper_class: type, indices: Indices = None) -> list[bool]:
        """Return that no world is wrapped."""
        return [False for _ in self._chosen(indices)]

    def _chosen(self, indices: Indices) -> Sequence[Episode]:
        return [self.episodes[i] for i in self._get_indices(indices)]


def _attribute(episode: Episode, name: str) -> Any:
    return episode.mask if name == "action_masks" else getattr(episode, name)
