"""Agents over a shift: on duty, freed by a contact's end, on a break, over time, gone."""

from __future__ import annotations

from math import exp

from sim.behaviour.durations import duration_s, normal_quantile
from sim.core import closing, contacts, journeys, queues, rows
from sim.core.state import handlers
from sim.core.state.codes import CUT_OFF, DONE, FOR_WRAP_UP, IN_SERVICE, SUPERSEDED
from sim.core.state.records import Agent, Contact
from sim.core.state.world_state import WorldState
from sim.population.streams import Trait, uniform
from sim.scenario.parts import DAYS
from sim.units import DAY_S, HOUR_S


def on_service_end(world: WorldState, contact: Contact, token: int) -> None:
    """The customer is done: settle the outcome, then the agent wraps up or is free."""
    if contact.state != IN_SERVICE:
        return
    contact.state = DONE
    agent = contact.agent
    assert agent is not None
    wraps_up = world.wraps_up[contact.channel]
    unhurried = world.compiled.channels.unhurried[contact.channel] if wraps_up else None
    if unhurried is not None and not any(world.waiting[q] for q in world.team_queues[agent.team]):
        _unhurried(world, contact, agent, duration_s(unhurried, contact.draws[FOR_WRAP_UP]))
    agent.talk_s += contact.talk_s
    agent.search_s += contact.search_s
    agent.contacts += 1
    if contact.wrap_up_s > 0.0 or contact.journey.cancel:  # the decision needs the agent still
        agent.wrap_up_s += contact.wrap_up_s
        world.calendar.at(world.now + contact.wrap_up_s, handlers.WRAP_UP_END, contact)
        journeys.serviced(world, contact, agent)
    else:
        journeys.serviced(world, contact, agent)
        release(world, agent, contact)


def _unhurried(world: WorldState, contact: Contact, agent: Agent, lasts_s: float) -> None:
    """Nobody waits: wrap up at leisure, or wrap up as always and leave the desk for the rest."""
    if world.compiled.channels.answer_delay[contact.channel] is not None:
        agent.away_s = max(0.0, lasts_s - contact.wrap_up_s)
        lasts_s = min(lasts_s, contact.wrap_up_s)
    contact.wrap_up_s = lasts_s


def on_wrap_up_end(world: WorldState, contact: Contact, token: int) -> None:
    """The agent has finished the contact."""
    assert contact.agent is not None
    release(world, contact.agent, contact)


def release(world: WorldState, agent: Agent, contact: Contact) -> None:
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
            queues.rest(world, agent, busy=True)
        if multi:
            queues.keep_partial(world, agent)
        if agent.leaving:
            _go_home(world, agent)
            return
        if agent.pause_s:
            _start_break(world, agent)
            return
    elif multi:
        queues.keep_partial(world, agent)
        if agent.leaving:
            _finish_line(world, agent)
            return
        if agent.pause_s:
            return
    if away_s > 0.0 and agent.load == 0 and not queues.work(world, agent):
        queues.expect_back(world, agent, world.now + away_s)
    else:
        queues.seek(world, agent)


def new_agent(world: WorldState, number: int, team: int, on_s: float, off_s: float) -> Agent:
    """Return an agent with a proficiency of its own (lognormal speed around 1)."""
    sd = world.compiled.teams.proficiency_sd[team]
    speed = 1.0
    if sd:
        speed = exp(sd * normal_quantile(uniform(world.key, number, 0, Trait.PROFICIENCY)))
    return Agent(number, team, speed, on_s, off_s, tired_at=on_s)


