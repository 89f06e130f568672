"""The environment of single decisions: who is served where, by whom, and what is offered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import gymnasium as gym
import numpy as np

from sim.core.world import World
from sim.decisions.actions import Decider
from sim.decisions.features import Vector, feature_table
from sim.env.episode import TERMINAL, Episode
from sim.env.setting import Setting, make_setting
from sim.env.sheet import Masks
from sim.env.start import inline
from sim.errors import InputError
from sim.scenario.load import load_scenario
from sim.tables.arguments import Source
from sim.units import DAY_S, HOUR_S

OPTIONS = frozenset({"state", "replication"})
Info = dict[str, Any]
Action = TypeVar("Action")


class WorldEnv(gym.Env[Vector, Action]):
    """An environment whose episodes are worlds, one replication of a seed after the other."""

    _seed: int | None = None
    _replication = -1

    def _next(self, seed: int | None, options: Mapping[str, Any] | None) -> World | None:
        """Take the seed and replication of the next episode; return the state to start at."""
        super().reset(seed=seed)
        given = checked_options(options)
        if seed is not None:
            self._seed, self._replication = seed, -1
        elif self._seed is None:
            self._seed = int(self.np_random.integers(2**31))
        self._replication = given.get("replication", self._replication + 1)
        return given.get("state")


class JourneyEnv(WorldEnv[np.int64]):
    """A firm's decisions about its customers' journeys, one at a time.

    Args:
        scenario: a shipped name, a path, a mapping, or a ``Scenario``.
        regime: the information regime, by the scenario's name for it, as an object or a mapping;
            None shows everything.
        channels: names of the enabled channels (None: all).
        decides: kinds of decision left to the learner: ``entry``, ``escalation``, ``dispatch``,
            ``wrap_up``, ``cancel`` (None: all).
        rule: a policy that takes the other kinds (None: the firm's default rule), and all kinds
            during the warm-up.
        rule_name: the rule's name, for snapshots (None: ``default``, or the rule's class).
        horizon_days: length of an episode; at its end it is truncated, never terminated.
        warm_up_days: whole days simulated before, once for each of ``warm_up_worlds``.
        warm_up_seed: the seed of the warmed-up worlds.
        warm_up_worlds: how many warmed-up worlds the episodes take in turn.
        discount_per_year: rate behind ``info["discount"]`` (None: the scenario's).
        shaping: give the shaped reward (see below).
        terminal_value: add the expected lifetime value of remaining customers to the last reward.
        engine: ``compiled`` or ``interpreted`` (None: that of the process); equal values.

    Action: ``Discrete`` over the scenario's action table (``sim.decisions.actions.action_table``).
    ``action_masks()`` and ``info["action_mask"]`` say which are legal now. An illegal action counts
    as the default one, and in ``info["illegal"]``: every action takes its decision, so every
    episode ends. Decisions with one legal action play themselves.

    Observation: a float32 ``Box``; its features for the ``helpdesk`` scenario are listed at the end
    of this text, those of any other by ``sim.decisions.features.feature_table``.

    Reward: net value since the last decision, as present value at the episode's start, so that
    rewards add up to the net value of the KPIs, exactly. ``info["reward"]`` has it by component.
    ``info["elapsed_h"]`` and ``info["discount"]`` (of that time) are for learners that discount by
    time. With ``shaping`` the reward is costs, sales and the *expected* change of customers'
    lifetime values by what contacts do to their moods, in place of the margin lost when they happen
    to leave; ``info["raw"]`` is always the unshaped reward. Shape in training, never in evaluation.

    ``reset(seed=s)`` starts the luck of seed ``s`` at replication 0, each further ``reset()`` takes
    the next replication; ``options={"replication": r}`` takes that one; ``options={"state":
    world}`` starts at a fork of a world, whose luck goes on unless a seed is given.

    Raises:
        InputError: an unknown name, or a number out of range.
    """

    def __init__(
        self,
        scenario: Source = "helpdesk",
        *,
        render_mode: None = None,
        **arguments: Any,
    ) -> None:
        self._begin(Episode(make_setting(scenario, **arguments)))

    def _begin(self, episode: Episode) -> None:
        self.episode = episode
        self.observation_space, self.action_space = spaces(episode.setting)  # type: ignore[assignment]

    @property
    def setting(self) -> Setting:
        """What is simulated."""
        return self.episode.setting

    @property
    def world(self) -> World:
        """The episode's world (fork it, do not advance it)."""
        if self.episode.world is None:
            raise gym.error.ResetNeeded("reset the environment first")
        return self.episode.world

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Vector, Info]:
        """Start an episode; see the class for seeds and options."""
        state = self._next(seed, options)
        luck = seed if state is not None else self._seed
        self.episode.start(luck, self._replication, state)
        return self.episode.observation(), self._info()

    def step(self, action: Any) -> tuple[Vector, Any, bool, bool, Info]:
        """Take the pending decision; return the next one."""
        episode = self.episode
        if episode.truncated:
            raise gym.error.ResetNeeded("the episode is over (or has not begun): call reset")
        episode.step(int(action))
        info = self._info()
        return episode.observation(), self._reward(info), False, episode.truncated, info

    def _reward(self, info: Info) -> Any:
        return self.episode.reward if self.episode.adds else info["raw"]

    def action_masks(self) -> Masks:
        """Return which actions are legal now, shape (actions,); never all false."""
        return self.episode.mask()

    def look(self) -> tuple[Vector, Info]:
        """Return the current observation and info, as the last ``reset`` or ``step`` did."""
        return self.episode.observation(), self._info()

    def _info(self) -> Info:
        return info_of(self.episode)

    def inline(self, policy: Decider, *, seed: int = 0, replication: int = 0) -> World:
        """Return the episode's world played by a policy inside the simulator, to the horizon.

        The same policy asked in the step loop gives the same register, byte for byte.
        """
        setting = self.setting
        world = self.episode.starts.world(seed, replication)
        inline(world, policy, setting.decides, setting.rule)
        return world.run(setting.warm_up_days * DAY_S + setting.horizon_s)


