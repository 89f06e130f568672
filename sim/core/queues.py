"""Queues: who waits, who serves whom, for how long."""

from __future__ import annotations

from heapq import heappop, heappush

from sim.behaviour.agents import chat_slowdown, search_time, tired_share, tiredness_after
from sim.behaviour.durations import duration_s
from sim.core.state import handlers
from sim.core.state.codes import (
    FOR_ANSWER,
    FOR_PATIENCE,
    FOR_SEARCH,
    FOR_TALK,
    FOR_WRAP_UP,
    IN_SERVICE,
    QUEUED,
    REPEATED,
    STALE,
)
from sim.core.state.records import Agent, Contact
from sim.core.state.world_state import WorldState
from sim.decisions.actions import DISPATCH
from sim.population.streams import Trait, uniform
from sim.tables.compiled import ASYNCHRONOUS, CALLBACK
from sim.units import HOUR_S

_DRAW_WORDS = 2.0**52  # a uniform as a whole number: part of another one's address
RING_S = 30.0  # an unanswered call back (assumption)
STALE_SHARE = 0.25  # of the talk time, to close a backlog item already dealt with (assumption)


def enqueue(world: WorldState, contact: Contact) -> None:
    """Put a contact in line, or straight to an idle agent."""
    table, channel = world.compiled, contact.channel
    queue = table.queue_of[channel][contact.recognised][contact.tier - 1]
    contact.queue = queue
    contact.queued_s = world.now
    contact.state = QUEUED
    teams = world.queue_teams[queue]
    for team in teams:
        on_duty = world.on_duty[team]
        if on_duty.idle and not (world.decides_dispatch or table.queues.backlog[queue]):
            start(world, on_duty.idle.popleft(), contact)
            return
        if (on_duty.idle or on_duty.partial) and _takes(world, team, queue):
            if world.decides_dispatch and len(teams) > 1 and len(able_teams(world, contact)) > 1:
                _wait(world, contact, queue)
                world.agenda.append((DISPATCH, contact))
            else:
                start(world, _pick(world, team, channel), contact)
            return
    _wait(world, contact, queue)
    if table.channels.answer_delay[channel] is not None:
        _call_back(world, contact)
    if world.abandons or table.channels.kind[channel] == ASYNCHRONOUS:
        journey = contact.journey
        patience = duration_s(table.patience[channel][journey.intent], contact.draws[FOR_PATIENCE])
        if patience < 1e15:
            patience *= table.patience_factor[journey.segment][journey.intent]
            world.calendar.at(world.now + patience, handlers.HANG_UP, contact)
    after = table.channels.overflow_after[channel]
    if after >= 0 and table.queues.overflow_teams[queue]:
        world.calendar.at(world.now + after, handlers.OVERFLOW, contact)


def _wait(world: WorldState, contact: Contact, queue: int) -> None:
    journey = contact.journey
    priority = world.compiled.priority[journey.segment][journey.intent]
    head_start = world.head_start_s
    rank = -priority if head_start is None else contact.queued_s - head_start * priority
    heappush(world.queues[queue], (rank, contact.queued_s, contact.id, contact))
    world.waiting[queue] += 1


def _call_back(world: WorldState, contact: Contact) -> None:
    """Agents away from the desk see that a contact waits; each comes after a delay, or as planned.

    The luck is addressed by the contact's own draw and the agent, so that all are independent.
    """
    delay = world.compiled.channels.answer_delay[contact.channel]
    assert delay is not None
    index = int(contact.draws[FOR_ANSWER] * _DRAW_WORDS)
    for team in world.queue_teams[contact.queue]:
        for agent in world.on_duty[team].agents:
            if agent.back_s >= 0:
                u = uniform(world.key, agent.number, index, Trait.ATTENTION)
                expect_back(world, agent, min(agent.back_s, world.now + duration_s(delay, u)))


def expect_back(world: WorldState, agent: Agent, at: float) -> None:
    """Let an agent who is away be back at the desk at a time."""
    if at != agent.back_s:
        agent.back_s = at
        world.calendar.at(at, handlers.BACK, agent)


def on_back(world: WorldState, agent: Agent, token: int) -> None:
    """Back at the desk, unless called back before, on a break or gone."""
    if agent.back_s == world.now:
        agent.back_s = -1.0
        seek(world, agent)


