"""What is written down: rows of contacts, journeys, surveys, shifts and breaks, and their money."""

from __future__ import annotations

from sim.behaviour.customers import ces, contact_effort, csat, nps, survey_answers
from sim.behaviour.normal import normal_quantile
from sim.core.accessors import (
    free_contact,
    free_journey,
    new_break_row,
    new_contact_row,
    new_journey_row,
    new_shift_row,
    new_survey_row,
)
from sim.core.codes import DONE
from sim.core.ledger import discount_at
from sim.core.lists import leave_open
from sim.core.records.bundles import World
from sim.core.records.state import Agent, Contact, Journey
from sim.core.signals import coded_outcome, opinion_of, signals_of_leg, signals_of_survey
from sim.native_types import Float, Int
from sim.population.draws import FOR_SURVEY, FOR_SURVEY_NOISE, draw
from sim.register.codes import (
    ACCEPTED,
    JOURNEY_CHURNED,
    JOURNEY_RESOLVED,
    REPEATED,
    SUPERSEDED,
)
from sim.tables.codes import AUTOMATED, LIVE


def leg_effort(world: World, contact: Contact, journey: Journey, released_s: Float) -> Float:
    """Return the effort of one leg, with what its start has cost already."""
    firm = world.firm
    channel = world.firm.channels.rows[contact.channel]
    wait_s = 0.0
    extra = 0.0
    if contact.queued_s >= 0.0:
        until = contact.answered_s if contact.answered_s >= 0.0 else released_s
        wait_s = until - contact.queued_s
    if contact.context == REPEATED:
        extra = firm.repeat_effort
    if contact.from_channel < 0:
        if journey.attempts > 1:
            extra += firm.attempt_effort
        if contact.steering:
            accepted = contact.steering == ACCEPTED
            extra += firm.effort_of_steering if accepted else firm.effort_of_refusal
    return contact_effort(channel.effort, wait_s, channel.wait_scale_s, firm.wait_weight, extra)


def leg_ended(world: World, c: Int, outcome: Int, released_s: Float) -> None:
    """Record a leg that does not end the attempt."""
    contact = world.contacts.rows[c]
    journey = world.journeys.rows[contact.journey]
    contact.state = DONE
    effort = leg_effort(world, contact, journey, released_s)
    journey.effort += effort
    contact.carried += effort
    felt = world.firm.initial_expectation
    record(world, c, contact, journey, outcome, released_s, effort, felt, 0.0, 0.0)


def record(
    world: World,
    c: Int,
    contact: Contact,
    journey: Journey,
    outcome: Int,
    released_s: Float,
    effort: Float,
    felt: Float,
    gap: Float,
    sale: Float,
) -> None:
    """Write a contact's row and book its money."""
    channel = world.firm.channels.rows[contact.channel]
    cost = channel.cost
    if channel.cost_per_s != 0.0:
        cost += channel.cost_per_s * _line_s(world, contact, released_s)
    if cost != 0.0 or sale != 0.0:
        factor = discount_at(world, released_s)
        world.contact_costs += cost * factor
        world.sales += sale * factor
    number = new_contact_row(world)
    row = world.contact_rows.rows[number]
    row.contact = contact.id
    row.journey = journey.id
    row.customer = journey.customer
    row.segment = journey.segment
    row.intent = journey.intent
    row.seen_intent = contact.guess
    row.attempt = journey.attempts
    row.channel = contact.channel
    row.requested = contact.requested
    row.from_channel = contact.from_channel
    row.team = contact.team
    row.agent = contact.agent_number
    row.start_s = contact.start_s
    row.queued_s = contact.queued_s
    row.answered_s = contact.answered_s
    row.released_s = released_s
    row.end_s = released_s + contact.wrap_up_s
    row.search_s = contact.search_s
    row.wrap_up_s = contact.wrap_up_s
    row.others = contact.others
    row.steering = contact.steering
    row.context = contact.context
    row.outcome = outcome
    row.effort = effort
    row.experience = felt
    row.gap = gap
    row.sale = sale
    row.cost = cost
    row.shift_s = contact.shift_s
    row.known_as = contact.known_as
    row.guessed = contact.guessed
    row.coded = coded_outcome(world, contact, outcome)
    row.previous = -1
    if contact.known_as >= 0:  # who is not recognised has no past, and leaves none
        customer = world.customers.rows[contact.known_as]
        row.previous = customer.last_row
        customer.last_row = number
    journey.last_row = number
    if outcome != SUPERSEDED:  # counted when the customer gave up waiting
        journey.contacts += 1
    if world.firm.writes_signals:
        signals_of_leg(world, contact, journey, number, felt)
    contact.recorded = 1
    if not contact.held:
        spend_contact(world, c, contact)


