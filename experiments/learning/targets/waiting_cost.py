"""What waiting costs beyond what the firm pays: a price by channel, part of a training's objective.

A scenario charges minutes of contacts, but an e-mail that lies or a promised callback costs the
firm nothing. Where the objective prices such hours, training pays for them as they pass: paid at a
contact's end, a wait would be cheaper the longer it is put off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from experiments.learning.task import Task
from sim.core.state import codes
from sim.core.world import World
from sim.errors import InputError
from sim.inputs import nearest
from sim.register.register import C_ANSWERED, C_CHANNEL, C_QUEUED, C_RELEASED
from sim.units import HOUR_S

WAITING = frozenset((codes.QUEUED, codes.STALE))


def waiting_prices(task: Task) -> Mapping[int, float]:
    """Return money per second of waiting by channel's index.

    Raises:
        InputError: a price for a channel that the scenario does not have.
    """
    channels = list(task.scenario.channels)
    prices = task.config.waiting_cost_per_h
    for name in prices:
        if name not in channels:
            raise InputError(
                f"waiting_cost_per_h: must name channels of '{task.scenario.name}'; "
                f"got '{name}'{nearest(name, channels)}"
            )
    return {channels.index(name): price / HOUR_S for name, price in prices.items()}


class Waits:
    """What the waits in a world have cost so far; ``since`` gives what is new."""

    def __init__(self, world: World, prices: Mapping[int, float]) -> None:
        self.world, self.prices = world, prices
        self.ended, self.read = 0.0, 0
        queues = world.compiled.queues.channel
        self.queues = [(q, prices[c]) for q, c in enumerate(queues) if c in prices]
        self.paid = self.so_far()

    def so_far(self) -> float:
        """Return the cost of the waits of contacts that ended, are served, or still wait."""
        world, rows = self.world, self.world.register.contacts
        self.ended += waiting_cost(rows[self.read :], self.prices)
        self.read = len(rows)
        total = self.ended
        for team in world.on_duty:
            for agent in team.agents:
                for contact in agent.serving:
                    if contact.state == codes.IN_SERVICE and contact.queued_s >= 0:
                        price = self.prices.get(contact.channel, 0.0)
                        total += price * (contact.answered_s - contact.queued_s)
        for queue, price in self.queues:
            for _, queued_s, _, contact in world.queues[queue]:
                if contact.state in WAITING:
                    total += price * (world.now - queued_s)
        return total

    def since(self) -> float:
        """Return the cost of waiting since the last call, or since the start."""
        before, self.paid = self.paid, self.so_far()
        return self.paid - before


def waiting_cost(rows: Iterable[Any], prices: Mapping[int, float]) -> float:
    """Return the money that the waits of contacts (rows of the register) cost."""
    total = 0.0
    for row in rows:
        price = prices.get(row[C_CHANNEL])
        if price is not None and row[C_QUEUED] >= 0:
            until = row[C_ANSWERED] if row[C_ANSWERED] >= 0 else row[C_RELEASED]
            total += price * (until - row[C_QUEUED])
    return total
