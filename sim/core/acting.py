"""What may happen to a world from outside, beside decisions; see the methods of ``World``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.errors import InputError
from sim.inputs.names import show
from sim.tables.arguments import above_0, from_0, heads, number_of
from sim.tables.codes import OUTBOUND

if TYPE_CHECKING:
    from simpy import Event

    from sim.core.environment import Environment
    from sim.core.simulation import Simulation
    from sim.tables.compiled import Compiled

NO_LINE = 2**31 - 1  # longer than any


def when_waiting(
    env: Environment, compiled: Compiled, channel: str, above: int | None, below: int | None
) -> Event:
    """Return the event; see ``World.when_waiting``."""
    number = number_of("channel", channel, compiled.channels.names)
    if (above is None) == (below is None):
        raise InputError(f"when_waiting: give above or below, not both; got {above} and {below}")
    if above is not None:
        return env.watch(number, heads("above", above, 0), -1)
    return env.watch(number, NO_LINE, heads("below", below, 1))


def outage(core: Simulation, compiled: Compiled, channel: str, lasts_s: float) -> None:
    """Strike the channel; see ``World.outage``."""
    number = number_of("channel", channel, compiled.channels.names)
    if compiled.channels.kind[number] == OUTBOUND:
        raise InputError(f"channel: must be one that customers get into; got {show(channel)}")
    lasts_s = above_0("lasts_s", lasts_s)
    if core.pending:
        raise RuntimeError("a decision is pending: answer it before a channel goes down")
    core.strike(number, lasts_s)


def call_in(
    core: Simulation, compiled: Compiled, team: str, agents: int, after_s: float, lasts_s: float
) -> None:
    """Put the agents on the roster; see ``World.call_in``."""
    number = number_of("team", team, compiled.teams.names)
    on_s = core.now + from_0("after_s", after_s)
    off_s = on_s + above_0("lasts_s", lasts_s)
    first = core.scalar("next_number")
    last = first + heads("agents", agents, 1)
    core.put_scalar("next_number", last)
    for agent in range(first, last):
        core.put_on_roster(agent, number, on_s, off_s, 0.0)
