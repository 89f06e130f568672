"""A surge team that is called when a line is long."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from sim.tables.arguments import above_0, from_0, heads, number_of
from sim.units import HOUR_S, MINUTE_S

if TYPE_CHECKING:
    from simpy import Event

    from sim.core.world import World


def surge_team(
    world: World,
    channel: str,
    *,
    above: int,
    team: str,
    agents: int,
    delay_min: float,
    stay_h: float,
) -> Generator[Event, None, None]:
    """Return a process that calls agents in whenever a line is long.

    It calls once: while they are on their way or at work, a line that is long again is theirs.

    Args:
        world: the world.
        channel: whose line is watched.
        above: they are called when more than this many wait.
        team: the team that they join, with its skills, channels and wage.
        agents: how many come.
        delay_min: minutes until they are at their desks.
        stay_h: hours that they stay, and are paid.

    Raises:
        InputError: an unknown channel or team, or a number out of range.
    """
    number_of("team", team, world.compiled.teams.names)
    heads("agents", agents, 1)
    delay_s = from_0("delay_min", delay_min) * MINUTE_S
    stay_s = above_0("stay_h", stay_h) * HOUR_S

    def answer(long: Event) -> Generator[Event, None, None]:
        while True:
            yield long
            world.call_in(team, agents, after_s=delay_s, lasts_s=stay_s)
            yield world.env.timeout(delay_s + stay_s)
            long = world.when_waiting(channel, above=above)

    return answer(world.when_waiting(channel, above=above))
