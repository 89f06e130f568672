"""The environment of the slower decision: which channels teams serve, when automation steps in."""

from __future__ import annotations

from math import exp, log1p
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from sim.core.world import World
from sim.decisions.actions import Decider, Kind
from sim.decisions.features import Feature, Vector, log_feature
from sim.env.journey import Info, WorldEnv
from sim.env.setting import make_setting
from sim.env.sheet import Masks, Sheet
from sim.env.staffing_rule import LEVELS_MIN, FrontDoor
from sim.env.start import ALL, NONE, Starts
from sim.errors import InputError
from sim.register.codes import ABANDONED
from sim.register.ledger import COMPONENTS
from sim.tables.arguments import RegimeSource, Source
from sim.tables.codes import ASYNCHRONOUS, AUTOMATED
from sim.units import DAY_S, HOUR_S

Integers = npt.NDArray[np.int64]
LEVELS = len(LEVELS_MIN)


class StaffingEnv(WorldEnv[Integers]):
    """Each interval: one channel or all for every team, and two thresholds of the front door.

    Args:
        scenario: as in ``JourneyEnv``.
        regime: as in ``JourneyEnv``; without ``steering`` the thresholds have no effect.
        rule: a policy for the decisions of journeys other than steering (None: the default rule).
        interval_h: hours between two decisions.
        horizon_days: length of an episode, then truncated.
        warm_up_days: as in ``JourneyEnv``, with all teams on all channels and no steering.
        warm_up_seed: as in ``JourneyEnv``.
        warm_up_worlds: as in ``JourneyEnv``.

    Action: ``MultiDiscrete``. For each team 0 (all its channels) or k (its k-th channel only, in
    the scenario's order); then the automation and the deflection threshold, as levels of the
    expected wait from which customers of live channels are offered a bot or a backlog: never, 10,
    5, 2 minutes, always. Who is talking finishes first; idle agents turn to their channel at once.
    ``action_masks()`` (flat, as sb3-contrib wants it) rules out choices without effect: teams with
    nobody on duty, thresholds without such a channel. Masked choices count as 0, and in
    ``info["illegal"]``.

    Observation: float32 ``Box``, listed by ``feature_table()``: time, loads by channel, teams and
    their channel, thresholds, contacts ended and abandoned in the last interval. Reward and info:
    as in ``JourneyEnv``.

    Raises:
        InputError: an unknown name, or a number out of range.
    """

    def __init__(
        self,
        scenario: Source = "helpdesk",
        *,
        regime: RegimeSource | None = None,
        rule: Decider | None = None,
        interval_h: float = 1.0,
        horizon_days: float = 7.0,
        warm_up_days: int = 0,
        warm_up_seed: int = 0,
        warm_up_worlds: int = 1,
        render_mode: None = None,
    ) -> None:
        if not 0 < interval_h < float("inf"):
            raise InputError(f"interval_h: must be above 0; got {interval_h!r}")
        self.setting = make_setting(
            scenario,
            regime=regime,
            rule=rule,
            horizon_days=horizon_days,
            warm_up_days=warm_up_days,
            warm_up_seed=warm_up_seed,
            warm_up_worlds=warm_up_worlds,
        )
        self.interval_s = interval_h * HOUR_S
        self._starts, self._sheet = Starts(self.setting), Sheet(self.setting)
        table = self.setting.compiled
        channel_of = table.queues.channel
        self.team_channels = [
            sorted({channel_of[q] for q in queues}) for queues in table.teams.queues
        ]
        self._sizes = [1 + len(c) for c in self.team_channels] + [LEVELS, LEVELS]
        self.action_space = gym.spaces.MultiDiscrete(self._sizes)
        rows = self.feature_table()
        low, high = np.array([r.low for r in rows]), np.array([r.high for r in rows])
        self.observation_space = gym.spaces.Box(
            low.astype(np.float32), high.astype(np.float32), dtype=np.float32
        )
        on = [k for k, e in zip(table.channels.kind, table.channels.enabled, strict=True) if e]
        self._has = [AUTOMATED in on, ASYNCHRONOUS in on]
        self._world: World | None = None
        self._done = True

    @property
    def world(self) -> World:
        """The episode's world."""
        if self._world is None:
            raise gym.error.ResetNeeded("reset the environment first")
        return self._world

    def feature_table(self) -> list[Feature]:
        """Return what the observation holds, in order."""
        table, shared = self.setting.compiled, self.setting.features
        rows = shared.table[shared.time : shared.time + 4]
        for _, at in shared.loads:
            rows = rows + shared.table[at : at + 6]
        for name, channels in zip(table.teams.names, self.team_channels, strict=True):
            rows += [log_feature(f"team.{name}.{who}", "agents") for who in ("on_duty", "idle")]
            rows += [
                Feature(f"team.{name}.only_{table.channels.names[c]}", 0, 1, "0/1", "", "always")
                for c in channels
            ]
        for name in ("automation", "deflection"):
            rows.append(Feature(f"threshold.{name}", 0, 1, "level/4", "", "always"))
        for name in table.channels.names:
            rows += [log_feature(f"last.{name}.{end}", "contacts") for end in ("ended", "lost")]
        return rows

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Vector, Info]:
        """Start an episode; seeds and options as in ``JourneyEnv``."""
        state = self._next(seed, options)
        if state is not None:
            world = self._starts.fork_of(state, seed, self._replication)
            self._start_s = world.now
        else:
            assert self._seed is not None
            world = self._starts.world(self._seed, self._replication)
            self._start_s = self.setting.warm_up_days * DAY_S
        self._begin(world)
        return self._observation(), self._info()

    def _begin(self, world: World) -> None:
        setting = self.setting
        self._world, self._done = world, False
        self._door = FrontDoor(setting.compiled, setting.rule)
        kinds = frozenset({Kind.ENTRY}) if setting.rule is None else ALL
        world.who_decides(self._door, kinds, NONE)
        world.focus([-1] * len(self.team_channels))
        world.core.open_books(self._start_s)
        self._end_s = self._start_s + setting.horizon_s
        self._choice = [0] * len(self._sizes)
        self._components = dict.fromkeys(COMPONENTS, 0.0)
        self._illegal, self._steps = 0, 0
        self._from_row, self._elapsed_s = world.register.number_of("contacts"), 0.0
        world.advance(self._start_s)

    def step(self, action: Any) -> tuple[Vector, float, bool, bool, Info]:
        """Put an assignment into force for one interval."""
        if self._done:
            raise gym.error.ResetNeeded("the episode is over (or has not begun): call reset")
        world = self.world
        self._apply(world, [int(a) for a in action])
        began, self._from_row = world.now, world.register.number_of("contacts")
        self._steps += 1
        until = min(self._end_s, self._start_s + self._steps * self.interval_s)
        world.advance(until)
        if until >= self._end_s:
            world.finish()
            self._done = True
        self._elapsed_s = world.now - began
        *parts, reward = world.core.book()
        self._components = dict(zip(COMPONENTS, parts, strict=True))
        return self._observation(), reward, False, self._done, self._info()

    def _apply(self, world: World, action: list[int]) -> None:
        allowed = self._allowed()
        taken = [
            a if 0 <= a < len(ok) and ok[a] else 0 for a, ok in zip(action, allowed, strict=True)
        ]
        self._illegal += taken != action
        teams = len(self.team_channels)
        self._choice = taken
        self._door.automation_min, self._door.deflection_min = (
            LEVELS_MIN[a] for a in taken[teams:]
        )
        focus = [
            channels[a - 1] if a else -1
            for a, channels in zip(taken, self.team_channels, strict=False)
        ]
        world.focus(focus)

    def _allowed(self) -> list[list[bool]]:
        on_duty = self.world.core.column("duties", "duty_n").tolist()
        soon = self._coming(self.world.now, self.world.now + self.interval_s)
        rows = []
        for t, size in enumerate(self._sizes[:-2]):
            rows.append([True] + [on_duty[t] > 0 or t in soon] * (size - 1))
        return rows + [[True] + [has] * (LEVELS - 1) for has in self._has]

    def _coming(self, now: float, until: float) -> set[int]:
        """Return the teams with a shift that begins up to ``until``."""
        day, shifts = int(now // DAY_S), self.world.core.rules.column
        begins = zip(shifts("shifts", "team"), shifts("shifts", "start_s"), strict=True)
        return {
            int(team)
            for team, start_s in begins
            for d in (day, day + 1)
            if now <= d * DAY_S + start_s <= until
        }

    def action_masks(self) -> Masks:
        """Return which choices have an effect now, flat: shape (sum of the space's sizes,)."""
        return np.array([ok for row in self._allowed() for ok in row], dtype=np.bool_)

    def _observation(self) -> Vector:
        core, features = self.world.core, self.setting.features
        self._sheet.board.begin(core, 0)
        shared = self._sheet.observations[0]
        values = [*shared[features.time : features.time + 4].tolist()]
        for _, at in features.loads:
            values += shared[at : at + 6].tolist()
        on_duty, idle = core.column("duties", "duty_n"), core.column("duties", "idle_n")
        for t, channels in enumerate(self.team_channels):
            values += [log1p(on_duty[t]), log1p(idle[t])]
            values += [1.0 if self._choice[t] == k + 1 else 0.0 for k in range(len(channels))]
        values += [level / (LEVELS - 1) for level in self._choice[-2:]]
        n, column = self.setting.compiled.channels.n, self.world.register.column
        channel = column("contacts", "channel")[self._from_row :]
        lost = channel[column("contacts", "outcome")[self._from_row :] == ABANDONED]
        ended_n, lost_n = np.bincount(channel, minlength=n), np.bincount(lost, minlength=n)
        for pair in zip(ended_n.tolist(), lost_n.tolist(), strict=True):
            values += [log1p(n) for n in pair]
        return np.array(values, dtype=np.float32)

    def _info(self) -> Info:
        info: Info = {
            "action_mask": self.action_masks(),
            "reward": self._components.copy(),
            "elapsed_h": self._elapsed_s / HOUR_S,
            "discount": exp(-self.setting.discount_per_s * self._elapsed_s),
            "illegal": self._illegal,
        }
        if self._done:
            info["net_value"] = info["objective"] = self.world.core.value(
                "learners", 0, "net_value"
            )
        return info
