"""Queues and agents: who waits, who serves whom, for how long."""

from __future__ import annotations

from heapq import heappop, heappush
from math import exp
from typing import TYPE_CHECKING

from sim.behaviour.agents import chat_slowdown, search_time, tired_share, tiredness_after
from sim.behaviour.durations import duration_s, normal_quantile
from sim.core import closing, handlers
from sim.core.entities import Agent, Contact, State, Team
from sim.population.streams import Purpose, Trait, uniform
from sim.register.register import Context, Outcome
from sim.tables.compiled import ASYNCHRONOUS, CALLBACK
from sim.units import HOUR_S

if TYPE_CHECKING:
    from sim.core.world import World

DISPATCH = 2  # int(Kind.DISPATCH), on the hot path
RING_S = 30.0  # an unanswered call back (assumption)
STALE_SHARE = 0.25  # of the talk time, to close a backlog item already dealt with (assumption)
_TALK, _SEARCH, _WRAP_UP = Purpose.TALK, Purpose.SEARCH, Purpose.WRAP_UP
_PATIENCE, _RESOLVE, _ANSWER = Purpose.PATIENCE, Purpose.RESOLVE, Purpose.ANSWER
_QUEUED, _IN_SERVICE, _DONE, _STALE = State.QUEUED, State.IN_SERVICE, State.DONE, State.STALE
_DRAW_WORDS = 2.0**52  # a uniform as a whole number: part of another one's address
_SERVICE_END, _HANG_UP, _REPEATED = handlers.SERVICE_END, handlers.HANG_UP, Context.REPEATED


def enqueue(world: World, contact: Contact) -> None:
    """Put a contact in line, or straight to an idle agent."""
    table, channel = world.compiled, contact.channel
    queue = table.queue_of[channel][contact.recognised][contact.tier - 1]
    contact.queue = queue
    contact.queued_s = world.now
    contact.state = _QUEUED
    teams = world.queue_teams[queue]
    for team in teams:
        floor = world.floor[team]
        if floor.idle and not (world.decides_dispatch or table.queues.backlog[queue]):
            start(world, floor.idle.popleft(), contact)
            return
        if (floor.idle or floor.partial) and _takes(world, team, queue):
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
        patience = duration_s(table.patience[channel][journey.intent], contact.draws[_PATIENCE])
        if patience < 1e15:
            patience *= table.patience_factor[journey.segment][journey.intent]
            world.calendar.at(world.now + patience, _HANG_UP, contact)
    after = table.channels.overflow_after[channel]
    if after >= 0 and table.queues.overflow_teams[queue]:
        world.calendar.at(world.now + after, handlers.OVERFLOW, contact)


def _wait(world: World, contact: Contact, queue: int) -> None:
    journey = contact.journey
    priority = world.compiled.priority[journey.segment][journey.intent]
    head_start = world.head_start_s
    rank = -priority if head_start is None else contact.queued_s - head_start * priority
    heappush(world.queues[queue], (rank, contact.queued_s, contact.id, contact))
    world.waiting[queue] += 1


def _call_back(world: World, contact: Contact) -> None:
    """Agents away from the desk see that a contact waits; each comes after a delay, or as planned.

    The luck is addressed by the contact's own draw and the agent, so that all are independent.
    """
    delay = world.compiled.channels.answer_delay[contact.channel]
    assert delay is not None
    index = int(contact.draws[_ANSWER] * _DRAW_WORDS)
    for team in world.queue_teams[contact.queue]:
        for agent in world.floor[team].on_duty:
            if agent.back_s >= 0:
                u = uniform(world.key, agent.number, index, Trait.ATTENTION)
                _expect_back(world, agent, min(agent.back_s, world.now + duration_s(delay, u)))


def _expect_back(world: World, agent: Agent, at: float) -> None:
    if at != agent.back_s:
        agent.back_s = at
        world.calendar.at(at, handlers.BACK, agent)


def on_back(world: World, agent: Agent, token: int) -> None:
    """Back at the desk, unless called back before, on a break or gone."""
    if agent.back_s == world.now:
        agent.back_s = -1.0
        seek(world, agent)


def _takes(world: World, team: int, queue: int) -> bool:
    """Return whether an agent of the team could start a contact of the queue now."""
    floor, table = world.floor[team], world.compiled
    if floor.idle:
        return not table.queues.backlog[queue] or len(floor.idle) > table.teams.reserve[team]
    return bool(floor.partial) and _any_spare(world, floor, table.queues.channel[queue])


def _any_spare(world: World, floor: Team, channel: int) -> bool:
    return any(_spare(world, agent, channel) for agent in floor.partial)


def _spare(world: World, agent: Agent, channel: int) -> bool:
    return (
        agent.channel == channel
        and agent.load < world.compiled.teams.slots[agent.team][channel]
        and not agent.leaving
        and not agent.pause_s
    )


