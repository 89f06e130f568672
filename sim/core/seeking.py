"""Agents look for work: which queues they may serve, and whom they take."""

from __future__ import annotations

from sim.core.codes import DECIDE_DISPATCH
from sim.core.contacts import put_on_agenda
from sim.core.lines import first_in_line, leave_line
from sim.core.lists import join_idle, leave_idle
from sim.core.queues import (
    queue_of_team,
    serves,
)
from sim.core.records.bundles import World
from sim.core.records.state import Agent
from sim.core.service import start
from sim.native_types import Int, Small


def on_back(world: World, a: Int, id: Int) -> None:
    """Back at the desk, unless called back before, on a break or gone."""
    agent = world.agents.rows[a]
    if agent.id == id and agent.back_s == world.now:
        agent.back_s = -1.0
        seek(world, a, agent)


def seek(world: World, a: Int, agent: Agent) -> None:
    """Find the next contact for an agent with capacity, or leave the agent idle."""
    sole = world.duties.rows[agent.team].sole_queue
    if sole >= 0:
        if world.waiting.rows[sole].n:
            take(world, a, agent, sole)
        else:
            rest_idle(world, a, agent)
        return
    n = find_work(world, agent)
    if n == 0:
        rest_idle(world, a, agent)
    elif n == 1:
        take(world, a, agent, world.options.rows[0].queue)
    else:
        put_on_agenda(world, DECIDE_DISPATCH, -1, a, 0)


def seek_again(world: World, a: Int) -> None:
    """Let an idle agent look for work anew (its team's queues have changed)."""
    agent = world.agents.rows[a]
    if find_work(world, agent):
        if agent.idle:
            leave_idle(world, agent)
        seek(world, a, agent)


def rest_idle(world: World, a: Int, agent: Agent) -> None:
    """Leave an unoccupied agent at the end of the idle line."""
    if agent.load == 0 and not agent.idle:
        join_idle(world, a, agent)


def find_work(world: World, agent: Agent) -> Small:
    """Put the queues with a contact that this agent may start now into the options; count them."""
    team = world.firm.teams.rows[agent.team]
    world.n_options = 0
    if agent.load and agent.load >= slots_of(world, agent):
        return 0
    for i in range(team.queues_n):
        queue = queue_of_team(world, agent.team, i)
        if world.waiting.rows[queue].n and _may_start(world, agent, queue):
            add_option(world, queue)
    for i in range(team.overflow_n):
        queue = world.firm.links.rows[team.overflow_first + i].number
        if world.waiting.rows[queue].n and _may_help(world, agent, queue):
            add_option(world, queue)
    return world.n_options


def slots_of(world: World, agent: Agent) -> Small:
    """Return how many contacts an agent serves at once on the channel of those at hand."""
    return world.firm.slots.rows[agent.team * world.firm.n_channels + agent.channel].n


def add_option(world: World, queue: Int) -> None:
    """Add a queue to the options."""
    world.options.rows[world.n_options].queue = queue
    world.n_options += 1


def _may_start(world: World, agent: Agent, number: Int) -> Small:
    """Return whether an agent with capacity may start a contact of a queue of the team."""
    queue = world.firm.queues.rows[number]
    if not serves(world, agent.team, number):
        return 0
    if agent.load:
        return queue.channel == agent.channel
    reserve = world.firm.teams.rows[agent.team].reserve
    return not (reserve and queue.backlog) or world.duties.rows[agent.team].idle_n >= reserve


def _may_help(world: World, agent: Agent, number: Int) -> Small:
    """Return whether an agent may start a contact that overflows to the team."""
    queue = world.firm.queues.rows[number]
    if agent.load and queue.channel != agent.channel:
        return 0
    c = first_in_line(world, number)
    after_s = world.firm.channels.rows[queue.channel].overflow_after_s
    return c >= 0 and world.now - world.contacts.rows[c].queued_s >= after_s


def default_queue(world: World) -> Small:
    """Return the option by rule: live before backlog, then priority, then the longest wait."""
    best = world.options.rows[0].queue
    for i in range(1, world.n_options):
        queue = world.options.rows[i].queue
        if _serve_before(world, queue, best):
            best = queue
    return best


def _serve_before(world: World, number: Int, other: Int) -> Small:
    backlog = world.firm.queues.rows[number].backlog
    if backlog != world.firm.queues.rows[other].backlog:
        return not backlog
    one = world.contacts.rows[first_in_line(world, number)]
    two = world.contacts.rows[first_in_line(world, other)]
    if one.rank != two.rank:
        return one.rank < two.rank
    return one.queued_s < two.queued_s


def take(world: World, a: Int, agent: Agent, queue: Int) -> None:
    """Serve the head of a queue; an agent with slots left keeps looking."""
    c = first_in_line(world, queue)
    contact = world.contacts.rows[c]
    leave_line(world, contact)
    start(world, a, agent, c, contact, world.journeys.rows[contact.journey])
    if world.firm.teams.rows[agent.team].multi and agent.load < slots_of(world, agent):
        seek(world, a, agent)


def seek_all_again(world: World) -> None:
    """Let all idle agents look for work anew."""
    for team in range(world.firm.n_teams):
        a = world.duties.rows[team].idle_first
        while a >= 0:
            following = world.agents.rows[a].idle_behind
            seek_again(world, a)
            a = following