def _takes(world: WorldState, team: int, queue: int) -> bool:
    """Return whether an agent of the team could start a contact of the queue now."""
    on_duty, table = world.on_duty[team], world.compiled
    if on_duty.idle:
        return not table.queues.backlog[queue] or len(on_duty.idle) > table.teams.reserve[team]
    channel = table.queues.channel[queue]
    return any(_spare(world, agent, channel) for agent in on_duty.partial)


def _spare(world: WorldState, agent: Agent, channel: int) -> bool:
    return (
        agent.channel == channel
        and agent.load < world.compiled.teams.slots[agent.team][channel]
        and not agent.leaving
        and not agent.pause_s
    )


def _pick(world: WorldState, team: int, channel: int) -> Agent:
    """Take the longest-idle agent of the team, or the least loaded with a free slot."""
    on_duty = world.on_duty[team]
    if on_duty.idle:
        return on_duty.idle.popleft()
    return min(
        (a for a in on_duty.partial if _spare(world, a, channel)), key=lambda a: (a.load, a.number)
    )


def head(world: WorldState, queue: int) -> Contact | None:
    """Return the first contact still waiting in a queue (lazy deletion)."""
    line = world.queues[queue]
    while line:
        contact: Contact = line[0][3]
        if contact.state == QUEUED or contact.state == STALE:
            return contact
        heappop(line)
    return None


def start(world: WorldState, agent: Agent, contact: Contact) -> None:
    """Begin service: draw talk, search and wrap-up, occupy the agent."""
    table, now, channel = world.compiled, world.now, contact.channel
    agent.idle = False
    if agent.load == 0:
        agent.busy_since = now
        agent.channel = channel
        if world.tires:
            rest(world, agent, busy=False)
    contact.others = agent.load
    agent.load += 1
    agent.serving.append(contact)
    contact.agent = agent
    contact.answered_s = now
    stale = contact.state == STALE
    contact.state = IN_SERVICE
    duration = _handle(world, agent, contact, stale)
    if table.teams.multi[agent.team]:
        keep_partial(world, agent)
    world.calendar.at(now + duration, handlers.SERVICE_END, contact)


def _handle(world: WorldState, agent: Agent, contact: Contact, stale: bool) -> float:
    """Return talk + search in seconds, and set the contact's parts of the handle time."""
    table, journey, channel, draws = (
        world.compiled,
        contact.journey,
        contact.channel,
        contact.draws,
    )
    channels = table.channels
    if channels.kind[channel] == CALLBACK and draws[FOR_ANSWER] < channels.no_answer[channel]:
        contact.talk_s = RING_S
        return RING_S
    law = world.cancel_talk if journey.cancel else table.talk[journey.intent]
    talk = duration_s(law, draws[FOR_TALK]) * channels.talk_factor[channel]
    talk *= agent.speed * table.talk_cut * (1.0 - contact.prepared)
    if contact.others:
        talk *= chat_slowdown(contact.others, channels.slowdown[channel])
    if world.tires and agent.tired > world.tiredness.threshold:
        tired = tired_share(agent.tired, world.tiredness.threshold)
        talk *= 1 + world.tiredness.slowdown * tired
    if stale:
        talk *= STALE_SHARE
    if contact.context == REPEATED:
        talk += world.repeat_s
    if contact.recognised != journey.intent and misrouted(world, contact, agent):
        talk = world.misroute_s
    contact.talk_s = talk
    if world.searches:
        search = duration_s(table.search, draws[FOR_SEARCH]) * table.search_factor
        contact.search_s = search_time(search, table.complexity[journey.intent])
    if world.wraps_up[channel]:
        contact.wrap_up_s = duration_s(channels.wrap_up[channel], draws[FOR_WRAP_UP])
    return talk + contact.search_s


def misrouted(world: WorldState, contact: Contact, agent: Agent) -> bool:
    """Return whether automation has sent the contact to an agent who lacks the skill for it."""
    if contact.recognised == contact.journey.intent:
        return False
    table = world.compiled
    return table.skill[contact.journey.intent] not in table.teams.skills[agent.team]


def rest(world: WorldState, agent: Agent, *, busy: bool) -> None:
    """Bring an agent's tiredness up to now, after work or after time without a contact."""
    hours = (world.now - agent.tired_at) / HOUR_S
    agent.tired = tiredness_after(agent.tired, busy, hours, world.tiredness.half_life_h)
    agent.tired_at = world.now


