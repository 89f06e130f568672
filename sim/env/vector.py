"""Many worlds in one process behind Gymnasium's vector API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from sim.decisions.features import Vector
from sim.env.episode import Episode
from sim.env.journey import checked_options, info_of, spaces
from sim.env.setting import make_setting
from sim.env.start import Starts
from sim.errors import InputError
from sim.inputs import nearest
from sim.units import HOUR_S

Floats = npt.NDArray[np.float64]
Masks = npt.NDArray[np.bool_]
Booleans = npt.NDArray[np.bool_]
Info = dict[str, Any]
STRIDE = 1_000_003  # between the replications of neighbouring worlds: they never meet


class JourneyVectorEnv(VectorEnv[Vector, npt.NDArray[np.int64], Vector]):
    """``num_envs`` journeys' worlds of one setting, one after the other in one process.

    Arguments after ``num_envs`` are those of ``JourneyEnv``. The worlds share compiled tables and
    warmed-up worlds. World i plays replications i × 1,000,003, i × 1,000,003 + 1, … of the seed.
    ``infos["action_mask"]`` has shape (num_envs, actions).

    ``autoreset_mode`` is Gymnasium's ``AutoresetMode`` or its value, and stands in ``metadata``:

    - ``SAME_STEP`` (the default: no step is lost): the step that ends an episode returns the next
      one's first observation, and the last one in ``infos["final_obs"]`` with its info in
      ``infos["final_info"]``.
    - ``NEXT_STEP``: that step returns the last observation, the following one ignores the action,
      starts the next episode and gives no reward.
    - ``DISABLED``: ended worlds wait for ``reset(options={"reset_mask": ...})``.

    Raises:
        InputError: an unknown mode, or what ``JourneyEnv`` refuses.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012 (Gymnasium's declaration)
        "render_modes": [],
        "autoreset_mode": AutoresetMode.SAME_STEP,
    }

    def __init__(
        self,
        num_envs: int = 1,
        *,
        autoreset_mode: AutoresetMode | str = AutoresetMode.SAME_STEP,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("render_mode", None)
        self.autoreset_mode = _mode(autoreset_mode)
        self.metadata = {**self.metadata, "autoreset_mode": self.autoreset_mode}
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

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without the rows' views, which ``__setstate__`` takes again."""
        return {name: value for name, value in vars(self).items() if name != "_rows"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Become the environment that a state was taken of."""
        vars(self).update(state)
        self._rows = list(self._obs)

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
        chosen = _chosen(given.pop("reset_mask", None), self.num_envs)
        state = checked_options(given).get("state")
        seeds = list(seed) if isinstance(seed, Sequence) else [seed] * self.num_envs
        if len(seeds) != self.num_envs:
            raise InputError(f"seed: must be one or {self.num_envs}; got {len(seeds)}")
        if seed is not None and not isinstance(seed, Sequence):
            super().reset(seed=seed)
        for i in chosen:
            if seed is not None:
                self._seeds[i], self._next[i] = seeds[i], i * STRIDE
            self._start(i, self.episodes[i], state, seed is not None)
        return self._obs.copy(), self._infos()

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
        """Take one decision in each world; the class says what happens where an episode ends."""
        rewards = np.zeros(self.num_envs)
        ended = np.zeros(self.num_envs, dtype=np.bool_)
        same_step = self.autoreset_mode == AutoresetMode.SAME_STEP
        self._check_begun()
        for i, (episode, action) in enumerate(zip(self.episodes, actions.tolist(), strict=True)):
            if episode.truncated:
                self._start(i, episode)
                continue
            episode.step(action)
            rewards[i] = episode.reward
            ended[i] = episode.truncated
            if not (episode.truncated and same_step):
                episode.write_observation(self._rows[i])
        infos = self._infos()
        if ended.any():
            if same_step:
                self._restart(ended, infos)
            else:
                infos = self._closed(ended, infos)
        return self._obs.copy(), rewards, np.zeros(self.num_envs, dtype=np.bool_), ended, infos

    def _check_begun(self) -> None:
        """Refuse a step before any world has taken it."""
        follows = self.autoreset_mode == AutoresetMode.NEXT_STEP
        for i, episode in enumerate(self.episodes):
            if episode.truncated and not (follows and episode.world is not None):
                raise gym.error.ResetNeeded(f"world {i}: call reset first")

    def _closed(self, ended: Booleans, infos: Info) -> Info:
        """Return infos with what only an episode's last step says."""
        every = set(infos)
        for i in np.flatnonzero(ended).tolist():
            last = info_of(self.episodes[i])
            infos = self._add_info(infos, {key: last[key] for key in last if key not in every}, i)
        return infos

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
            (e.raw, e.elapsed_s / HOUR_S, e.discount, *e.components.values()) for e in episodes
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


def _mode(mode: AutoresetMode | str) -> AutoresetMode:
    try:
        return AutoresetMode(mode)
    except ValueError:
        known = [each.value for each in AutoresetMode]
        raise InputError(
            f"autoreset_mode: must be one of {', '.join(known)}; "
            f"got {mode!r}{nearest(str(mode), known)}"
        ) from None


def _chosen(mask: Any, n: int) -> list[int]:
    """Return which worlds to reset; InputError for a mask that is none."""
    if mask is None:
        return list(range(n))
    given = np.asarray(mask)
    if given.shape != (n,) or given.dtype != np.bool_ or not given.any():
        raise InputError(
            f"options['reset_mask']: must be {n} booleans, at least one true; got {mask!r}"
        )
    chosen: list[int] = np.flatnonzero(given).tolist()
    return chosen
