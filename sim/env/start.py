"""Where episodes start: new worlds, forks of warmed-up ones, or forks of given states."""

from __future__ import annotations

from math import nextafter
from typing import Any

from sim.core.engine import engine_of
from sim.core.world import World
from sim.decisions.actions import KINDS, Decider, Kind
from sim.env.setting import Setting
from sim.errors import InputError
from sim.units import DAY_S

ALL = frozenset(KINDS)
NONE: frozenset[Kind] = frozenset()


def rule_fork(rule: Decider | None) -> Decider | None:
    """Return the rule, or its own copy where it is stateful (``Policy.fork``)."""
    fork = getattr(rule, "fork", None)
    return fork() if fork is not None else rule


class Starts:
    """Start states of one setting.

    Without warm-up every episode is a new world at time zero. With it, ``warm_up_worlds`` worlds
    are simulated once under the rule; an episode forks one of them in turn just before midnight and
    reseeds the fork, so its future is the episode's own luck while its customers are the warmed-up
    world's. Environments that share this object share the warmed-up worlds.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._warm: dict[int, World] = {}

    def __deepcopy__(self, memo: object) -> Starts:
        """Return itself: episodes fork the warmed-up worlds, so copies may share them."""
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Return the setting alone; the same worlds are warmed up again where they are needed."""
        return {"setting": self.setting, "_warm": {}}

    def world(self, seed: int, replication: int) -> World:
        """Return the world of an episode before its first event; the rule decides everything."""
        setting = self.setting
        if setting.warm_up_days == 0:
            return self._new(seed, replication)
        number = replication % setting.warm_up_worlds
        warm = self._warm.get(number)
        if warm is None:
            warm = self._new(setting.warm_up_seed, number)
            warm.advance(nextafter(setting.warm_up_days * DAY_S, 0.0))
            self._warm[number] = warm
        world = warm.fork()
        world.reseed(seed, replication)
        return world

    def _new(self, seed: int, replication: int) -> World:
        setting = self.setting
        return World(
            setting.scenario,
            compiled=setting.compiled,
            policy=rule_fork(setting.rule),
            decides=ALL,
            seed=seed,
            replication=replication,
            engine=setting.engine,
        )

    def fork_of(self, state: World, seed: int | None, replication: int) -> World:
        """Return a fork of a given world; with a seed, its future gets that luck.

        Raises:
            InputError: the world is of another scenario, regime or engine.
        """
        table, setting = state.compiled, self.setting
        if table is not setting.compiled and (
            table.scenario != setting.scenario
            or vars(table.regime) != vars(setting.compiled.regime)
            or table.channels.enabled != setting.compiled.channels.enabled
        ):
            raise InputError(
                "options['state']: must be a world of the environment's own scenario and regime; "
                f"got one of {table.scenario.name!r} that differs"
            )
        if not isinstance(state.core, engine_of(setting.engine).face.Simulation):
            raise InputError(
                "options['state']: must be a world of the environment's own engine, "
                f"{setting.engine}; got one of the other"
            )
        world = state.fork()
        if seed is not None:
            world.reseed(seed, replication)
        return world


def inline(world: World, policy: Decider, decides: frozenset[Kind], rule: Decider | None) -> World:
    """Let a policy take its kinds inside the world, and the rule the others; return the world."""
    world.who_decides(rule_fork(policy), decides, NONE, rule_fork(rule))
    return world
