"""What an agent's time costs other customers: the delays that it passes on.

Had a contact not been there, the one that its agent took next out of a line would have been
answered earlier, by the handle time but by no more than it waited, and so on down the agent's
contacts until one did not wait: Lindley's recursion along an agent. Each second of those delays
costs effort, and the hazard of abandonment (wait ÷ mean patience), at the moods' worth of the
customers delayed. First order: one contact less, all else equal (as in infinitesimal perturbation
analysis, Ho & Cao 1991); a contact that gave up, and who would have joined, are left out.
"""

from __future__ import annotations

from math import exp
from typing import NamedTuple

import numpy as np

from experiments.learning.targets.firm_value import FirmValue
from policies.value.expected_value import ExpectedValue
from sim.core.world import World
from sim.register.register import Register

AT_ONCE_S = 0.01


class Served(NamedTuple):
    """A contact with people; its fields are columns of the register."""

    contact: int
    customer: int
    segment: int
    intent: int
    channel: int
    agent: int
    queued_s: float
    answered_s: float
    end_s: float

    @property
    def wait_s(self) -> float:
        """Return how long it waited for its agent."""
        return self.answered_s - self.queued_s


def served(register: Register) -> list[Served]:
    """Return the contacts that agents have answered, in the order of the register."""
    rows = map(Served._make, register.rows("contacts", *Served._fields))
    return [row for row in rows if row.agent >= 0 and row.answered_s >= 0]


def delay_costs(
    rows: list[Served], world: World, value: FirmValue, tables: ExpectedValue
) -> dict[int, float]:
    """Return the money that each contact with people cost others, by the contact's number.

    Args:
        rows: the contacts that agents have answered.
        world: the world that was played.
        value: what moods are worth.
        tables: what waiting does to a contact, by channel and intent.
    """
    moods = value.per_mood(world.customers, np.array([r.customer for r in rows], dtype=np.int64))
    follows = _followers(rows)
    prices = [
        _per_second(world, mood, tables, row) if row.wait_s > AT_ONCE_S else 0.0
        for row, mood in zip(rows, moods.tolist(), strict=True)
    ]
    costs = {}
    for n, row in enumerate(rows):
        delay, cost, after = row.end_s - row.answered_s, 0.0, follows[n]
        while after >= 0:
            delay = min(delay, rows[after].wait_s)
            cost += delay * prices[after]
            after = follows[after]
        costs[row.contact] = cost
    return costs


def _followers(rows: list[Served]) -> list[int]:
    """Return, by row, the row that waited and was taken the moment this one let its agent go."""
    taken = {
        (row.agent, round(row.answered_s, 2)): n
        for n, row in enumerate(rows)
        if row.wait_s > AT_ONCE_S
    }
    found = [taken.get((row.agent, round(row.end_s, 2)), -1) for row in rows]
    return [-1 if after == n else after for n, after in enumerate(found)]


def _per_second(world: World, mood: float, tables: ExpectedValue, row: Served) -> float:
    """Return what one more second of waiting would have cost in this contact, in money.

    ``mood`` is what one unit of the customer's mood is worth.
    """
    compiled, rules = world.compiled, world.compiled.scenario.satisfaction
    channel, intent, segment = row.channel, row.intent, row.segment
    unit = mood * compiled.mood_weight[segment][intent]
    scale = compiled.channels.wait_scale[channel]
    effort = rules.effort_weight * rules.wait_weight * exp(-row.wait_s / scale) / scale
    p = tables.human[intent][channel]
    lost = unit * (tables.gain[intent] * p + rules.effort_weight * rules.abandon_effort)
    lost += p * (tables.saved[intent] + tables.sale[intent][channel])
    return unit * effort + tables.tires[intent][channel] * tables.hurry[segment] * lost