def _line_s(world: World, contact: Contact, released_s: Float) -> Float:
    """Return the time on the line: who waits for a call back or an e-mail is not on it."""
    kind = world.firm.channels.rows[contact.channel].kind
    if kind == LIVE or kind == AUTOMATED:
        return released_s - contact.start_s
    return released_s - contact.answered_s if contact.answered_s >= 0.0 else 0.0


def spend_contact(world: World, c: Int, contact: Contact) -> None:
    """Let go of a contact that is written down and holds no agent, once this moment is over."""
    contact.spent = world.spent_contact
    world.spent_contact = c


def drop_contact(world: World, c: Int) -> None:
    """Let go of a contact that did not come about."""
    contact = world.contacts.rows[c]
    contact.state = DONE
    contact.recorded = 1
    spend_contact(world, c, contact)


def free_spent(world: World) -> None:
    """Give the numbers of what is over to new contacts and journeys."""
    c = world.spent_contact
    while c >= 0:
        contact = world.contacts.rows[c]
        journey = world.journeys.rows[contact.journey]
        if journey.contact == c:
            journey.contact = -1
        journey.legs -= 1
        if journey.closed and journey.legs == 0:
            free_journey(world, contact.journey)
        following = contact.spent
        free_contact(world, c)
        c = following
    world.spent_contact = -1
    j = world.spent_journey
    while j >= 0:
        following = world.journeys.rows[j].behind
        free_journey(world, j)
        j = following
    world.spent_journey = -1


def close_journey(world: World, j: Int, journey: Journey, outcome: Int) -> None:
    """Close a journey: its row, and a survey where one is sent."""
    if journey.closed:
        return
    journey.closed = 1
    journey.contact = -1
    leave_open(world, journey)
    if journey.legs == 0:
        journey.behind = world.spent_journey
        world.spent_journey = j
    write_journey(world, journey, outcome)
    firm = world.firm
    asked = firm.surveys and not firm.surveys_each and journey.contacts
    if asked and outcome != JOURNEY_CHURNED:
        ask(world, journey)


def write_journey(world: World, journey: Journey, outcome: Int) -> None:
    """Write a journey's row."""
    row = world.journey_rows.rows[new_journey_row(world)]
    row.journey = journey.id
    row.customer = journey.customer
    row.segment = journey.segment
    row.intent = journey.intent
    row.start_s = journey.start_s
    row.end_s = world.now
    row.contacts = journey.contacts
    row.attempts = journey.attempts
    row.outcome = outcome
    row.first_channel = journey.first_channel
    row.effort = journey.effort
    row.first_contact_resolved = outcome == JOURNEY_RESOLVED and journey.attempts == 1
    row.human = journey.human
    row.experience = journey.experience
    row.cancel = journey.cancel


def ask(world: World, journey: Journey) -> None:
    """Send a survey about a journey's last contact; the answer, if any, is a row."""
    firm = world.firm
    felt = journey.experience / max(1, journey.attempts)
    gap = felt - firm.initial_expectation
    u = draw(journey.luck, FOR_SURVEY)
    if not survey_answers(firm.response_rate, gap, firm.extreme_bias, u):
        return
    z = normal_quantile(draw(journey.luck, FOR_SURVEY_NOISE))
    effort = journey.effort / max(1, journey.contacts)
    row = world.survey_rows.rows[new_survey_row(world)]
    row.time_s = world.now
    row.customer = journey.customer
    row.journey = journey.id
    row.contact = journey.last_row
    row.csat = csat(felt, firm.survey_noise, z)
    row.ces = ces(effort, firm.survey_noise, z)
    opinion = opinion_of(world, journey.customer)
    mood = world.customers.rows[journey.customer].mood
    row.nps = nps(mood, opinion, firm.survey_noise, z)
    if firm.writes_signals:
        signals_of_survey(world, journey, row.csat, row.ces, row.nps)


def end_shift(world: World, a: Int) -> None:
    """Write the rows of a shift that ends (or is cut by the horizon) now, and of its break."""
    agent = world.agents.rows[a]
    end_pause(world, agent)
    row = world.shift_rows.rows[new_shift_row(world)]
    row.agent = agent.number
    row.team = agent.team
    row.on_s = agent.on_s
    row.off_s = world.now
    row.break_s = agent.break_s
    row.busy_s = agent.busy_s + (world.now - agent.busy_since if agent.load else 0.0)
    row.talk_s = agent.talk_s
    row.search_s = agent.search_s
    row.wrap_up_s = agent.wrap_up_s
    row.contacts = agent.contacts


def end_pause(world: World, agent: Agent) -> None:
    """Write the row of the break that the agent is on, if any."""
    if agent.break_at >= 0.0:
        row = world.break_rows.rows[new_break_row(world)]
        row.agent = agent.number
        row.team = agent.team
        row.start_s = agent.break_at
        row.end_s = world.now
        agent.break_s += world.now - agent.break_at
        agent.break_at = -1.0
