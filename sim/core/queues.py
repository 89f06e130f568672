"""Queues: who waits, and who looks for work."""

from __future__ import annotations

from typing import Final

from sim.behaviour.durations import duration_s
from sim.core.accessors import (
    agent_at,
    cell_at,
    channel_at,
    contact_at,
    duty_at,
    journey_at,
    law_at,
    link_at,
    option_at,
    queue_at,
    slots_at,
    team_at,
    waiting_at,
)
from sim.core.codes import DECIDE_DISPATCH, ON_BACK, ON_HANG_UP, ON_OVERFLOW, QUEUED, RANK_OURS
from sim.core.contacts import cell_of, pair_of, put_on_agenda
from sim.core.lines import first_in_line, join_line, leave_line
from sim.core.lists import join_idle, leave_idle
from sim.core.records.bundles import World
from sim.core.records.rules import Pair
from sim.core.records.state import Agent, Contact, Journey
from sim.core.service import has_spare, start
from sim.core.storage import schedule, whole
from sim.native_types import Float, Int, Small
from sim.population.draws import (
    FOR_ANSWER,
    FOR_PATIENCE,
    TRAIT_ATTENTION,
    draw,
    uniform,
)
from sim.tables.codes import ASYNCHRONOUS

DRAW_WORDS: Final = 4503599627370496.0  # 2^52: a uniform as a whole number, part of an address
LONGEST_PATIENCE_S: Final = 1e15


def serves(world: World, team: Int, queue: Int) -> Small:
    """Return whether a team that can serve a queue does so now (see ``focus``)."""
    focus = duty_at(world, team).focus
    return focus < 0 or queue_at(world, queue).channel == focus


def team_of_queue(world: World, queue: Int, i: Int) -> Small:
    """Return the i-th team of a queue, the most specialised first."""
    return link_at(world, queue_at(world, queue).teams_first + i).number


def queue_of_team(world: World, team: Int, i: Int) -> Small:
    """Return the i-th queue of a team."""
    return link_at(world, team_at(world, team).queues_first + i).number


def enqueue(world: World, c: Int, contact: Contact, journey: Journey) -> None:
    """Put a contact in line, or straight to an idle agent."""
    cell = cell_at(world, contact.recognised * world.firm.n_channels + contact.channel)
    number = cell.queue if contact.tier == 1 else cell.queue_tier2
    queue = queue_at(world, number)
    contact.queue = number
    contact.queued_s = world.now
    contact.state = QUEUED
    for i in range(queue.teams_n):
        team = link_at(world, queue.teams_first + i).number
        duty = duty_at(world, team)
        if duty.focus >= 0 and duty.focus != queue.channel:
            continue
        if duty.idle_n and not (world.decides_dispatch or queue.backlog):
            a = duty.idle_first
            start(world, a, agent_at(world, a), c, contact, journey)
            return
        if (duty.idle_n or duty.partial_first >= 0) and takes_from(world, team, number):
            if world.decides_dispatch and able_teams(world, number) > 1:
                _wait(world, c, contact, pair_of(world, journey))
                put_on_agenda(world, DECIDE_DISPATCH, c, -1, 0)
            else:
                a = pick_agent(world, team, contact.channel)
                start(world, a, agent_at(world, a), c, contact, journey)
            return
    pair = pair_of(world, journey)
    _wait(world, c, contact, pair)
    _await(world, c, contact, journey, pair)


def _wait(world: World, c: Int, contact: Contact, pair: Pair) -> None:
    """Put a contact in line."""
    firm = world.firm
    if firm.by_head_start:
        contact.rank = contact.queued_s - firm.head_start_s * pair.priority
    else:
        contact.rank = -pair.priority
    join_line(world, c, contact, pair.lane)


def _await(world: World, c: Int, contact: Contact, journey: Journey, pair: Pair) -> None:
    """Schedule what ends a wait unless an agent comes first."""
    channel = channel_at(world, contact.channel)
    if channel.answer_delay >= 0:
        _call_back(world, contact)
    if world.firm.abandons or channel.kind == ASYNCHRONOUS:
        law = law_at(world, cell_of(world, journey.intent, contact.channel).patience)
        patience_s = duration_s(law, draw(contact.luck, FOR_PATIENCE))
        if patience_s < LONGEST_PATIENCE_S:
            patience_s *= pair.patience_factor
            at_s = world.now + patience_s
            schedule(world.calendar, at_s, RANK_OURS, ON_HANG_UP, c, contact.id, 0)
    if channel.overflow_after_s >= 0.0 and queue_at(world, contact.queue).overflow_n:
        at_s = world.now + channel.overflow_after_s
        schedule(world.calendar, at_s, RANK_OURS, ON_OVERFLOW, c, contact.id, 0)


