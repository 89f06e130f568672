"""What waiting costs beyond what the firm pays: a price by channel, part of a training's objective.

A scenario charges minutes of contacts, but an e-mail that lies or a promised callback costs the
firm nothing. Where the objective prices such hours, training pays for them as they pass: paid at a
contact's end, a wait would be cheaper the longer it is put off.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from experiments.learning.task import Task
from sim.core import codes
from sim.core.world import World
from sim.errors import InputError
from sim.inputs import nearest
from sim.register.register import ROWS_OF
from sim.units import HOUR_S

Floats = npt.NDArray[np.float64]


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
        self.world = world
        self.prices = by_channel(world, prices)
        self.ended, self.read = 0.0, 0
        self.paid = self.so_far()

    def so_far(self) -> float:
        """Return the cost of the waits of contacts that ended, are served, or still wait."""
        self._read_ended()
        world, contacts = self.world, self.world.core.column
        state, queued_s = contacts("contacts", "state"), contacts("contacts", "queued_s")
        served = (state == codes.IN_SERVICE) & (queued_s >= 0)
        waits = (state == codes.QUEUED) | (state == codes.STALE)
        until_s = np.where(served, contacts("contacts", "answered_s"), world.now)
        price = self.prices[contacts("contacts", "channel")]
        return self.ended + float((price * (until_s - queued_s))[served | waits].sum())

    def _read_ended(self) -> None:
        """Add the contacts that have ended since the last reading."""
        core, last = self.world.core, self.world.register.number_of("contacts")
        for row in range(self.read, last):
            found = core.record(ROWS_OF["contacts"], row)
            self.ended += float(self.prices[found["channel"]] * waited_s(found))
        self.read = last

    def since(self) -> float:
        """Return the cost of waiting since the last call, or since the start."""
        before, self.paid = self.paid, self.so_far()
        return self.paid - before


def by_channel(world: World, prices: Mapping[int, float]) -> Floats:
    """Return the price of every channel's waits, shape (channels,)."""
    return np.array([prices.get(c, 0.0) for c in range(world.compiled.channels.n)])


def waited_s(contacts: Mapping[str, Any]) -> Any:
    """Return how long contacts waited in a line, in seconds: of one row, or of columns."""
    answered, queued = contacts["answered_s"], contacts["queued_s"]
    until = np.where(answered >= 0, answered, contacts["released_s"])
    return np.where(queued >= 0, until - queued, 0.0)


def waiting_costs(world: World, prices: Mapping[int, float]) -> Floats:
    """Return the money that the wait of each contact of the register cost, shape (contacts,)."""
    contacts = world.register.columns("contacts")
    costs: Floats = by_channel(world, prices)[contacts["channel"]] * waited_s(contacts)
    return costs
