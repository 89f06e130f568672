"""Closing time: who in the line of a live channel is still served, and who is sent away.

``finish_queue``: the doors close, who is in line is served. Agents who can serve it stay after
the end of their shift, paid, until it is empty; whom nobody on duty can serve is sent away.
``send_away``: the line is sent away at once. ``keep``: it waits for the opening.

After the shift the rule (priority, then the longest wait) says whom to serve, not the policy. Calls
back and e-mail are no lines of waiting people: they are left to the next shift.
"""

from __future__ import annotations

from typing import Final

from sim.core.accessors import (
    agent_at,
    cell_at,
    channel_at,
    closing_at,
    contact_at,
    duty_at,
    link_at,
    queue_at,
    team_at,
    waiting_at,
)
from sim.core.calendar import schedule
from sim.core.codes import ON_CLOSING, QUEUED, RANK_OURS
from sim.core.contacts import turned_away
from sim.core.lines import first_in_line, leave_line, next_in_line
from sim.core.opening import open_at, week_s
from sim.core.queues import queue_of_team, serves, team_of_queue
from sim.core.records.bundles import World
from sim.core.records.state import Agent, Contact
from sim.core.seeking import add_option, slots_of
from sim.native_types import Float, Int, Small
from sim.tables.codes import FINISH_QUEUE, KEEP, SEND_AWAY
from sim.units import DAY_S, WEEK_S

# Opening hours are rounded to slots: a shift that ends within half of one ends at closing.
HALF_SLOT_S: Final = 150.0


def lay_out_closings(world: World) -> None:
    """Schedule the closings of the day that begins now (one at its midnight is its first)."""
    for number in range(world.firm.n_channels):
        channel = channel_at(world, number)
        if channel.at_closing != KEEP:
            for i in range(channel.closings_n):
                closes_s = closing_at(world, channel.closings_first + i).time_s
                ahead_s = closes_s - week_s(world)
                if ahead_s < 0.0:
                    ahead_s += WEEK_S
                if ahead_s < DAY_S:
                    at_s = world.now + ahead_s
                    schedule(world.calendar, at_s, RANK_OURS, ON_CLOSING, number, 0, 0)


def on_closing(world: World, number: Int) -> None:
    """A live channel closes."""
    channel = channel_at(world, number)
    everybody = channel.at_closing == SEND_AWAY
    for i in range(channel.queues_n):
        queue = link_at(world, channel.queues_first + i).number
        if waiting_at(world, queue).n and (everybody or not _is_served(world, queue)):
            send_away(world, queue)


def closed_lines(world: World, a: Int) -> Small:
    """Put the closed lines for which an agent stays on after the shift into the options.

    These are lines that were closed when it ended. None once the agent's own next shift has begun:
    then the same person is on duty again. Returns their number.
    """
    agent = agent_at(world, a)
    world.n_options = 0
    if _is_back(world, agent) or not world.firm.finish_after_shift:
        return 0
    if agent.load and agent.load >= slots_of(world, agent):
        return 0
    for i in range(team_at(world, agent.team).queues_n):
        queue = queue_of_team(world, agent.team, i)
        if (
            waiting_at(world, queue).n
            and serves(world, agent.team, queue)
            and (not agent.load or queue_at(world, queue).channel == agent.channel)
            and _finishing(world, queue, agent.off_s + HALF_SLOT_S)
            and _finishing(world, queue, world.now + HALF_SLOT_S)
        ):
            add_option(world, queue)
    return world.n_options


def _is_back(world: World, agent: Agent) -> Small:
    """Return whether the same person is on duty on a later shift."""
    a = duty_at(world, agent.team).duty_first
    while a >= 0:
        other = agent_at(world, a)
        if other.number == agent.number and other.id != agent.id:
            return 1
        a = other.duty_behind
    return 0


def after_sign_off(world: World, number: Int) -> None:
    """Send away who stands in a closed line that now nobody on duty can serve."""
    team = team_at(world, number)
    for i in range(team.queues_n):
        _clear(world, queue_of_team(world, number, i))
    for i in range(team.overflow_n):
        _clear(world, link_at(world, team.overflow_first + i).number)


def _clear(world: World, queue: Int) -> None:
    left = waiting_at(world, queue).n and not _is_served(world, queue)
    if left and _finishing(world, queue, world.now):
        send_away(world, queue)


def admits(world: World, contact: Contact) -> Small:
    """Return whether a closed channel takes a contact: handed on from within, to who is there."""
    channel = channel_at(world, contact.channel)
    if contact.from_channel != contact.channel or channel.at_closing != FINISH_QUEUE:
        return 0
    cell = cell_at(world, contact.recognised * world.firm.n_channels + contact.channel)
    return _is_served(world, cell.queue if contact.tier == 1 else cell.queue_tier2)


def _finishing(world: World, queue: Int, time_s: Float) -> Small:
    """Return whether a queue's channel finishes its line and is closed at a time."""
    channel = queue_at(world, queue).channel
    if channel_at(world, channel).at_closing != FINISH_QUEUE:
        return 0
    return not open_at(world, channel, (time_s + world.monday_s) % WEEK_S)


def _is_served(world: World, number: Int) -> Small:
    """Return whether somebody on duty can serve a queue."""
    queue = queue_at(world, number)
    for i in range(queue.teams_n):
        team = team_of_queue(world, number, i)
        if serves(world, team, number) and duty_at(world, team).duty_n:
            return 1
    for i in range(queue.overflow_n):
        if duty_at(world, link_at(world, queue.overflow_first + i).number).duty_n:
            return 1
    return 0


def send_away(world: World, queue: Int) -> None:
    """Turn all away who stand in a line."""
    c = first_in_line(world, queue)
    while c >= 0:
        contact = contact_at(world, c)
        if contact.state == QUEUED:
            leave_line(world, contact)
            turned_away(world, c)
        c = next_in_line(world, queue, contact)