def _call_back(world: World, contact: Contact) -> None:
    """Agents away from the desk see that a contact waits; each comes after a delay, or as planned.

    The luck is addressed by the contact's own draw and the agent, so that all are independent.
    """
    delay = law_at(world, channel_at(world, contact.channel).answer_delay)
    index = whole(draw(contact.luck, FOR_ANSWER) * DRAW_WORDS)
    for i in range(queue_at(world, contact.queue).teams_n):
        team = team_of_queue(world, contact.queue, i)
        if serves(world, team, contact.queue):
            a = duty_at(world, team).duty_first
            while a >= 0:
                agent = agent_at(world, a)
                if agent.back_s >= 0.0:
                    u = uniform(world.key, agent.number, index, TRAIT_ATTENTION)
                    expect_back(world, a, min(agent.back_s, world.now + duration_s(delay, u)))
                a = agent.duty_behind


def expect_back(world: World, a: Int, at_s: Float) -> None:
    """Let an agent who is away be back at the desk at a time."""
    agent = agent_at(world, a)
    if at_s != agent.back_s:
        agent.back_s = at_s
        schedule(world.calendar, at_s, RANK_OURS, ON_BACK, a, agent.id, 0)


def on_back(world: World, a: Int, id: Int) -> None:
    """Back at the desk, unless called back before, on a break or gone."""
    agent = agent_at(world, a)
    if agent.id == id and agent.back_s == world.now:
        agent.back_s = -1.0
        seek(world, a, agent)


def takes_from(world: World, team: Int, queue: Int) -> Small:
    """Return whether an agent of the team could start a contact of the queue now."""
    duty = duty_at(world, team)
    if duty.idle_n:
        return not queue_at(world, queue).backlog or duty.idle_n > team_at(world, team).reserve
    return spare_agent(world, team, queue_at(world, queue).channel) >= 0


def spare_agent(world: World, team: Int, channel: Int) -> Small:
    """Return the least loaded agent with a free slot on a channel, or -1."""
    least: Small = -1
    a = duty_at(world, team).partial_first
    while a >= 0:
        agent = agent_at(world, a)
        if has_spare(world, agent, channel) and (least < 0 or _less_loaded(world, a, least)):
            least = a
        a = agent.partial_behind
    return least


def _less_loaded(world: World, a: Int, b: Int) -> Small:
    one = agent_at(world, a)
    other = agent_at(world, b)
    if one.load != other.load:
        return one.load < other.load
    return one.number < other.number


def pick_agent(world: World, team: Int, channel: Int) -> Small:
    """Return the longest-idle agent of the team, or the least loaded with a free slot."""
    duty = duty_at(world, team)
    if duty.idle_n:
        return duty.idle_first
    return spare_agent(world, team, channel)


def seek(world: World, a: Int, agent: Agent) -> None:
    """Find the next contact for an agent with capacity, or leave the agent idle."""
    sole = duty_at(world, agent.team).sole_queue
    if sole >= 0:
        if waiting_at(world, sole).n:
            take(world, a, agent, sole)
        else:
            rest_idle(world, a, agent)
        return
    n = find_work(world, agent)
    if n == 0:
        rest_idle(world, a, agent)
    elif n == 1:
        take(world, a, agent, option_at(world, 0).queue)
    else:
        put_on_agenda(world, DECIDE_DISPATCH, -1, a, 0)


def seek_again(world: World, a: Int) -> None:
    """Let an idle agent look for work anew (its team's queues have changed)."""
    agent = agent_at(world, a)
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
    team = team_at(world, agent.team)
    world.n_options = 0
    if agent.load and agent.load >= slots_of(world, agent):
        return 0
    for i in range(team.queues_n):
        queue = queue_of_team(world, agent.team, i)
        if waiting_at(world, queue).n and _may_start(world, agent, queue):
            add_option(world, queue)
    for i in range(team.overflow_n):
        queue = link_at(world, team.overflow_first + i).number
        if waiting_at(world, queue).n and _may_help(world, agent, queue):
            add_option(world, queue)
    return world.n_options


