"""What is written down: rows of contacts, journeys, surveys, shifts and breaks, and their money."""

from __future__ import annotations

from sim.behaviour.customers import ces, contact_effort, csat, nps, survey_answers
from sim.behaviour.durations import normal_quantile
from sim.core.state.codes import (
    DONE,
    FOR_SURVEY,
    FOR_SURVEY_NOISE,
    IN_SERVICE,
    JOURNEY_CHURNED,
    JOURNEY_OPEN,
    JOURNEY_RESOLVED,
    OPEN,
    REPEATED,
    STALE,
    SUPERSEDED,
)
from sim.core.state.records import Agent, Contact, Journey
from sim.core.state.world_state import WorldState
from sim.tables.compiled import AUTOMATED, LIVE


def leg_effort(world: WorldState, contact: Contact, released_s: float) -> float:
    """Return the effort of one leg, with what its start has cost already."""
    rules, channels, channel = world.satisfaction, world.compiled.channels, contact.channel
    wait = extra = 0.0
    if contact.queued_s >= 0.0:
        until = contact.answered_s if contact.answered_s >= 0.0 else released_s
        wait = until - contact.queued_s
    if contact.context == REPEATED:
        extra = rules.repeat_effort
    if contact.journey.attempts > 1 and contact.from_channel < 0:
        extra += rules.attempt_effort
    if contact.steering and contact.from_channel < 0:
        choice, accepted = world.choice, contact.steering == 1
        extra += choice.effort_of_steering if accepted else choice.effort_of_refusal
    return contact_effort(
        channels.effort[channel], wait, channels.wait_scale[channel], rules.wait_weight, extra
    )


def leg_ended(world: WorldState, contact: Contact, outcome: int, released_s: float) -> None:
    """Record a leg that does not end the attempt."""
    contact.state = DONE
    effort = leg_effort(world, contact, released_s)
    contact.journey.effort += effort
    contact.carried += effort
    usual = world.satisfaction.initial_expectation
    record(world, contact, outcome, released_s, effort, usual, 0.0, 0.0)


def record(
    world: WorldState,
    contact: Contact,
    outcome: int,
    released_s: float,
    effort: float,
    felt: float,
    gap: float,
    sale: float,
) -> None:
    """Write the contact's row and book its money."""
    journey, register, channels = contact.journey, world.register, world.compiled.channels
    customer, agent, channel = journey.customer, contact.agent, contact.channel
    rows, last_of = register.contacts, register.last_of
    team = number = -1
    shift_s = -1.0
    if agent is not None:
        team, number, shift_s = agent.team, agent.number, agent.on_s
    wrap_up_s = contact.wrap_up_s
    cost, per_s = channels.cost[channel], channels.cost_per_s[channel]
    if per_s:
        cost += per_s * _line_s(world, contact, released_s)
    if cost or sale:
        factor = world.ledger.discount(released_s)
        world.ledger.contacts += cost * factor
        world.ledger.sales += sale * factor
    row = len(rows)
    rows.append(
        (
            contact.id,
            journey.id,
            customer,
            journey.segment,
            journey.intent,
            contact.recognised,
            journey.attempts,
            channel,
            contact.requested,
            contact.from_channel,
            team,
            number,
            contact.start_s,
            contact.queued_s,
            contact.answered_s,
            released_s,
            released_s + wrap_up_s if wrap_up_s else released_s,
            contact.search_s,
            wrap_up_s,
            contact.others,
            contact.steering,
            contact.context,
            outcome,
            effort,
            felt,
            gap,
            sale,
            cost,
            last_of.get(customer, -1),
            shift_s,
        )
    )
    last_of[customer] = row
    journey.last_row = row
    if outcome != SUPERSEDED:  # counted when the customer gave up waiting
        journey.contacts += 1


def _line_s(world: WorldState, contact: Contact, released_s: float) -> float:
    """Return the time on the line: who waits for a call back or an e-mail is not on it."""
    if world.compiled.channels.kind[contact.channel] in (LIVE, AUTOMATED):
        return released_s - contact.start_s
    return released_s - contact.answered_s if contact.answered_s >= 0 else 0.0


def close(world: WorldState, journey: Journey, outcome: int) -> None:
    """Close a journey: its row, and a survey where one is sent."""
    if journey.token < 0:
        return
    journey.token = -1
    journey.contact = None
    customer = journey.customer
    opened = world.open_journeys[customer]
    if len(opened) == 1:
        del world.open_journeys[customer]
    else:
        opened.remove(journey)
    journey_row(world, journey, outcome)
    asked = world.surveys and not world.survey.every_contact and journey.contacts
    if asked and outcome != JOURNEY_CHURNED:
        ask(world, journey, journey.last_row)


def journey_row(world: WorldState, journey: Journey, outcome: int) -> None:
    """Append the journey's row to the register."""
    world.register.journeys.append(
        (
            journey.id,
            journey.customer,
            journey.segment,
            journey.intent,
            journey.start_s,
            world.now,
            journey.contacts,
            journey.attempts,
            outcome,
            journey.first_channel,
            journey.effort,
            outcome == JOURNEY_RESOLVED and journey.attempts == 1,
            journey.human,
            journey.experience,
            journey.cancel,
        )
    )


def ask(world: WorldState, journey: Journey, row: int) -> None:
    """Send a survey about the last contact; the answer, if any, is a row."""
    rules, draws = world.survey, journey.draws
    felt = journey.experience / max(1, journey.attempts)
    gap = felt - world.satisfaction.initial_expectation
    if not survey_answers(rules.response_rate, gap, rules.extreme_bias, draws[FOR_SURVEY]):
        return
    z = normal_quantile(draws[FOR_SURVEY_NOISE])
    effort = journey.effort / max(1, journey.contacts)
    world.register.surveys.append(
        (
            world.now,
            journey.customer,
            journey.id,
            row,
            csat(felt, rules.noise, z),
            ces(effort, rules.noise, z),
            nps(world.customers.mood[journey.customer], rules.noise, z),
        )
    )


def end_shift(world: WorldState, agent: Agent) -> None:
    """Write the rows of a shift that ends (or is cut by the horizon) now, and of its break."""
    now = world.now
    end_break(world, agent)
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


def end_break(world: WorldState, agent: Agent) -> None:
    """Write the row of the break that the agent is on, if any."""
    if agent.break_at >= 0.0:
        world.register.breaks.append((agent.number, agent.team, agent.break_at, world.now))
        agent.break_s += world.now - agent.break_at
        agent.break_at = -1.0


def finish(world: WorldState) -> None:
    """Write rows of what is still open: contacts, journeys, shifts, breaks."""
    for journeys in list(world.open_journeys.values()):
        for journey in journeys:
            contact = journey.contact
            if contact is not None and contact.state not in (DONE, STALE):
                effort = leg_effort(world, contact, world.now)
                record(world, contact, OPEN, world.now, effort, 0.0, 0.0, 0.0)
            journey_row(world, journey, JOURNEY_OPEN)
    for line in world.queues:
        for entry in sorted(line, key=lambda e: e[:3]):
            if entry[3].state == STALE:
                record(world, entry[3], SUPERSEDED, world.now, 0.0, 0.0, 0.0, 0.0)
    for team in world.on_duty:
        for agent in team.agents:
            for contact in agent.serving:
                late = contact is not contact.journey.contact
                if late and contact.state == IN_SERVICE:
                    record(world, contact, SUPERSEDED, world.now, 0.0, 0.0, 0.0, 0.0)
            end_shift(world, agent)
