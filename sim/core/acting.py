"""What may happen to a world from outside, beside decisions; see the methods of ``World``."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, TypeGuard

from sim.core.codes import OUTBOUND
from sim.errors import InputError
from sim.inputs.names import show, unknown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simpy import Event

    from sim.core.world import World

MOST = 2**31 - 1  # of people and of a line


def when_waiting(world: World, channel: str, above: int | None, below: int | None) -> Event:
    """Return the event; see ``World.when_waiting``."""
    number = number_of("channel", channel, world.compiled.channels.names)
    if (above is None) == (below is None):
        raise InputError(f"when_waiting: give above or below; got {above} and {below}")
    if above is not None:
        return world.env.watch(number, whole("above", above, 0), -1)
    return world.env.watch(number, MOST, whole("below", below, 1))


def outage(world: World, channel: str, lasts_s: float) -> None:
    """Strike the channel; see ``World.outage``."""
    channels = world.compiled.channels
    number = number_of("channel", channel, channels.names)
    if channels.kind[number] == OUTBOUND:
        raise InputError(f"channel: must be one that customers get into; got {show(channel)}")
    lasts_s = positive_seconds("lasts_s", lasts_s)
    if world.core.pending:
        raise RuntimeError("a decision is pending: answer it before a channel goes down")
    world.core.strike(number, lasts_s)


def call_in(world: World, team: str, agents: int, after_s: float, lasts_s: float) -> None:
    """Put the agents on the roster; see ``World.call_in``."""
    number = number_of("team", team, world.compiled.teams.names)
    on_s = world.now + seconds("after_s", after_s)
    off_s = on_s + positive_seconds("lasts_s", lasts_s)
    first = world.core.scalar("next_number")
    world.core.put_scalar("next_number", first + whole("agents", agents, 1))
    for agent in range(first, first + agents):
        world.core.put_on_roster(agent, number, on_s, off_s, 0.0)


def number_of(key: str, name: object, names: Sequence[str]) -> int:
    """Return the number of what has a name."""
    if name not in names:
        raise unknown_name(key, name, names)
    return names.index(str(name))


def seconds(key: str, value: object) -> float:
    """Return a length of time in seconds."""
    if not _is_number(value) or value < 0:
        raise InputError(f"{key}: must be a number of seconds from 0 on; got {show(value)}")
    return float(value)


def positive_seconds(key: str, value: object) -> float:
    """Return a length of time in seconds that is not 0."""
    if not _is_number(value) or value <= 0:
        raise InputError(f"{key}: must be a number of seconds above 0; got {show(value)}")
    return float(value)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)


def whole(key: str, value: object, least: int) -> int:
    """Return a number of people."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= MOST:
        raise InputError(f"{key}: must be a whole number from {least} on; got {show(value)}")
    return value
