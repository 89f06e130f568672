"""Many worlds in one process behind Gymnasium's vector API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from sim.env.episode import Episode
from sim.env.journey import checked_options, info_of, spaces
from sim.env.setting import make_setting
from sim.env.start import Starts
from sim.features import Vector

Floats = npt.NDArray[np.float64]
Masks = npt.NDArray[np.bool_]
Booleans = npt.NDArray[np.bool_]
Info = dict[str, Any]
STRIDE = 1_000_003  # between the replications of neighbouring worlds: they never meet


class JourneyVectorEnv(VectorEnv[Vector, npt.NDArray[np.int64], Vector]):
    """``num_envs`` journeys' worlds of one setting, one after the other in one process.

    Arguments after ``num_envs`` are those of ``JourneyEnv``. The worlds share compiled tables and
    warmed-up worlds. World i plays replications i × 1,000,003, i × 1,000,003 + 1, … of the seed.
    Autoreset is ``SAME_STEP``: the step that ends an episode returns the next one's first
    observation, and the last one in ``infos["final_obs"]`` with its info in
    ``infos["final_info"]``. ``infos["action_mask"]`` has shape (num_envs, actions).
    """

    metadata: dict[str, Any] = {  # noqa: RUF012 (Gymnasium's declaration)
        "render_modes": [],
        "autoreset_mode": AutoresetMode.SAME_STEP,
    }

    def __init__(self, num_envs: int = 1, **kwargs: Any) -> None:
        kwargs.pop("render_mode", None)
        self.setting = make_setting(**kwargs)
        self.num_envs = num_envs
        starts = Starts(self.setting)
        self.episodes = [Episode(self.setting, starts) for _ in range(num_envs)]
        self.single_observation_space, self.single_action_space = spaces(self.setting)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.render_mode = None
        self._seeds: list[int | None] = [None] * num_envs
        self._next = [i * STRIDE for i in range(num_envs)]
        self._obs = np.zeros((num_envs, self.setting.features.size), dtype=np.float32)
        self._rows = list(self._obs)  # views, written in place

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Vector, Info]:
        """Start all episodes (or those of ``options["reset_mask"]``), from given states if any.

        ``seed``: one for all worlds (their replications differ), or one for each.
        """
        given = dict(options or {})
        chosen = given.pop("reset_mask", None)
        state = checked_options(given).get("state")
        if isinstance(seed, Sequence):
            self._reseed(list(seed))
        elif seed is not None:
            super().reset(seed=seed)
            self._reseed([seed] * self.num_envs)
        for i, episode in enumerate(self.episodes):
            if chosen is None or chosen[i]:
                self._start(i, episode, state, seed is not None)
        return self._obs.copy(), self._infos()

    def _reseed(self, seeds: list[int | None]) -> None:
        self._seeds = seeds
        self._next = [i * STRIDE for i in range(self.num_envs)]

    def _start(self, i: int, episode: Episode, state: Any = None, reseed: bool = True) -> None:
        seed = self._seeds[i]
        if seed is None:
            seed = self._seeds[i] = int(self.np_random.integers(2**31))
        luck = None if state is not None and not reseed else seed
        episode.start(luck, self._next[i], state)
        self._next[i] += 1
        episode.write_observation(self._rows[i])

    def step(  # type: ignore[override]  # Gymnasium types rewards as observations
        self, actions: npt.NDArray[np.int64]
    ) -> tuple[Vector, Floats, Booleans, Booleans, Info]:
        """Take one decision in each world."""
        rewards = np.empty(self.num_envs)
        ended = np.zeros(self.num_envs, dtype=np.bool_)
        for i, (episode, action) in enumerate(zip(self.episodes, actions.tolist(), strict=True)):
            if episode.truncated:
                raise gym.error.ResetNeeded("call reset first")
            episode.step(action)
            rewards[i] = episode.reward
            ended[i] = episode.truncated
            if not episode.truncated:
                episode.write_observation(self._rows[i])
        infos = self._infos()
        if ended.any():
            self._restart(ended, infos)
        return self._obs.copy(), rewards, np.zeros(self.num_envs, dtype=np.bool_), ended, infos

    def _restart(self, ended: Booleans, infos: Info) -> None:
        final_obs = np.empty(self.num_envs, dtype=object)
        finals: Info = {}
        for i in np.flatnonzero(ended).tolist():
            episode = self.episodes[i]
            final_obs[i] = episode.observation()
            finals = self._add_info(finals, info_of(episode), i)
            self._start(i, episode)
            infos["action_mask"][i] = episode.mask()
        infos["final_obs"], infos["_final_obs"] = final_obs, ended
        infos["final_info"], infos["_final_info"] = finals, ended

    def _infos(self) -> Info:
        episodes = self.episodes
        numbers = [
            (e.raw, e.elapsed_s / 3600, e.discount, *e.components.values()) for e in episodes
        ]
        raw, elapsed_h, discount, *parts = np.array(numbers).T.copy()
        infos: Info = {
            "action_mask": self.action_masks(),
            "raw": raw,
            "elapsed_h": elapsed_h,
            "discount": discount,
            "illegal": np.array([e.illegal for e in episodes]),
            "reward": dict(zip(episodes[0].components, parts, strict=True)),
        }
        present = np.ones(self.num_envs, dtype=np.bool_)
        return infos | {f"_{key}": present for key in infos}

    def action_masks(self) -> Masks:
        """Return which actions are legal in each world, shape (num_envs, actions)."""
        masks = [episode.mask() for episode in self.episodes]
        return np.concatenate(masks).reshape(self.num_envs, -1)  # a third of np.stack's time
