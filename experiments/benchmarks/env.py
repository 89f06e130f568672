"""The environment's speed: entry decisions a second with mask and observation, and their measure.

All times are CPU times of this process, so other programs disturb them less; rows are measured in
turn, round after round, and the median of the rounds is shown. The bare SimPy loop (one process
that waits for one timeout after the other) tells how fast this machine is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import median
from typing import Any

import numpy as np
import simpy

from sim.core.world import World
from sim.env.journey import JourneyEnv
from sim.env.vector import JourneyVectorEnv

HORIZON_DAYS = 30.0
DECIDES = ("entry",)
WORLDS = 64
DEFAULT = -1  # no action's number: an illegal action stands for the default one
GOALS = {("telco", "environment"): 150_000.0, ("telco", f"vector of {WORLDS} worlds"): 500_000.0}
"""Entry decisions a second that the project aims at, compiled."""


@dataclass(frozen=True)
class LoopSpeed:
    """One measured loop: steps, median CPU seconds, steps a second, and that over bare SimPy's."""

    name: str
    what: str
    steps: int
    cpu_s: float
    per_s: float
    of_simpy: float
    goal: float | None


def simpy_loop(steps: int) -> float:
    """Return CPU seconds of ``steps`` timeouts of one SimPy process."""

    def process(env: simpy.Environment) -> Generator[simpy.Event, Any, None]:
        for _ in range(steps):
            yield env.timeout(1.0)

    env = simpy.Environment()
    env.process(process(env))
    started = time.process_time()
    env.run()
    return time.process_time() - started


def world_loop(env: JourneyEnv, steps: int) -> float:
    """Return CPU seconds of ``steps`` decisions answered in the world, without any environment."""
    setting, replication, taken = env.setting, 0, 0
    started = time.process_time()
    while taken < steps:
        world = World(
            setting.scenario,
            compiled=setting.compiled,
            external=setting.decides,
            replication=replication,
            engine=setting.engine,
        )
        while taken < steps and world.advance(setting.horizon_s):
            world.core.answer(world.core.default_action)
            taken += 1
        replication += 1
    return time.process_time() - started


def env_loop(env: JourneyEnv, steps: int) -> float:
    """Return CPU seconds of ``steps`` steps with the default actions, resets included."""
    env.reset(seed=1)
    started = time.process_time()
    for _ in range(steps):
        if env.step(DEFAULT)[3]:
            env.reset()
    return time.process_time() - started


def vector_loop(env: JourneyVectorEnv, steps: int) -> float:
    """Return CPU seconds of ``steps`` decisions in all worlds together."""
    env.reset(seed=1)
    actions = np.full(env.num_envs, DEFAULT)
    started = time.process_time()
    for _ in range(max(1, steps // env.num_envs)):
        env.step(actions)
    return time.process_time() - started


def measure(scenarios: list[str], steps: int, rounds: int, ceiling: bool = True) -> list[LoopSpeed]:
    """Return the rows of all loops, the bare SimPy loop first.

    Raises:
        InputError: an unknown scenario.
    """
    loops: list[tuple[str, str, float | None, Callable[[int], float]]] = [
        ("SimPy", "bare loop of timeouts", None, simpy_loop)
    ]
    for name in scenarios:
        loops += _of_scenario(name)
    if ceiling and find_spec("stable_baselines3") is not None:
        from experiments.benchmarks import ceiling as sb3

        loops.append(("CartPole", "SB3 DummyVecEnv × 8, no learning", None, sb3.stepping))
        loops.append(("CartPole", "SB3 PPO × 8, learning", None, sb3.learning))
    rates: list[list[float]] = [[] for _ in loops]
    for _ in range(rounds):
        for (_, _, _, loop), found in zip(loops, rates, strict=True):
            found.append(steps / loop(steps))
    return [
        LoopSpeed(
            name, what, steps, steps / median(found), median(found), _ratio(found, rates[0]), goal
        )
        for (name, what, goal, _), found in zip(loops, rates, strict=True)
    ]


def _ratio(rates: list[float], bare: list[float]) -> float:
    """Return the median ratio within a round: what slows a whole round cancels."""
    return median(rate / other for rate, other in zip(rates, bare, strict=True))


def _of_scenario(name: str) -> list[tuple[str, str, float | None, Callable[[int], float]]]:
    env = JourneyEnv(name, horizon_days=HORIZON_DAYS, decides=DECIDES)
    many, bare = (
        JourneyVectorEnv(
            WORLDS, scenario=name, horizon_days=HORIZON_DAYS, decides=DECIDES, copy=copy
        )
        for copy in (True, False)
    )
    loops: list[tuple[str, Callable[[int], float]]] = [
        ("world, no environment", lambda steps: world_loop(env, steps)),
        ("environment", lambda steps: env_loop(env, steps)),
        (f"vector of {WORLDS} worlds", lambda steps: vector_loop(many, steps)),
        ("the same without copies", lambda steps: vector_loop(bare, steps)),
    ]
    return [(name, what, GOALS.get((name, what)), loop) for what, loop in loops]
