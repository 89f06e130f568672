"""Agents over a shift: on duty, freed by a contact's end, on a break, over time, gone."""

from __future__ import annotations

from math import exp

from sim.behaviour.durations import duration_s
from sim.behaviour.normal import normal_quantile
from sim.core.accessors import (
    free_agent,
    new_agent,
)
from sim.core.calendar import schedule
from sim.core.closing import after_sign_off, closed_lines
from sim.core.codes import (
    DONE,
    IN_SERVICE,
    ON_BREAK,
    ON_BREAK_END,
    ON_SIGN_OFF,
    ON_SIGN_ON,
    ON_WRAP_UP_END,
    RANK_OURS,
)
from sim.core.contacts import ended
from sim.core.ledger import change_staff
from sim.core.lists import join_duty, leave_duty, leave_idle, leave_serving
from sim.core.outcomes import serviced
from sim.core.queues import expect_back, queue_of_team, serves
from sim.core.records.bundles import World
from sim.core.records.state import Agent, Contact
from sim.core.rows import end_pause, end_shift, leg_ended, spend_contact
from sim.core.seeking import default_queue, find_work, seek, take
from sim.core.service import keep_partial, rest
from sim.native_types import Float, Int, Small
from sim.population.draws import FOR_WRAP_UP, TRAIT_PROFICIENCY, draw, uniform
from sim.register.codes import CUT_OFF, SUPERSEDED
from sim.units import DAY_S


def on_service_end(world: World, c: Int, id: Int) -> None:
    """The customer is done: settle the outcome, then the agent wraps up or is free."""
    contact = world.contacts.rows[c]
    if contact.id != id or contact.state != IN_SERVICE:
        return
    contact.state = DONE
    a = contact.agent
    agent = world.agents.rows[a]
    journey = world.journeys.rows[contact.journey]
    channel = world.firm.channels.rows[contact.channel]
    if channel.wraps_up and channel.unhurried >= 0 and not _are_awaited(world, agent.team):
        u = draw(contact.luck, FOR_WRAP_UP)
        _take_time(world, contact, agent, duration_s(world.firm.laws.rows[channel.unhurried], u))
    agent.talk_s += contact.talk_s
    agent.search_s += contact.search_s
    agent.contacts += 1
    if contact.wrap_up_s > 0.0 or journey.cancel:
        # The decision about who cancels needs the agent still.
        agent.wrap_up_s += contact.wrap_up_s
        at_s = world.now + contact.wrap_up_s
        schedule(world.calendar, at_s, RANK_OURS, ON_WRAP_UP_END, c, contact.id, 0)
        serviced(world, c, contact, journey, agent)
    else:
        serviced(world, c, contact, journey, agent)
        release(world, a, agent, c, contact)


def _are_awaited(world: World, team: Int) -> Small:
    """Return whether somebody waits for an agent of a team."""
    for i in range(world.firm.teams.rows[team].queues_n):
        queue = queue_of_team(world, team, i)
        if world.waiting.rows[queue].n and serves(world, team, queue):
            return 1
    return 0


def _take_time(world: World, contact: Contact, agent: Agent, lasts_s: Float) -> None:
    """Nobody waits: wrap up at leisure, or wrap up as always and leave the desk for the rest."""
    if world.firm.channels.rows[contact.channel].answer_delay >= 0:
        agent.away_s = max(0.0, lasts_s - contact.wrap_up_s)
        lasts_s = min(lasts_s, contact.wrap_up_s)
    contact.wrap_up_s = lasts_s


def on_wrap_up_end(world: World, c: Int, id: Int) -> None:
    """The agent has finished the contact."""
    contact = world.contacts.rows[c]
    if contact.id == id and contact.held:
        release(world, contact.agent, world.agents.rows[contact.agent], c, contact)


def release(world: World, a: Int, agent: Agent, c: Int, contact: Contact) -> None:
    """Free the agent's slot; sign off, take a due break, or look for work."""
    leave_serving(world, agent, contact)
    contact.held = 0
    if contact.recorded:
        spend_contact(world, c, contact)
    agent.load -= 1
    away_s = agent.away_s
    agent.away_s = 0.0
    multi = world.firm.teams.rows[agent.team].multi
    if agent.load == 0:
        agent.busy_s += world.now - agent.busy_since
        agent.channel = -1
        if world.firm.tires:
            rest(world, agent, True)
        if multi:
            keep_partial(world, a)
        if agent.leaving:
            _go_home(world, a)
            return
        if agent.pause_s != 0.0:
            _start_break(world, a)
            return
    elif multi:
        keep_partial(world, a)
        if agent.leaving:
            _finish_line(world, a)
            return
        if agent.pause_s != 0.0:
            return
    if away_s > 0.0 and agent.load == 0 and not find_work(world, agent):
        expect_back(world, a, world.now + away_s)
    else:
        seek(world, a, agent)


def hire(world: World, number: Int, team: Int, on_s: Float, off_s: Float) -> Small:
    """Return an agent with a proficiency of its own (lognormal speed around 1)."""
    a = new_agent(world)
    agent = world.agents.rows[a]
    agent.id = world.n_agents
    world.n_agents += 1
    agent.number = number
    agent.team = team
    agent.on_s = on_s
    agent.off_s = off_s
    agent.tired_at = on_s
    sd = world.firm.teams.rows[team].proficiency_sd
    if sd != 0.0:
        agent.speed = exp(sd * normal_quantile(uniform(world.key, number, 0, TRAIT_PROFICIENCY)))
    return a