def lay_out(world: WorldState, day: int) -> None:
    """Lay out the shifts that begin on a day, as far as they lie in the simulated time.

    On the first day who began the night before is at work.
    """
    weekday = DAYS[(day + world.compiled.scenario.start_day) % 7]
    for team, shift, first, agents in world.patterns:
        if weekday not in shift.days:
            continue
        begins_s = day * DAY_S + shift.start_h * HOUR_S
        on_s, off_s = max(world.now, begins_s), day * DAY_S + shift.until_h * HOUR_S
        if off_s <= world.now:
            continue
        for number in range(first, first + agents):
            agent = new_agent(world, number, team, on_s, off_s)
            world.calendar.at(on_s, handlers.SIGN_ON, agent)
            for pause in shift.breaks if world.compiled.on.breaks else ():
                at_s = begins_s + pause.after_h * HOUR_S
                if at_s >= on_s:
                    world.calendar.at(at_s, handlers.BREAK, agent, round(pause.minutes * 60))
    if day == 0:
        lay_out(world, -1)


def on_sign_on(world: WorldState, agent: Agent, token: int) -> None:
    """A shift begins: the agent is paid and looks for work."""
    on_duty = world.on_duty[agent.team]
    on_duty.agents.append(agent)
    wage = world.compiled.teams.wage_per_s[agent.team]
    world.ledger.flow(world.ledger.staff, wage, world.now)
    world.calendar.at(agent.off_s, handlers.SIGN_OFF, agent)
    queues.seek(world, agent)


def on_sign_off(world: WorldState, agent: Agent, token: int) -> None:
    """A shift ends: idle agents go, busy ones finish (or cut off, by configuration)."""
    agent.leaving = True
    if agent.load == 0:
        queues.leave_idle(world, agent)
        _go_home(world, agent)
    elif not world.compiled.on.finish_after_shift:
        for contact in list(agent.serving):
            if contact.state == IN_SERVICE:
                _cut_off(world, agent, contact)


def _cut_off(world: WorldState, agent: Agent, contact: Contact) -> None:
    """Stop a conversation at the end of the shift (a wrap-up in progress is finished)."""
    spent = world.now - contact.answered_s
    contact.state = DONE
    contact.search_s = min(contact.search_s, spent)
    contact.talk_s, contact.wrap_up_s = spent - contact.search_s, 0.0
    agent.talk_s += contact.talk_s
    agent.search_s += contact.search_s
    agent.contacts += 1
    contact.journey.human = True
    if contact is contact.journey.contact:
        contacts.ended(world, contact, CUT_OFF, world.now)
    else:
        rows.leg_ended(world, contact, SUPERSEDED, world.now)
    release(world, agent, contact)


def _finish_line(world: WorldState, agent: Agent) -> bool:
    """After the shift: serve the next of a line that closed, by rule; return whether there was."""
    options = closing.lines(world, agent)
    if options:
        queues.take(world, agent, queues.default_queue(world, options))
    return bool(options)


def _go_home(world: WorldState, agent: Agent) -> None:
    """The shift is over and the agent free: once no closed line is left, the agent goes."""
    if _finish_line(world, agent):
        return
    on_duty = world.on_duty[agent.team]
    agent.back_s = -1.0
    on_duty.agents.remove(agent)
    wage = world.compiled.teams.wage_per_s[agent.team]
    world.ledger.flow(world.ledger.staff, -wage, world.now)
    rows.end_shift(world, agent)
    closing.after_sign_off(world, agent.team)


def on_break(world: WorldState, agent: Agent, token: int) -> None:
    """A break of ``token`` seconds is due: at once when idle, else after the contact."""
    if agent.leaving or (agent.pause_s and agent.load == 0):  # gone, or on a delayed break
        return
    agent.pause_s += float(token)
    if agent.load == 0:
        queues.leave_idle(world, agent)
        _start_break(world, agent)
    elif world.compiled.teams.multi[agent.team]:
        queues.keep_partial(world, agent)


def _start_break(world: WorldState, agent: Agent) -> None:
    length = min(agent.pause_s, max(0.0, agent.off_s - world.now))
    agent.break_at = world.now
    agent.back_s = -1.0
    agent.idle = False
    world.calendar.at(world.now + length, handlers.BREAK_END, agent)


def on_break_end(world: WorldState, agent: Agent, token: int) -> None:
    """Back from a break."""
    rows.end_break(world, agent)
    agent.pause_s = 0.0
    if not agent.leaving:
        queues.seek(world, agent)