def _pick(world: World, team: int, channel: int) -> Agent:
    """Take the longest-idle agent of the team, or the least loaded with a free slot."""
    floor = world.floor[team]
    if floor.idle:
        return floor.idle.popleft()
    return min(
        (a for a in floor.partial if _spare(world, a, channel)), key=lambda a: (a.load, a.number)
    )


def head(world: World, queue: int) -> Contact | None:
    """Return the first contact still waiting in a queue (lazy deletion)."""
    line = world.queues[queue]
    while line:
        contact: Contact = line[0][3]
        if contact.state == 2 or contact.state == 5:
            return contact
        heappop(line)
    return None


def start(world: World, agent: Agent, contact: Contact) -> None:
    """Begin service: draw talk, search and wrap-up, occupy the agent."""
    table, now, channel = world.compiled, world.now, contact.channel
    agent.idle = False
    if agent.load == 0:
        agent.busy_since = now
        agent.channel = channel
        if world.tires:
            _rest(world, agent, busy=False)
    contact.others = agent.load
    agent.load += 1
    agent.serving.append(contact)
    contact.agent = agent
    contact.answered_s = now
    stale = contact.state == 5
    contact.state = 3
    duration = _handle(world, agent, contact, stale)
    if table.teams.multi[agent.team]:
        _partial(world, agent)
    world.calendar.at(now + duration, _SERVICE_END, contact)


def _handle(world: World, agent: Agent, contact: Contact, stale: bool) -> float:
    """Return talk + search in seconds, and set the contact's parts of the handle time."""
    table, journey, channel, draws = (
        world.compiled,
        contact.journey,
        contact.channel,
        contact.draws,
    )
    channels = table.channels
    if channels.kind[channel] == CALLBACK and draws[_ANSWER] < channels.no_answer[channel]:
        contact.talk_s = RING_S
        return RING_S
    law = world.cancel_talk if journey.cancel else table.talk[journey.intent]
    talk = duration_s(law, draws[_TALK]) * channels.talk_factor[channel]
    talk *= agent.speed * table.talk_cut * (1.0 - contact.prepared)
    if contact.others:
        talk *= chat_slowdown(contact.others, channels.slowdown[channel])
    if world.tires and agent.tired > world.tiredness.threshold:
        tired = tired_share(agent.tired, world.tiredness.threshold)
        talk *= 1 + world.tiredness.slowdown * tired
    if stale:
        talk *= STALE_SHARE
    if contact.context == _REPEATED:
        talk += world.repeat_s
    if contact.recognised != journey.intent and misrouted(world, contact, agent):
        talk = world.misroute_s
    contact.talk_s = talk
    if world.searches:
        search = duration_s(table.search, draws[_SEARCH]) * table.search_factor
        contact.search_s = search_time(search, table.complexity[journey.intent])
    if world.wraps_up[channel]:
        contact.wrap_up_s = duration_s(channels.wrap_up[channel], draws[_WRAP_UP])
    return talk + contact.search_s


def on_service_end(world: World, contact: Contact, token: int) -> None:
    """The customer is done: settle the outcome, then the agent wraps up or is free."""
    if contact.state != _IN_SERVICE:
        return
    contact.state = _DONE
    agent = contact.agent
    assert agent is not None
    wraps_up = world.wraps_up[contact.channel]
    unhurried = world.compiled.channels.unhurried[contact.channel] if wraps_up else None
    if unhurried is not None:
        queues = world.team_queues[agent.team]
        if not any(world.waiting[q] for q in queues):
            _unhurried(world, contact, agent, duration_s(unhurried, contact.draws[_WRAP_UP]))
    agent.talk_s += contact.talk_s
    agent.search_s += contact.search_s
    agent.contacts += 1
    if contact.wrap_up_s > 0.0 or contact.journey.cancel:  # the decision needs the agent still
        agent.wrap_up_s += contact.wrap_up_s
        world.calendar.at(world.now + contact.wrap_up_s, handlers.WRAP_UP_END, contact)
        world.serviced(contact, agent)
    else:
        world.serviced(contact, agent)
        release(world, agent, contact)


def _unhurried(world: World, contact: Contact, agent: Agent, lasts_s: float) -> None:
    """Nobody waits: wrap up at leisure, or wrap up as always and leave the desk for the rest."""
    if world.compiled.channels.answer_delay[contact.channel] is not None:
        agent.away_s = max(0.0, lasts_s - contact.wrap_up_s)
        lasts_s = min(lasts_s, contact.wrap_up_s)
    contact.wrap_up_s = lasts_s


def on_wrap_up_end(world: World, contact: Contact, token: int) -> None:
    """The agent has finished the contact."""
    assert contact.agent is not None
    release(world, contact.agent, contact)