def keep_partial(world: WorldState, agent: Agent) -> None:
    """Keep the team's list of partly loaded agents (chat concurrency) up to date."""
    partial = world.on_duty[agent.team].partial
    spare = agent.load > 0 and _spare(world, agent, agent.channel)
    if spare and agent not in partial:
        partial.append(agent)
    elif not spare and agent in partial:
        partial.remove(agent)


def seek(world: WorldState, agent: Agent) -> None:
    """Find the next contact for an agent with capacity, or leave the agent idle."""
    sole = world.sole_queue[agent.team]
    if sole >= 0:
        if world.waiting[sole]:
            take(world, agent, sole)
        else:
            rest_idle(world, agent)
        return
    options = work(world, agent)
    if not options:
        rest_idle(world, agent)
    elif len(options) == 1:
        take(world, agent, options[0])
    else:
        world.agenda.append((DISPATCH, agent))


def seek_again(world: WorldState, agent: Agent) -> None:
    """Let an idle agent look for work anew (its team's queues have changed)."""
    if work(world, agent):
        leave_idle(world, agent)
        seek(world, agent)


def rest_idle(world: WorldState, agent: Agent) -> None:
    """Leave an unoccupied agent at the end of the idle line."""
    if agent.load == 0 and not agent.idle:
        agent.idle = True
        world.on_duty[agent.team].idle.append(agent)


def leave_idle(world: WorldState, agent: Agent) -> None:
    """Take an agent out of the idle line, if there."""
    if agent.idle:
        world.on_duty[agent.team].idle.remove(agent)
        agent.idle = False


def work(world: WorldState, agent: Agent) -> list[int]:
    """Return the queues with a contact this agent may start now."""
    table, waiting, team = world.compiled, world.waiting, agent.team
    teams = table.teams
    if agent.load == 0:
        options = []
        for q in world.team_queues[team]:
            if waiting[q]:
                options.append(q)  # a comprehension would cost a call
        if options and teams.reserve[team]:
            ready = len(world.on_duty[team].idle)
            options = [
                q for q in options if not table.queues.backlog[q] or ready >= teams.reserve[team]
            ]
    else:
        channel = agent.channel
        if agent.load >= teams.slots[team][channel]:
            return []
        options = [
            q for q in world.team_queues[team] if waiting[q] and table.queues.channel[q] == channel
        ]
    for queue in teams.overflow_queues[team]:
        if waiting[queue] and (agent.load == 0 or table.queues.channel[queue] == agent.channel):
            first = head(world, queue)
            after = table.channels.overflow_after[table.queues.channel[queue]]
            if first is not None and world.now - first.queued_s >= after:
                options.append(queue)
    return options


def default_queue(world: WorldState, options: list[int]) -> int:
    """Return the queue by rule: live before backlog, then priority, then the longest wait."""
    if len(options) == 1:
        return options[0]
    backlog = world.compiled.queues.backlog
    queues = world.queues

    def rank(queue: int) -> tuple[bool, float, float]:
        head(world, queue)
        first = queues[queue][0]
        return backlog[queue], first[0], first[1]

    return min(options, key=rank)


def take(world: WorldState, agent: Agent, queue: int) -> None:
    """Serve the head of a queue; an agent with slots left keeps looking."""
    contact = head(world, queue)
    assert contact is not None
    heappop(world.queues[queue])
    world.waiting[queue] -= 1
    start(world, agent, contact)
    team = agent.team
    if world.compiled.teams.multi[team] and (
        agent.load < world.compiled.teams.slots[team][agent.channel]
    ):
        seek(world, agent)


def assign(world: WorldState, team: int, contact: Contact) -> None:
    """Give a waiting contact to a team that can take it."""
    world.waiting[contact.queue] -= 1  # its entry in the line is void once service starts
    start(world, _pick(world, team, contact.channel), contact)


def able_teams(world: WorldState, contact: Contact) -> list[int]:
    """Return the teams that could start this waiting contact now."""
    return [t for t in world.queue_teams[contact.queue] if _takes(world, t, contact.queue)]


def on_overflow(world: WorldState, contact: Contact, token: int) -> None:
    """A contact has waited long enough for an idle agent of an overflow team."""
    if contact.state != QUEUED:
        return
    for team in world.compiled.queues.overflow_teams[contact.queue]:
        if world.on_duty[team].idle:
            assign(world, team, contact)
            return
