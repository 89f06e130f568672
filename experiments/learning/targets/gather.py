"""Episodes under exploration: vectors, actions and what they brought."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.learning.targets.changes import Listener
from experiments.learning.targets.outcomes import Decided, Outcomes, outcomes
from sim.decisions.actions import Decider
from sim.decisions.features import Vector
from sim.env.episode import Episode
from sim.population.value import LifetimeValue
from sim.units import DAY_S

Ints = npt.NDArray[np.int64]
Choose = Callable[[Vector, tuple[int, ...], int], int]
"""From the vector, the legal actions and the rule's action to the action taken."""


class Data(NamedTuple):
    """Decisions of an episode: vectors (n, features), actions (n,), outcomes (n,) each."""

    vectors: Vector
    actions: Ints
    outcomes: Outcomes


def explore(
    episode: Episode,
    seed: int,
    replication: int,
    choose: Choose,
    rule: Decider,
    tail_days: float,
    retention_weight: float,
) -> tuple[Data, int]:
    """Play an episode; return its data and how many decisions were taken.

    Args:
        episode: an episode whose kinds of decision all concern a customer.
        seed: its luck.
        replication: its luck's number.
        choose: who acts.
        rule: what the rule would do, for ``choose``.
        tail_days: decisions of the last days are left out: their journeys are still open.
        retention_weight: what a unit of lifetime value counts.
    """
    episode.start(seed, replication)
    world = episode.world
    assert world is not None
    listener = Listener(world)
    until = episode.end_s - tail_days * DAY_S
    vectors: list[Vector] = []
    actions: list[int] = []
    decided: list[Decided] = []
    taken = 0
    while not episode.truncated:
        pending = world.pending
        if pending is None:
            episode.step(0)
            continue
        vector = episode.observation()
        action = choose(vector, pending.actions, rule.decide(world.pending_view(rule.reads)))
        if world.now <= until and pending.contact >= 0:
            vectors.append(vector)
            actions.append(action)
            decided.append(Decided(world.now, pending.customer, pending.journey))
        taken += 1
        episode.step(action)
    changes = listener.value_changes(LifetimeValue(world), retention_weight)
    width = episode.setting.features.size
    data = Data(
        np.array(vectors, dtype=np.float32).reshape(len(vectors), width),
        np.array(actions, dtype=np.int64),
        outcomes(decided, changes, world.register),
    )
    return data, taken
