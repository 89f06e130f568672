"""Queues: who waits in them, and which teams can take whom."""

from __future__ import annotations

from typing import Final

from sim.behaviour.durations import duration_s
from sim.core.calendar import schedule
from sim.core.codes import DECIDE_DISPATCH, ON_BACK, ON_HANG_UP, ON_OVERFLOW, QUEUED, RANK_OURS
from sim.core.contacts import cell_of, pair_of, put_on_agenda
from sim.core.drawing import draw
from sim.core.lines import join_line, leave_line
from sim.core.records.bundles import World
from sim.core.records.rules import Pair
from sim.core.records.state import Contact, Journey
from sim.core.service import has_spare, start
from sim.core.storage import whole
from sim.native_types import Float, Int, Small
from sim.population.draws import (
    FOR_ANSWER,
    FOR_PATIENCE,
    TRAIT_ATTENTION,
    uniform,
)
from sim.tables.codes import ASYNCHRONOUS

DRAW_WORDS: Final = 4503599627370496.0  # 2^52: a uniform as a whole number, part of an address
LONGEST_PATIENCE_S: Final = 1e15


def serves(world: World, team: Int, queue: Int) -> Small:
    """Return whether a team that can serve a queue does so now (see ``focus``)."""
    focus = world.duties.rows[team].focus
    return focus < 0 or world.firm.queues.rows[queue].channel == focus


def team_of_queue(world: World, queue: Int, i: Int) -> Small:
    """Return the i-th team of a queue, the most specialised first."""
    return world.firm.links.rows[world.firm.queues.rows[queue].teams_first + i].number


def queue_of_team(world: World, team: Int, i: Int) -> Small:
    """Return the i-th queue of a team."""
    return world.firm.links.rows[world.firm.teams.rows[team].queues_first + i].number


def enqueue(world: World, c: Int, contact: Contact, journey: Journey) -> None:
    """Put a contact in line, or straight to an idle agent."""
    cell = world.firm.cells.rows[contact.recognised * world.firm.n_channels + contact.channel]
    number = cell.queue if contact.tier == 1 else cell.queue_tier2
    queue = world.firm.queues.rows[number]
    contact.queue = number
    contact.queued_s = world.now
    contact.state = QUEUED
    for i in range(queue.teams_n):
        team = world.firm.links.rows[queue.teams_first + i].number
        duty = world.duties.rows[team]
        if duty.focus >= 0 and duty.focus != queue.channel:
            continue
        if duty.idle_n and not (world.decides_dispatch or queue.backlog):
            a = duty.idle_first
            start(world, a, world.agents.rows[a], c, contact, journey)
            return
        if (duty.idle_n or duty.partial_first >= 0) and takes_from(world, team, number):
            if world.decides_dispatch and able_teams(world, number) > 1:
                _wait(world, c, contact, pair_of(world, journey))
                put_on_agenda(world, DECIDE_DISPATCH, c, -1, 0)
            else:
                a = pick_agent(world, team, contact.channel)
                start(world, a, world.agents.rows[a], c, contact, journey)
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
    channel = world.firm.channels.rows[contact.channel]
    if channel.answer_delay >= 0:
        _call_back(world, contact)
    if world.firm.abandons or channel.kind == ASYNCHRONOUS:
        law = world.firm.laws.rows[cell_of(world, journey.intent, contact.channel).patience]
        patience_s = duration_s(law, draw(contact.luck, FOR_PATIENCE))
        if patience_s < LONGEST_PATIENCE_S:
            patience_s *= pair.patience_factor
            at_s = world.now + patience_s
            schedule(world.calendar, at_s, RANK_OURS, ON_HANG_UP, c, contact.id, 0)
    if channel.overflow_after_s >= 0.0 and world.firm.queues.rows[contact.queue].overflow_n:
        at_s = world.now + channel.overflow_after_s
        schedule(world.calendar, at_s, RANK_OURS, ON_OVERFLOW, c, contact.id, 0)


