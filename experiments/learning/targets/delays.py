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

from experiments.learning.targets.firm_value import FirmValue
from policies.value.expected_value import ExpectedValue
from sim.core.world import World
from sim.register.register import (
    C_AGENT,
    C_ANSWERED,
    C_CHANNEL,
    C_CONTACT,
    C_CUSTOMER,
    C_END,
    C_INTENT,
    C_QUEUED,
    C_SEGMENT,
)

AT_ONCE_S = 0.01
Row = tuple[object, ...]


def delay_costs(world: World, value: FirmValue, tables: ExpectedValue) -> dict[int, float]:
    """Return the money that each contact with people cost others, by the contact's number.

    Args:
        world: a world that was played.
        value: what moods are worth.
        tables: what waiting does to a contact, by channel and intent.
    """
    rows = [r for r in world.register.contacts if r[C_AGENT] >= 0 and r[C_ANSWERED] >= 0]
    waits = [r[C_ANSWERED] - r[C_QUEUED] for r in rows]
    follows = _followers(rows, waits)
    prices = [
        _per_second(world, value, tables, r, wait) if wait > AT_ONCE_S else 0.0
        for r, wait in zip(rows, waits, strict=True)
    ]
    costs = {}
    for n, row in enumerate(rows):
        delay, cost, after = row[C_END] - row[C_ANSWERED], 0.0, follows[n]
        while after >= 0:
            delay = min(delay, waits[after])
            cost += delay * prices[after]
            after = follows[after]
        costs[row[C_CONTACT]] = cost
    return costs


def _followers(rows: list[tuple[float, ...]], waits: list[float]) -> list[int]:
    """Return, by row, the row that waited and was taken the moment this one let its agent go."""
    taken = {
        (row[C_AGENT], round(row[C_ANSWERED], 2)): n
        for n, (row, wait) in enumerate(zip(rows, waits, strict=True))
        if wait > AT_ONCE_S
    }
    found = [taken.get((row[C_AGENT], round(row[C_END], 2)), -1) for row in rows]
    return [-1 if after == n else after for n, after in enumerate(found)]


def _per_second(
    world: World, value: FirmValue, tables: ExpectedValue, row: tuple[float, ...], wait: float
) -> float:
    """Return what one more second of waiting would have cost in this contact, in money."""
    customer, channel = int(row[C_CUSTOMER]), int(row[C_CHANNEL])
    intent, segment = int(row[C_INTENT]), int(row[C_SEGMENT])
    rules, compiled = world.satisfaction, world.compiled
    unit = value.per_mood(world, customer) * compiled.mood_weight[segment][intent]
    scale = compiled.channels.wait_scale[channel]
    effort = rules.effort_weight * rules.wait_weight * exp(-wait / scale) / scale
    p = tables.human[intent][channel]
    lost = unit * (tables.gain[intent] * p + rules.effort_weight * rules.abandon_effort)
    lost += p * (tables.saved[intent] + tables.sale[intent][channel])
    return unit * effort + tables.tires[intent][channel] * tables.hurry[segment] * lost