def release(world: World, agent: Agent, contact: Contact) -> None:
    """Free the agent's slot; sign off, take a due break, or look for work.

    The contact keeps its agent: its row may be written after the decision that follows.
    """
    agent.serving.remove(contact)
    agent.load -= 1
    away_s, agent.away_s = agent.away_s, 0.0
    multi = world.compiled.teams.multi[agent.team]
    if agent.load == 0:
        agent.busy_s += world.now - agent.busy_since
        agent.channel = -1
        if world.tires:
            _rest(world, agent, busy=True)
        if multi:
            _partial(world, agent)
        if agent.leaving:
            _go_home(world, agent)
            return
        if agent.pause_s:
            _start_break(world, agent)
            return
    elif multi:
        _partial(world, agent)
        if agent.leaving:
            _finish_line(world, agent)
            return
        if agent.pause_s:
            return
    if away_s > 0.0 and agent.load == 0 and not work(world, agent):
        _expect_back(world, agent, world.now + away_s)
    else:
        seek(world, agent)


def seek(world: World, agent: Agent) -> None:
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


def seek_again(world: World, agent: Agent) -> None:
    """Let an idle agent look for work anew (its team's queues have changed)."""
    if work(world, agent):
        world.floor[agent.team].idle.remove(agent)
        agent.idle = False
        seek(world, agent)


def rest_idle(world: World, agent: Agent) -> None:
    """Leave an unoccupied agent at the end of the idle line."""
    if agent.load == 0 and not agent.idle:
        agent.idle = True
        world.floor[agent.team].idle.append(agent)


def work(world: World, agent: Agent) -> list[int]:
    """Return the queues with a contact this agent may start now."""
    table, waiting, team = world.compiled, world.waiting, agent.team
    teams = table.teams
    if agent.load == 0:
        options = []
        for q in world.team_queues[team]:
            if waiting[q]:
                options.append(q)  # a comprehension would cost a call
        if options and teams.reserve[team]:
            ready = len(world.floor[team].idle)
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


def default_queue(world: World, options: list[int]) -> int:
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


def take(world: World, agent: Agent, queue: int) -> None:
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


def assign(world: World, team: int, contact: Contact) -> None:
    """Give a waiting contact to a team that can take it."""
    world.waiting[contact.queue] -= 1  # its entry in the line is void once service starts
    start(world, _pick(world, team, contact.channel), contact)


def able_teams(world: World, contact: Contact) -> list[int]:
    """Return the teams that could start this waiting contact now."""
    return [t for t in world.queue_teams[contact.queue] if _takes(world, t, contact.queue)]


def on_hang_up(world: World, contact: Contact, token: int) -> None:
    """Patience is over: a caller abandons; an e-mail customer tries something else."""
    if contact.state != _QUEUED:
        return
    if world.compiled.channels.kind[contact.channel] == ASYNCHRONOUS:
        contact.state = _STALE
        world.gave_up_waiting(contact)
        return
    contact.state = _DONE
    world.waiting[contact.queue] -= 1
    world.ended(contact, Outcome.ABANDONED, world.now)


def on_overflow(world: World, contact: Contact, token: int) -> None:
    """A contact has waited long enough for an idle agent of an overflow team."""
    if contact.state != _QUEUED:
        return
    for team in world.compiled.queues.overflow_teams[contact.queue]:
        if world.floor[team].idle:
            assign(world, team, contact)
            return


def on_sign_on(world: World, agent: Agent, token: int) -> None:
    """A shift begins: the agent is paid and looks for work."""
    floor = world.floor[agent.team]
    floor.on_duty.append(agent)
    wage = world.compiled.teams.wage_per_s[agent.team]
    world.ledger.flow(world.ledger.staff, wage, world.now)
    world.calendar.at(agent.off_s, handlers.SIGN_OFF, agent)
    seek(world, agent)


def on_sign_off(world: World, agent: Agent, token: int) -> None:
    """A shift ends: idle agents go, busy ones finish (or cut off, by configuration)."""
    agent.leaving = True
    if agent.load == 0:
        if agent.idle:
            world.floor[agent.team].idle.remove(agent)
            agent.idle = False
        _go_home(world, agent)
    elif not world.compiled.on.finish_after_shift:
        for contact in list(agent.serving):
            if contact.state == State.IN_SERVICE:
                _cut_off(world, agent, contact)


def _cut_off(world: World, agent: Agent, contact: Contact) -> None:
    """Stop a conversation at the end of the shift (a wrap-up in progress is finished)."""
    spent = world.now - contact.answered_s
    contact.state = State.DONE
    contact.search_s = min(contact.search_s, spent)
    contact.talk_s, contact.wrap_up_s = spent - contact.search_s, 0.0
    agent.talk_s += contact.talk_s
    agent.search_s += contact.search_s
    agent.contacts += 1
    contact.journey.human = True
    if contact is contact.journey.contact:
        world.ended(contact, Outcome.CUT_OFF, world.now)
    else:
        world.leg_ended(contact, Outcome.SUPERSEDED, world.now)
    release(world, agent, contact)


