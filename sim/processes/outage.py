"""Outages that strike a channel at random."""

from __future__ import annotations

from collections.abc import Generator
from math import log
from typing import TYPE_CHECKING

from sim.population.draws import TRAIT_OUTAGE, uniform
from sim.tables.arguments import above_0, number_of
from sim.units import HOUR_S, MINUTE_S

if TYPE_CHECKING:
    from simpy import Event

    from sim.core.world import World


def outages(
    world: World, channel: str, *, mean_gap_h: float, mean_length_min: float
) -> Generator[Event, None, None]:
    """Return a process that lets a channel go out of order again and again.

    The time until the next outage and its length are exponential (assumption). Their luck is
    addressed by the world's seed and replication, so strategies that are compared meet the same
    outages.

    Args:
        world: the world.
        channel: the name of a channel that customers get into.
        mean_gap_h: mean hours from the end of an outage to the next.
        mean_length_min: mean minutes of an outage.

    Raises:
        InputError: an unknown channel, or a time that is not above 0.
    """
    number = number_of("channel", channel, world.compiled.channels.names)
    gap_s = above_0("mean_gap_h", mean_gap_h) * HOUR_S
    length_s = above_0("mean_length_min", mean_length_min) * MINUTE_S

    def exponential(mean_s: float, index: int) -> float:
        return -mean_s * log(uniform(world.key, number, index, TRAIT_OUTAGE))

    def strike() -> Generator[Event, None, None]:
        index = 0
        while True:
            yield world.env.timeout(exponential(gap_s, index))
            lasts_s = exponential(length_s, index + 1)
            world.outage(channel, lasts_s)
            yield world.env.timeout(lasts_s)
            index += 2

    return strike()