def _call_back(world: World, contact: Contact) -> None:
    """Agents away from the desk see that a contact waits; each comes after a delay, or as planned.

    The luck is addressed by the contact's own draw and the agent, so that all are independent.
    """
    delay = world.firm.laws.rows[world.firm.channels.rows[contact.channel].answer_delay]
    index = whole(draw(contact.luck, FOR_ANSWER) * DRAW_WORDS)
    for i in range(world.firm.queues.rows[contact.queue].teams_n):
        team = team_of_queue(world, contact.queue, i)
        if serves(world, team, contact.queue):
            a = world.duties.rows[team].duty_first
            while a >= 0:
                agent = world.agents.rows[a]
                if agent.back_s >= 0.0:
                    u = uniform(world.key, agent.number, index, TRAIT_ATTENTION)
                    expect_back(world, a, min(agent.back_s, world.now + duration_s(delay, u)))
                a = agent.duty_behind


def expect_back(world: World, a: Int, at_s: Float) -> None:
    """Let an agent who is away be back at the desk at a time."""
    agent = world.agents.rows[a]
    if at_s != agent.back_s:
        agent.back_s = at_s
        schedule(world.calendar, at_s, RANK_OURS, ON_BACK, a, agent.id, 0)


def takes_from(world: World, team: Int, queue: Int) -> Small:
    """Return whether an agent of the team could start a contact of the queue now."""
    duty = world.duties.rows[team]
    if duty.idle_n:
        return (
            not world.firm.queues.rows[queue].backlog
            or duty.idle_n > world.firm.teams.rows[team].reserve
        )
    return spare_agent(world, team, world.firm.queues.rows[queue].channel) >= 0


def spare_agent(world: World, team: Int, channel: Int) -> Small:
    """Return the least loaded agent with a free slot on a channel, or -1."""
    least: Small = -1
    a = world.duties.rows[team].partial_first
    while a >= 0:
        agent = world.agents.rows[a]
        if has_spare(world, agent, channel) and (least < 0 or _less_loaded(world, a, least)):
            least = a
        a = agent.partial_behind
    return least


def _less_loaded(world: World, a: Int, b: Int) -> Small:
    one = world.agents.rows[a]
    other = world.agents.rows[b]
    if one.load != other.load:
        return one.load < other.load
    return one.number < other.number


def pick_agent(world: World, team: Int, channel: Int) -> Small:
    """Return the longest-idle agent of the team, or the least loaded with a free slot."""
    duty = world.duties.rows[team]
    if duty.idle_n:
        return duty.idle_first
    return spare_agent(world, team, channel)


def assign(world: World, team: Int, c: Int) -> None:
    """Give a waiting contact to a team that can take it."""
    contact = world.contacts.rows[c]
    leave_line(world, contact)
    a = pick_agent(world, team, contact.channel)
    start(world, a, world.agents.rows[a], c, contact, world.journeys.rows[contact.journey])


def able_teams(world: World, queue: Int) -> Small:
    """Return how many teams could start a contact of a queue now."""
    n: Small = 0
    for i in range(world.firm.queues.rows[queue].teams_n):
        team = team_of_queue(world, queue, i)
        if serves(world, team, queue) and takes_from(world, team, queue):
            n += 1
    return n


def on_overflow(world: World, c: Int, id: Int) -> None:
    """A contact has waited long enough for an idle agent of an overflow team."""
    contact = world.contacts.rows[c]
    if contact.id != id or contact.state != QUEUED:
        return
    queue = world.firm.queues.rows[contact.queue]
    for i in range(queue.overflow_n):
        team = world.firm.links.rows[queue.overflow_first + i].number
        if world.duties.rows[team].idle_n:
            assign(world, team, c)
            return


def find_sole_queue(world: World, number: Int) -> None:
    """Note whether a team serves one queue now, one contact at a time: it need not choose."""
    team = world.firm.teams.rows[number]
    duty = world.duties.rows[number]
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
    world.duties.rows[team].focus = channel
    find_sole_queue(world, team)