def spaces(setting: Setting) -> tuple[gym.spaces.Box, gym.spaces.Discrete]:
    """Return the observation and the action space."""
    features = setting.features
    box = gym.spaces.Box(features.low, features.high, dtype=np.float32)
    return box, gym.spaces.Discrete(len(setting.compiled.actions))


def info_of(episode: Episode) -> Info:
    """Return what every step reports besides the reward."""
    numbers = episode.outcome()
    margin, sales, staff, contacts, treatments, raw, elapsed_s, discount, illegal = numbers
    money = {
        "margin": margin,
        "sales": sales,
        "staff": staff,
        "contacts": contacts,
        "treatments": treatments,
    }
    if episode.setting.terminal_value:
        money[TERMINAL] = episode.terminal
    info: Info = {
        "action_mask": episode.new_mask(),
        "reward": money,
        "raw": raw,
        "elapsed_h": elapsed_s / HOUR_S,
        "discount": discount,
        "illegal": int(illegal),
    }
    if episode.truncated:
        info["net_value"] = episode.net_value
        info["objective"] = episode.net_value + episode.terminal
    return info


def checked_options(options: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the options of ``reset``; InputError on unknown ones or wrong types."""
    given = dict(options or {})
    for name in sorted(set(given) - OPTIONS):
        raise InputError(f"options: must be among {', '.join(sorted(OPTIONS))}; got {name!r}")
    replication = given.get("replication", 0)
    if isinstance(replication, bool) or not isinstance(replication, (int, np.integer)):
        raise InputError(f"options['replication']: must be a whole number; got {replication!r}")
    if replication < 0:
        raise InputError(f"options['replication']: must be at least 0; got {replication!r}")
    if "state" in given and not isinstance(given["state"], World):
        raise InputError(f"options['state']: must be a World; got {type(given['state']).__name__}")
    return given


def features_as_text(scenario: str) -> str:
    """Return the feature table of a scenario as lines of text."""
    rows = feature_table(load_scenario(scenario))
    return "\n".join(
        f"        {i:3d} {f.name} [{f.low:g}, {f.high:g}] {f.unit}; {f.shown}"
        for i, f in enumerate(rows)
    )


JourneyEnv.__doc__ = f"{JourneyEnv.__doc__}\n    Features:\n{features_as_text('helpdesk')}\n"
