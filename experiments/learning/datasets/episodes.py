"""Episodes under a policy that explores: what was seen, done and earned, with propensities."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.running.config.experiment import ExperimentConfig
from experiments.running.replicate import PreparedStrategy
from policies.base import Policy
from sim.core.world import World
from sim.decisions.actions import Kind, PolicyError
from sim.decisions.view import View
from sim.env.episode import Episode
from sim.env.setting import Setting, make_setting
from sim.errors import InputError
from sim.register.ledger import COMPONENTS

EXPLORING = 11
"""Tells the luck of exploration from that of the worlds."""
WHO = ("kind", "time_s", "journey", "customer", "contact")

Array = npt.NDArray[Any]


class Played(NamedTuple):
    """An episode of n decisions.

    ``observations`` (n + 1, features), ``masks`` (n + 1, actions: 1 where legal), the last of each
    at the end of the episode; by decision, shape (n,): ``actions``, ``rewards`` (money until the
    next decision) and all of ``more``: ``propensity`` of the action, ``policy_action``, ``default``
    (the default rule's), ``elapsed_h`` until the next decision, the rewards' components, and whom
    the decision was about (``WHO``, as in the register; −1: nobody).
    """

    observations: Array
    masks: Array
    actions: Array
    rewards: Array
    more: dict[str, Array]
    world: World


class Usual:
    """A policy within its kinds; the default rule's choice in all others, as in a run."""

    def __init__(self, policy: Policy, kinds: frozenset[Kind]) -> None:
        self.policy, self.kinds = policy, kinds
        self.reads, self.listener = policy.reads, policy.listener

    def decide(self, view: View) -> int:
        """Return the action."""
        return self.policy.decide(view) if view.kind in self.kinds else view.default

    def fork(self) -> Usual:
        """Return one for another world."""
        return Usual(self.policy.fork(), self.kinds)


def setting_of(config: ExperimentConfig, strategy: str, made: PreparedStrategy) -> Setting:
    """Return the environment's setting in which episode i is replication i of the strategy.

    Raises:
        InputError: the warm-up is no whole number of days, or nobody decides anything.
    """
    chosen, days = config.strategies[strategy], config.warm_up_days
    return make_setting(
        made.scenario,
        regime=chosen.regime,
        channels=chosen.channels,
        decides=made.decides,
        rule=Usual(made.policy, frozenset(made.decides)),
        horizon_days=config.horizon_days,
        warm_up_days=days,  # type: ignore[arg-type]  # a number, which `make_setting` checks
        warm_up_seed=config.seed,
        warm_up_worlds=2**31,
    )


def play(setting: Setting, policy: Policy, seed: int, number: int, explore: float) -> Played:
    """Play an episode; with probability ``explore`` any legal action is taken, else the policy's.

    Raises:
        InputError: there was nothing to decide.
        PolicyError: the policy takes an action that is not legal.
    """
    episode = Episode(setting)
    episode.start(seed, number)
    world, luck = episode.world, np.random.default_rng([EXPLORING, number, seed])
    assert world is not None
    observations, masks, actions, rewards = [episode.observation()], [episode.mask()], [], []
    parts: list[list[float]] = []
    while (pending := world.pending) is not None and not episode.truncated:
        legal = pending.actions
        usual = policy.decide(world.pending_view(policy.reads))
        if usual not in legal:
            raise PolicyError(f"{policy}: illegal action {usual!r}; legal are {legal}")
        action = legal[int(luck.integers(len(legal)))] if luck.random() < explore else usual
        chance = explore / len(legal) + (1 - explore) * (action == usual)
        known = [chance, usual, pending.default]
        episode.step(action)
        observations.append(episode.observation())
        masks.append(episode.mask())
        actions.append(action)
        rewards.append(episode.reward)
        parts.append([*known, episode.elapsed_s / 3600, *episode.components.values()])
    if not actions:
        raise InputError(f"episodes: nothing was decided in episode {number}")
    names = ("propensity", "policy_action", "default", "elapsed_h", *COMPONENTS)
    columns = dict(zip(names, np.array(parts).T, strict=True))
    for name in ("policy_action", "default"):
        columns[name] = columns[name].astype(np.int64)
    return Played(
        np.array(observations),
        np.array(masks, dtype=np.int8),
        np.array(actions, dtype=np.int64),
        np.array(rewards),
        columns | _who(world, setting, actions),
        world,
    )


def _who(world: World, setting: Setting, actions: list[int]) -> dict[str, Array]:
    """Return whom each decision was about, from the last rows of the register on these kinds."""
    kept = world.register.columns("decisions")
    of_kinds = np.isin(kept["kind"], [int(kind) for kind in setting.decides])
    rows = {name: column[of_kinds][-len(actions) :] for name, column in kept.items()}
    if rows["action"].tolist() != actions:
        raise RuntimeError("the register and the episode tell of different decisions")
    return {name: rows[name] for name in WHO}