def _finish_line(world: World, agent: Agent) -> bool:
    """After the shift: serve the next of a line that closed, by rule; return whether there was."""
    options = closing.lines(world, agent)
    if options:
        take(world, agent, default_queue(world, options))
    return bool(options)


def _go_home(world: World, agent: Agent) -> None:
    """The shift is over and the agent free: once no closed line is left, the agent goes."""
    if _finish_line(world, agent):
        return
    floor = world.floor[agent.team]
    agent.back_s = -1.0
    floor.on_duty.remove(agent)
    wage = world.compiled.teams.wage_per_s[agent.team]
    world.ledger.flow(world.ledger.staff, -wage, world.now)
    record_shift(world, agent)
    closing.after_sign_off(world, agent.team)


def record_shift(world: World, agent: Agent) -> None:
    """Write the rows of a shift that ends (or is cut by the horizon) now, and of its break."""
    now = world.now
    _end_break(world, agent)
    busy = agent.busy_s + (now - agent.busy_since if agent.load else 0.0)
    world.register.shifts.append(
        (
            agent.number,
            agent.team,
            agent.on_s,
            now,
            agent.break_s,
            busy,
            agent.talk_s,
            agent.search_s,
            agent.wrap_up_s,
            agent.contacts,
        )
    )


def _end_break(world: World, agent: Agent) -> None:
    """Write the row of the break that the agent is on, if any."""
    if agent.break_at >= 0.0:
        world.register.breaks.append((agent.number, agent.team, agent.break_at, world.now))
        agent.break_s += world.now - agent.break_at
        agent.break_at = -1.0


def on_break(world: World, agent: Agent, token: int) -> None:
    """A break of ``token`` seconds is due: at once when idle, else after the contact."""
    if agent.leaving or (agent.pause_s and agent.load == 0):  # gone, or on a delayed break
        return
    agent.pause_s += float(token)
    if agent.load == 0:
        if agent.idle:
            world.floor[agent.team].idle.remove(agent)
            agent.idle = False
        _start_break(world, agent)
    elif world.compiled.teams.multi[agent.team]:
        _partial(world, agent)


def _start_break(world: World, agent: Agent) -> None:
    length = min(agent.pause_s, max(0.0, agent.off_s - world.now))
    agent.break_at = world.now
    agent.back_s = -1.0
    agent.idle = False
    world.calendar.at(world.now + length, handlers.BREAK_END, agent)


def on_break_end(world: World, agent: Agent, token: int) -> None:
    """Back from a break."""
    _end_break(world, agent)
    agent.pause_s = 0.0
    if not agent.leaving:
        seek(world, agent)


def _partial(world: World, agent: Agent) -> None:
    """Keep the team's list of partly loaded agents (chat concurrency) up to date."""
    partial = world.floor[agent.team].partial
    spare = agent.load > 0 and _spare(world, agent, agent.channel)
    if spare and agent not in partial:
        partial.append(agent)
    elif not spare and agent in partial:
        partial.remove(agent)


def _rest(world: World, agent: Agent, *, busy: bool) -> None:
    hours = (world.now - agent.tired_at) / HOUR_S
    agent.tired = tiredness_after(agent.tired, busy, hours, world.tiredness.half_life_h)
    agent.tired_at = world.now


def new_agent(world: World, number: int, team: int, on_s: float, off_s: float) -> Agent:
    """Return an agent with a proficiency of its own (lognormal speed around 1)."""
    sd = world.compiled.teams.proficiency_sd[team]
    speed = 1.0
    if sd:
        speed = exp(sd * normal_quantile(uniform(world.key, number, 0, Trait.PROFICIENCY)))
    return Agent(number, team, speed, on_s, off_s)


def misrouted(world: World, contact: Contact, agent: Agent) -> bool:
    """Return whether automation has sent the contact to an agent who lacks the skill for it."""
    if contact.recognised == contact.journey.intent:
        return False
    table = world.compiled
    return table.skill[contact.journey.intent] not in table.teams.skills[agent.team]


def resolves(world: World, contact: Contact, agent: Agent) -> bool:
    """Return whether a human contact resolves the need."""
    p = world.compiled.people_resolve[agent.team][contact.journey.intent][contact.channel]
    if world.tires and agent.tired > world.tiredness.threshold:
        p *= 1 - world.tiredness.resolution_loss * tired_share(
            agent.tired, world.tiredness.threshold
        )
    return world.succeeds(contact, p, contact.draws[_RESOLVE])