def put_on_roster(
    world: World, number: Int, team: Int, on_s: Float, off_s: Float, speed: Float
) -> None:
    """Let an agent come at a time, with a given speed (0: drawn)."""
    a = hire(world, number, team, on_s, off_s)
    agent = world.agents.rows[a]
    if speed != 0.0:
        agent.speed = speed
    schedule(world.calendar, on_s, RANK_OURS, ON_SIGN_ON, a, agent.id, 0)


def lay_out_shifts(world: World, day: Int) -> None:
    """Lay out the shifts that begin on a day, as far as they lie in the simulated time.

    On the first day who began the night before is at work.
    """
    weekday = (day + 7 + world.firm.start_day) % 7  # the night before the first is day -1
    for s in range(world.firm.n_shifts):
        shift = world.firm.shifts.rows[s]
        off_s = day * DAY_S + shift.until_s
        if (shift.days >> weekday) & 1 and off_s > world.now:
            begins_s = day * DAY_S + shift.start_s
            for i in range(shift.agents):
                _lay_out_agent(world, s, shift.first_number + i, begins_s, off_s)
    if day == 0:
        lay_out_shifts(world, -1)


def _lay_out_agent(world: World, s: Int, number: Int, begins_s: Float, off_s: Float) -> None:
    shift = world.firm.shifts.rows[s]
    on_s = max(world.now, begins_s)
    a = hire(world, number, shift.team, on_s, off_s)
    id = world.agents.rows[a].id
    schedule(world.calendar, on_s, RANK_OURS, ON_SIGN_ON, a, id, 0)
    if world.firm.breaks:
        for i in range(shift.breaks_n):
            pause = world.firm.pauses.rows[shift.breaks_first + i]
            at_s = begins_s + pause.after_s
            if at_s >= on_s:
                schedule(world.calendar, at_s, RANK_OURS, ON_BREAK, a, id, pause.lasts_s)


def on_sign_on(world: World, a: Int, id: Int) -> None:
    """A shift begins: the agent is paid and looks for work."""
    agent = world.agents.rows[a]
    if agent.id != id:
        return
    join_duty(world, a)
    change_staff(world, world.firm.teams.rows[agent.team].wage_per_s)
    schedule(world.calendar, agent.off_s, RANK_OURS, ON_SIGN_OFF, a, id, 0)
    seek(world, a, agent)


def on_sign_off(world: World, a: Int, id: Int) -> None:
    """A shift ends: idle agents go, busy ones finish (or cut off, by configuration)."""
    agent = world.agents.rows[a]
    if agent.id != id:
        return
    agent.leaving = 1
    if agent.load == 0:
        if agent.idle:
            leave_idle(world, agent)
        _go_home(world, a)
    elif not world.firm.finish_after_shift:
        c = agent.serving_first
        while c >= 0:
            contact = world.contacts.rows[c]
            following = contact.serving_behind
            if contact.state == IN_SERVICE:
                cut_off(world, a, c)
            c = following


def cut_off(world: World, a: Int, c: Int) -> None:
    """Break a conversation off: the shift is over, or the line (a wrap-up is finished)."""
    agent = world.agents.rows[a]
    contact = world.contacts.rows[c]
    journey = world.journeys.rows[contact.journey]
    spent_s = world.now - contact.answered_s
    contact.state = DONE
    contact.search_s = min(contact.search_s, spent_s)
    contact.talk_s = spent_s - contact.search_s
    contact.wrap_up_s = 0.0
    agent.talk_s += contact.talk_s
    agent.search_s += contact.search_s
    agent.contacts += 1
    journey.human = 1
    if journey.contact == c:
        ended(world, c, contact, journey, CUT_OFF, world.now)
    else:
        leg_ended(world, c, SUPERSEDED, world.now)
    release(world, a, agent, c, contact)


def _finish_line(world: World, a: Int) -> Small:
    """After the shift: serve the next of a line that closed, by rule; return whether there was."""
    if closed_lines(world, a):
        take(world, a, world.agents.rows[a], default_queue(world))
        return 1
    return 0


def _go_home(world: World, a: Int) -> None:
    """The shift is over and the agent free: once no closed line is left, the agent goes."""
    if _finish_line(world, a):
        return
    agent = world.agents.rows[a]
    team = agent.team
    agent.back_s = -1.0
    leave_duty(world, agent)
    change_staff(world, -world.firm.teams.rows[team].wage_per_s)
    end_shift(world, a)
    free_agent(world, a)
    after_sign_off(world, team)


def on_break(world: World, a: Int, id: Int, lasts_s: Int) -> None:
    """A break is due: at once when idle, else after the contact."""
    agent = world.agents.rows[a]
    if agent.id != id or agent.leaving or (agent.pause_s != 0.0 and agent.load == 0):
        return  # gone, or on a delayed break
    agent.pause_s += lasts_s
    if agent.load == 0:
        _start_break(world, a)
    elif world.firm.teams.rows[agent.team].multi:
        keep_partial(world, a)


def _start_break(world: World, a: Int) -> None:
    agent = world.agents.rows[a]
    length_s = min(agent.pause_s, max(0.0, agent.off_s - world.now))
    agent.break_at = world.now
    agent.back_s = -1.0
    if agent.idle:
        leave_idle(world, agent)
    at_s = world.now + length_s
    schedule(world.calendar, at_s, RANK_OURS, ON_BREAK_END, a, agent.id, 0)


def on_break_end(world: World, a: Int, id: Int) -> None:
    """Back from a break."""
    agent = world.agents.rows[a]
    if agent.id != id:
        return
    end_pause(world, agent)
    agent.pause_s = 0.0
    if not agent.leaving:
        seek(world, a, agent)
