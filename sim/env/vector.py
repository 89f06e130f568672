"""Many worlds in one process behind Gymnasium's vector API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from sim.core.codes import DECISION
from sim.core.world import World
from sim.decisions.features import Vector
from sim.env.episode import TERMINAL, Episode
from sim.env.journey import checked_options, info_of, spaces
from sim.env.setting import make_setting
from sim.env.sheet import DISCOUNT, ELAPSED_S, ILLEGAL, NET, Masks, Sheet
from sim.env.start import Starts
from sim.errors import InputError
from sim.inputs import nearest
from sim.register.ledger import COMPONENTS
from sim.units import HOUR_S

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]
Info = dict[str, Any]
STRIDE = 1_000_003  # between the replications of neighbouring worlds: they never meet
LEFT_OUT = -1  # code of a world that does not step


class JourneyVectorEnv(VectorEnv[Vector, npt.NDArray[np.int64], Vector]):
    """``num_envs`` journeys' worlds of one setting, one after the other in one process.

    Arguments after ``num_envs`` are those of ``JourneyEnv``. The worlds share compiled tables and
    warmed-up worlds. World i plays replications i × 1,000,003, i × 1,000,003 + 1, … of the seed.
    ``infos["action_mask"]`` has shape (num_envs, actions).

    All worlds step in one call of the core, which writes into arrays of this object's: what
    ``step`` returns are copies. With ``copy=False`` observations and masks are the arrays
    themselves, read-only, and the next step overwrites them.

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
        copy: bool = True,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("render_mode", None)
        self.autoreset_mode = _mode(autoreset_mode)
        self.metadata = {**self.metadata, "autoreset_mode": self.autoreset_mode}
        self.setting = make_setting(**kwargs)
        self.num_envs = num_envs
        starts = Starts(self.setting)
        self.copy = copy
        self._adds = self.setting.shaping or self.setting.terminal_value
        self.sheet = Sheet(self.setting, num_envs)
        self.episodes = [Episode(self.setting, starts, self.sheet, i) for i in range(num_envs)]
        self.single_observation_space, self.single_action_space = spaces(self.setting)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.render_mode = None
        self._seeds: list[int | None] = [None] * num_envs
        self._next = [i * STRIDE for i in range(num_envs)]
        self._codes = np.full(num_envs, LEFT_OUT)
        self._waiting = list(range(num_envs))  # worlds whose episode is over, or has not begun
        self._hold_cores()

    def _hold_cores(self) -> None:
        self._cores = [None if e.world is None else e.world.core for e in self.episodes]

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without the worlds' cores, which ``__setstate__`` takes again."""
        return {name: value for name, value in vars(self).items() if name != "_cores"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Become the environment that a state was taken of."""
        vars(self).update(state)
        self._hold_cores()

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
            self._start(i, state, seed is not None)
            self._codes[i] = DECISION
        self._waiting = [i for i in self._waiting if i not in chosen]
        return self._shown(self.sheet.observations), self._whole(self._told())

    def _start(self, i: int, state: World | None = None, reseed: bool = True) -> None:
        seed = self._seeds[i]
        if seed is None:
            seed = self._seeds[i] = int(self.np_random.integers(2**31))
        luck = None if state is not None and not reseed else seed
        episode = self.episodes[i]
        episode.start(luck, self._next[i], state)
        self._next[i] += 1
        assert episode.world is not None
        self._cores[i] = episode.world.core

    def step(  # type: ignore[override]  # Gymnasium types rewards as observations
        self, actions: npt.NDArray[np.int64]
    ) -> tuple[Vector, Floats, Booleans, Booleans, Info]:
        """Take one decision in each world; the class says what happens where an episode ends."""
        begun = self._begin_waiting() if self._waiting else []
        given = np.ascontiguousarray(actions, dtype=np.int64)
        ended = np.zeros(self.num_envs, dtype=np.bool_)
        over: list[int] = []
        if self.sheet.board.step_all(self._cores, given, self._codes):
            over = self._settle(ended)
        infos = self._told()
        rewards = infos["raw"].copy()
        if self._adds:
            for i, episode in enumerate(self.episodes):
                if i not in begun:
                    episode.add()
                rewards[i] = episode.reward
            infos = self._told()
        finals = self._restart(over) if over else {}
        infos = self._whole(infos)
        if finals:
            infos |= finals
        elif over:
            infos = self._closed(over, infos)
        none = np.zeros(self.num_envs, dtype=np.bool_)
        return self._shown(self.sheet.observations), rewards, none, ended, infos

    def _begin_waiting(self) -> list[int]:
        """Start the next episodes of the worlds that wait for them; return which.

        Raises:
            ResetNeeded: the mode starts none by itself, or nobody has called ``reset``.
        """
        begun = self._waiting
        for i in begun:
            if self.autoreset_mode != AutoresetMode.NEXT_STEP or self.episodes[i].world is None:
                raise gym.error.ResetNeeded(f"world {i}: call reset first")
        for i in begun:
            self._start(i)
        self._waiting = []
        return begun

    def _settle(self, ended: Booleans) -> list[int]:
        """Settle what worlds without a decision came back for; note and return whose is over."""
        for i in np.flatnonzero(self._codes != DECISION).tolist():
            code = int(self._codes[i])
            self._codes[i] = DECISION
            if code != LEFT_OUT:
                episode = self.episodes[i]
                episode.settle(code)
                ended[i] = episode.truncated
        over: list[int] = np.flatnonzero(ended).tolist()
        return over

    def _closed(self, over: list[int], infos: Info) -> Info:
        """Return infos with what only an episode's last step says; its world waits."""
        every = set(infos)
        for i in over:
            last = info_of(self.episodes[i])
            infos = self._add_info(infos, {key: last[key] for key in last if key not in every}, i)
        return infos

    def _restart(self, over: list[int]) -> Info:
        """Start the next episodes of some worlds; return what is told of those that are over.

        In other modes than ``SAME_STEP`` they wait, and nothing is told here.
        """
        if self.autoreset_mode != AutoresetMode.SAME_STEP:
            self._waiting = over
            self._codes[over] = LEFT_OUT
            return {}
        observations = np.empty(self.num_envs, dtype=object)
        ended = np.zeros(self.num_envs, dtype=np.bool_)
        ended[over] = True
        infos: Info = {}
        for i in over:
            observations[i] = self.episodes[i].observation()
            infos = self._add_info(infos, info_of(self.episodes[i]), i)
            self._start(i)
        return {
            "final_obs": observations,
            "_final_obs": ended,
            "final_info": infos,
            "_final_info": ended,
        }

    def _told(self) -> Info:
        """Return what the last step's outcomes say of each world."""
        numbers = self.sheet.outcomes.T.copy()
        parts = dict(zip(COMPONENTS, numbers, strict=False))
        if self.setting.terminal_value:
            parts[TERMINAL] = np.array([episode.terminal for episode in self.episodes])
        return {
            "raw": numbers[NET],
            "elapsed_h": numbers[ELAPSED_S] / HOUR_S,
            "discount": numbers[DISCOUNT],
            "illegal": numbers[ILLEGAL].astype(np.int64),
            "reward": parts,
        }

    def _whole(self, infos: Info) -> Info:
        """Return infos with the masks as they are now, and with Gymnasium's notes of whose."""
        infos["action_mask"] = self._shown(self.sheet.masks)
        present = np.ones(self.num_envs, dtype=np.bool_)
        return infos | {f"_{key}": present for key in infos}

    def _shown(self, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        if self.copy:
            return array.copy()
        view = array.view()
        view.flags.writeable = False
        return view

    def action_masks(self) -> Masks:
        """Return which actions are legal in each world, shape (num_envs, actions)."""
        return self.sheet.masks.copy()


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
