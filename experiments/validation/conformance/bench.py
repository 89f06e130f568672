"""A policy on the test bench: the runs that the checks of the suite share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from sim.core.world import World
from sim.decisions.actions import Decider
from sim.decisions.view import View
from sim.scenario import Scenario
from sim.scenario.knowledge import Regime
from sim.units import DAY_S

Make = Callable[[Scenario], Decider]


class Run(NamedTuple):
    """The views that a policy saw in a world, its actions, and the register's digest."""

    views: list[View]
    actions: list[Any]
    digest: str


class _Recorder:
    """Stands between world and policy and keeps what passes; ``choose`` may decide instead."""

    def __init__(self, policy: Decider, choose: Callable[[View], int] | None = None) -> None:
        self.reads = policy.reads
        self.decides = getattr(policy, "decides", None)
        self.fitted = getattr(policy, "fitted", None)
        self.listener = getattr(policy, "listener", None)
        self.policy = policy
        self.choose = choose
        self.views: list[View] = []
        self.actions: list[Any] = []

    def decide(self, view: View) -> int:
        """Decide and remember."""
        action = self.policy.decide(view) if self.choose is None else self.choose(view)
        self.views.append(view)
        self.actions.append(action)
        return action


@dataclass
class Bench:
    """A policy, a scenario and a regime, with the runs that several checks share."""

    make: Make
    scenario: Scenario
    regime: Regime
    days: float
    seed: int

    def policy(self) -> Decider:
        """Return a new policy, started at the seed."""
        policy = self.make(self.scenario)
        reset = getattr(policy, "reset", None)
        if reset is not None:
            reset(self.seed)
        return policy

    def world(self, policy: Decider) -> World:
        """Return a world that the policy decides, at time zero."""
        return World(
            self.scenario,
            regime=self.regime,
            policy=policy,
            decides=getattr(policy, "decides", None),
            seed=self.seed,
        )

    @property
    def end_s(self) -> float:
        """The end of the simulated time."""
        return self.days * DAY_S

    @cached_property
    def own(self) -> Run:
        """A run of the policy."""
        recorder = _Recorder(self.policy())
        return self._run(recorder, self.world(recorder))

    @cached_property
    def random(self) -> Run:
        """A run in which all kinds are decided at random, seen as the policy would see it."""
        recorder = _Recorder(self.policy(), _random)
        world = World(self.scenario, regime=self.regime, policy=recorder, seed=self.seed + 1)
        return self._run(recorder, world)

    def _run(self, recorder: _Recorder, world: World) -> Run:
        digest = world.run(self.end_s).register.digest()
        return Run(recorder.views, recorder.actions, digest)


def _random(view: View) -> int:
    luck = (view.time_s * 1000 + view.uniform * (1 + 1009 * view.kind)) % 1.0
    return view.actions[int(luck * len(view.actions))]
