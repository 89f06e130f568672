"""Counterfactuals: one decision, several actions, each in a fork of the world under one luck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from experiments.learning.gather import Data
from experiments.learning.job import Job
from experiments.learning.outcomes import Decided, Outcomes, ValueLog, outcomes
from sim.compiled import DAY_S
from sim.decisions import Kind
from sim.entities import Contact
from sim.env.episode import Episode
from sim.env.start import ALL, NONE, rule_fork
from sim.env.value import LifetimeValue
from sim.features import Vector
from sim.world import World

if TYPE_CHECKING:
    from experiments.learning.fitted_index import Params

STEP_S = 3600.0


def forked(
    episode: Episode, number: int, job: Job, params: Params, rng: np.random.Generator
) -> tuple[Data, int]:
    """Play an episode by the rule, answering some decisions otherwise in forks.

    Returns:
        Data with a row for each fork, and the number of decisions of the episode.
    """
    episode.start(job.config.seed, number)
    world = episode.world
    assert world is not None
    value = LifetimeValue(world)
    until = episode.end_s - params.tail_days * DAY_S
    vectors: list[Vector] = []
    actions: list[int] = []
    found: list[tuple[float, float, float]] = []
    taken = 0
    while not episode.truncated:
        pending = world.pending
        if pending is None:
            episode.step(0)
            continue
        usual = job.rule.decide(world.pending_view(job.rule.reads))
        subject = pending.subject[0] if pending.kind == Kind.WRAP_UP else pending.subject
        if world.now <= until and isinstance(subject, Contact) and rng.random() < params.fork_share:
            vector = episode.observation()
            others = [a for a in pending.actions if a != usual]
            rng.shuffle(others)
            for action in (usual, *others[: params.fork_actions]):
                vectors.append(vector)
                actions.append(action)
                found.append(branch(world, action, subject, value, job, params.fork_h))
        taken += 1
        episode.step(usual)
    width = job.setting.features.size
    columns = np.array(found, dtype=np.float64).reshape(len(found), 3).T
    data = Data(
        np.array(vectors, dtype=np.float32).reshape(len(vectors), width),
        np.array(actions, dtype=np.int64),
        Outcomes(*columns),
    )
    return data, taken


def branch(
    world: World, action: int, contact: Contact, value: LifetimeValue, job: Job, hours: float
) -> tuple[float, float, float]:
    """Return money, agents' seconds and crowded seconds of a journey after an action, by the rule.

    The fork runs until the journey has ended, at most for ``hours``.
    """
    copy = world.fork()
    customer, journey = contact.journey.customer, contact.journey.id
    log = ValueLog(value)
    copy.watch = log
    start, end = world.now, world.now + hours * STEP_S
    copy.answer(action)
    copy.who_decides(rule_fork(job.rule), ALL, NONE)
    while copy.now < end:
        copy.advance(min(end, copy.now + STEP_S))
        if all(j.id != journey for j in copy.open_journeys.get(customer, ())):
            break
    result = outcomes([Decided(start, customer, journey)], log, copy.register)
    return tuple(float(x[0]) for x in result)  # type: ignore[return-value]