def slots_of(world: World, agent: Agent) -> Small:
    """Return how many contacts an agent serves at once on the channel of those at hand."""
    return slots_at(world, agent.team * world.firm.n_channels + agent.channel).n


def add_option(world: World, queue: Int) -> None:
    """Add a queue to the options."""
    option_at(world, world.n_options).queue = queue
    world.n_options += 1


def _may_start(world: World, agent: Agent, number: Int) -> Small:
    """Return whether an agent with capacity may start a contact of a queue of the team."""
    queue = queue_at(world, number)
    if not serves(world, agent.team, number):
        return 0
    if agent.load:
        return queue.channel == agent.channel
    reserve = team_at(world, agent.team).reserve
    return not (reserve and queue.backlog) or duty_at(world, agent.team).idle_n >= reserve


def _may_help(world: World, agent: Agent, number: Int) -> Small:
    """Return whether an agent may start a contact that overflows to the team."""
    queue = queue_at(world, number)
    if agent.load and queue.channel != agent.channel:
        return 0
    c = first_in_line(world, number)
    after_s = channel_at(world, queue.channel).overflow_after_s
    return c >= 0 and world.now - contact_at(world, c).queued_s >= after_s


def default_queue(world: World) -> Small:
    """Return the option by rule: live before backlog, then priority, then the longest wait."""
    best = option_at(world, 0).queue
    for i in range(1, world.n_options):
        queue = option_at(world, i).queue
        if _serve_before(world, queue, best):
            best = queue
    return best


def _serve_before(world: World, number: Int, other: Int) -> Small:
    backlog = queue_at(world, number).backlog
    if backlog != queue_at(world, other).backlog:
        return not backlog
    one = contact_at(world, first_in_line(world, number))
    two = contact_at(world, first_in_line(world, other))
    if one.rank != two.rank:
        return one.rank < two.rank
    return one.queued_s < two.queued_s


def take(world: World, a: Int, agent: Agent, queue: Int) -> None:
    """Serve the head of a queue; an agent with slots left keeps looking."""
    c = first_in_line(world, queue)
    contact = contact_at(world, c)
    leave_line(world, contact)
    start(world, a, agent, c, contact, journey_at(world, contact.journey))
    if team_at(world, agent.team).multi and agent.load < slots_of(world, agent):
        seek(world, a, agent)


def assign(world: World, team: Int, c: Int) -> None:
    """Give a waiting contact to a team that can take it."""
    contact = contact_at(world, c)
    leave_line(world, contact)
    a = pick_agent(world, team, contact.channel)
    start(world, a, agent_at(world, a), c, contact, journey_at(world, contact.journey))


def able_teams(world: World, queue: Int) -> Small:
    """Return how many teams could start a contact of a queue now."""
    n: Small = 0
    for i in range(queue_at(world, queue).teams_n):
        team = team_of_queue(world, queue, i)
        if serves(world, team, queue) and takes_from(world, team, queue):
            n += 1
    return n


def on_overflow(world: World, c: Int, id: Int) -> None:
    """A contact has waited long enough for an idle agent of an overflow team."""
    contact = contact_at(world, c)
    if contact.id != id or contact.state != QUEUED:
        return
    queue = queue_at(world, contact.queue)
    for i in range(queue.overflow_n):
        team = link_at(world, queue.overflow_first + i).number
        if duty_at(world, team).idle_n:
            assign(world, team, c)
            return


def find_sole_queue(world: World, number: Int) -> None:
    """Note whether a team serves one queue now, one contact at a time: it need not choose."""
    team = team_at(world, number)
    duty = duty_at(world, number)
    duty.sole_queue = -1
    n: Small = 0
    sole: Small = -1
    for i in range(team.queues_n):
        queue = queue_of_team(world, number, i)
        if serves(world, number, queue):
            n += 1
            sole = queue
    if n == 1 and not (team.multi or team.reserve or team.overflow_n):
        duty.sole_queue = sole


def focus_team(world: World, team: Int, channel: Int) -> None:
    """Let a team serve one of its channels only (-1: all of them), from now on."""
    duty_at(world, team).focus = channel
    find_sole_queue(world, team)


def seek_all_again(world: World) -> None:
    """Let all idle agents look for work anew."""
    for team in range(world.firm.n_teams):
        a = duty_at(world, team).idle_first
        while a >= 0:
            following = agent_at(world, a).idle_behind
            seek_again(world, a)
            a = following
