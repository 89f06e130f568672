"""Closing time: who in the line of a live channel is still served, and who is sent away.

``finish_queue``: the doors close, who is in line is served. Agents who can serve it stay after
the end of their shift, paid, until it is empty; whom nobody on duty can serve is sent away.
``send_away``: the line is sent away at once. ``keep``: it waits for the opening.

After the shift the rule (priority, then the longest wait) says whom to serve, not the policy. Calls
back and e-mail are no lines of waiting people: they are left to the next shift.
"""

from __future__ import annotations

from sim.core import contacts
from sim.core.state import handlers
from sim.core.state.codes import QUEUED
from sim.core.state.records import Agent, Contact
from sim.core.state.world_state import WorldState
from sim.tables.compiled import FINISH_QUEUE, KEEP, SEND_AWAY, SLOT_S
from sim.units import DAY_S, WEEK_S


def lay_out(world: WorldState) -> None:
    """Schedule the closings of the day that begins now (one at its midnight is its first)."""
    channels = world.compiled.channels
    for channel, times in enumerate(channels.closings):
        if channels.at_closing[channel] != KEEP:
            for time_s in times:
                ahead = (time_s - world.week_s()) % WEEK_S
                if ahead < DAY_S:
                    world.calendar.at(world.now + ahead, handlers.CLOSING, channel)


def on_closing(world: WorldState, channel: int, token: int) -> None:
    """A live channel closes."""
    everybody = world.compiled.channels.at_closing[channel] == SEND_AWAY
    for queue in world.channel_queues[channel]:
        if world.waiting[queue] and (everybody or not _served(world, queue)):
            _send_away(world, queue)


def lines(world: WorldState, agent: Agent) -> list[int]:
    """Return the closed lines for which an agent stays on after the end of the shift.

    These are lines that were closed when it ended. None once the agent's own next shift has begun:
    then the same person is on duty again.
    """
    table, waiting = world.compiled, world.waiting
    on_duty = world.on_duty[agent.team].agents
    back = any(a.number == agent.number and a is not agent for a in on_duty)
    if back or not table.on.finish_after_shift:
        return []
    # Opening hours are rounded to slots: a shift that ends within half of one ends at closing.
    half = SLOT_S / 2
    finishing = [
        q
        for q in world.team_queues[agent.team]
        if waiting[q]
        and _finishing(world, q, agent.off_s + half)
        and _finishing(world, q, world.now + half)
    ]
    if not agent.load:
        return finishing
    if agent.load >= table.teams.slots[agent.team][agent.channel]:
        return []
    return [q for q in finishing if table.queues.channel[q] == agent.channel]


def after_sign_off(world: WorldState, team: int) -> None:
    """Send away who stands in a closed line that now nobody on duty can serve."""
    teams = world.compiled.teams
    for queue in (*teams.queues[team], *teams.overflow_queues[team]):
        left = world.waiting[queue] and not _served(world, queue)
        if left and _finishing(world, queue, world.now):
            _send_away(world, queue)


def admits(world: WorldState, contact: Contact) -> bool:
    """Return whether a closed channel takes a contact: handed on from within, to who is there."""
    table, channel = world.compiled, contact.channel
    if contact.from_channel != channel or table.channels.at_closing[channel] != FINISH_QUEUE:
        return False
    return _served(world, table.queue_of[channel][contact.recognised][contact.tier - 1])


def _finishing(world: WorldState, queue: int, time_s: float) -> bool:
    """Return whether a queue's channel finishes its line and is closed at a time."""
    channels, channel = world.compiled.channels, world.compiled.queues.channel[queue]
    if channels.at_closing[channel] != FINISH_QUEUE:
        return False
    return not channels.is_open(channel, (time_s + world.monday_s) % WEEK_S)


def _served(world: WorldState, queue: int) -> bool:
    """Return whether somebody on duty can serve a queue."""
    teams = (*world.queue_teams[queue], *world.compiled.queues.overflow_teams[queue])
    return any(world.on_duty[team].agents for team in teams)


def _send_away(world: WorldState, queue: int) -> None:
    for *_, contact in sorted(world.queues[queue], key=lambda entry: entry[:3]):
        if contact.state == QUEUED:  # not hung up, nor gone with one sent away before
            world.waiting[queue] -= 1
            contacts.turned_away(world, contact)
