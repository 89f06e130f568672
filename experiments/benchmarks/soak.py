"""Random episodes over all scenarios and regimes: do all end, with sound masks and money?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.env.journey import JourneyEnv
from sim.errors import InputError
from sim.scenario import load_scenario, scenario_names


class Played(NamedTuple):
    """What was played of a scenario: episodes, decisions, illegal actions replaced."""

    scenario: str
    episodes: int
    decisions: int
    illegal: int


def soak(
    episodes: int,
    *,
    scenarios: list[str] | None = None,
    seed: int = 1,
    horizon_days: float = 0.5,
    customers: int = 300,
) -> Iterator[Played]:
    """Play random episodes, as many of each scenario, and yield what was played.

    Half of the actions are drawn from the mask, half from the whole action space. Worlds are
    small (``customers``) and warmed up to a weekday morning, so that an episode has decisions.

    Raises:
        AssertionError: an episode does not end, a mask is all false, an observation is out of its
            bounds or not finite, or the rewards do not add up.
        InputError: an unknown scenario, or no episode to play.
    """
    if episodes < 1:
        raise InputError(f"episodes: must be at least 1; got {episodes}")
    rng = np.random.default_rng(seed)
    for name in scenarios or scenario_names():
        firm = load_scenario(name, {"population": {"customers": customers}})
        decisions = illegal = 0
        for n, regime in enumerate(sorted(firm.regimes)):
            env = JourneyEnv(firm, regime=regime, horizon_days=horizon_days, warm_up_days=2)
            share = episodes // len(firm.regimes) + (n < episodes % len(firm.regimes))
            for episode in range(share):
                env.reset(seed=seed if episode == 0 else None)
                decisions += _play(env, rng)
                illegal += env.episode.illegal
        yield Played(name, episodes, decisions, illegal)


def _play(env: JourneyEnv, rng: np.random.Generator) -> int:
    """Play one episode at random; return its decisions."""
    steps, total, truncated = 0, 0.0, False
    space = env.observation_space
    while not truncated:
        mask = env.action_masks()
        assert mask.any(), "an all-false mask"
        legal = np.flatnonzero(mask)
        drawn = rng.integers(len(mask)) if rng.random() < 0.5 else rng.choice(legal)
        obs, reward, terminated, truncated, info = env.step(drawn)
        steps += 1
        total += reward
        assert not terminated, "a horizon must truncate"
        assert space.contains(obs), "an observation out of its bounds"
        assert len(env.episode.actions) <= steps <= 1_000_000, "a step without its decision"
    net = info["net_value"]
    assert abs(total - net) <= 1e-9 * max(1.0, abs(net)), "rewards that do not add up"
    return len(env.episode.actions)
