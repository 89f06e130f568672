"""Contacts: how one begins, and how it ends: what the customer feels and buys."""

from __future__ import annotations

from sim.behaviour.customers import adapted, experience, tone_penalty
from sim.core.accessors import (
    new_contact,
    new_luck_row,
    new_question,
)
from sim.core.churn import change_mood, is_going
from sim.core.codes import DECIDE_WRAP_UP, DONE, QUEUED, STALE
from sim.core.lessons import learns_from_attempt
from sim.core.lines import leave_line
from sim.core.records.bundles import World
from sim.core.records.rules import Cell, Pair
from sim.core.records.state import Contact, Journey
from sim.core.returning import after_contact, gave_up_waiting
from sim.core.rows import close_journey, drop_contact, leg_effort, leg_ended, record
from sim.native_types import Float, Int, Small
from sim.population.draws import FOR_SALE, draw
from sim.register.codes import (
    ABANDONED,
    CLOSED,
    JOURNEY_CHURNED,
    JOURNEY_RESOLVED,
    RESOLVED,
)
from sim.tables.codes import ASYNCHRONOUS


def pair_of(world: World, journey: Journey) -> Pair:
    """Return the rules for a journey's segment and intent."""
    return world.firm.pairs.rows[journey.segment * world.firm.n_intents + journey.intent]


def cell_of(world: World, intent: Int, channel: Int) -> Cell:
    """Return the rules for an intent on a channel."""
    return world.firm.cells.rows[intent * world.firm.n_channels + channel]


def put_on_agenda(world: World, kind: Int, c: Int, a: Int, outcome: Int) -> None:
    """Let a decision be taken in this moment, after those that wait already."""
    q = new_question(world)
    question = world.agenda.rows[q]
    question.kind = kind
    question.contact = c
    question.agent = a
    question.outcome = outcome
    if world.agenda_last < 0:
        world.agenda_first = q
    else:
        world.agenda.rows[world.agenda_last].behind = q
    world.agenda_last = q


def ended(
    world: World, c: Int, contact: Contact, journey: Journey, outcome: Int, released_s: Float
) -> None:
    """An attempt is over: satisfaction, expectation, churn clock, sale, row, wrap-up."""
    firm = world.firm
    customer = world.customers.rows[journey.customer]
    contact.state = DONE
    effort = leg_effort(world, contact, journey, released_s)
    if outcome == ABANDONED:
        effort += firm.abandon_effort
    journey.effort += effort
    resolved = outcome == RESOLVED
    felt = _felt(world, journey, contact, resolved, effort + contact.carried)
    gap = felt - customer.expectation
    if firm.adapts:
        customer.expectation = adapted(customer.expectation, felt, firm.adaptation)
    if customer.alive:
        change = pair_of(world, journey).mood_weight * gap
        if journey.recovered and not resolved:
            change -= firm.double_failure
        change_mood(world, journey.customer, customer, change)
    journey.experience += felt
    if firm.customers_learn:
        learns_from_attempt(world, contact, journey, resolved)
    sale = _sale(world, contact, journey) if resolved and firm.sells else 0.0
    record(world, c, contact, journey, outcome, released_s, effort, felt, gap, sale)
    seems = world.contact_rows.rows[journey.last_row].coded  # decisions follow what is known
    if resolved and seems == RESOLVED and not firm.surveys_each:  # nothing to decide
        if customer.alive and not journey.cancel:
            close_journey(world, contact.journey, journey, JOURNEY_RESOLVED)
        else:
            after_contact(world, c, outcome, 0)
    else:
        put_on_agenda(world, DECIDE_WRAP_UP, c, -1, outcome)


def _felt(
    world: World, journey: Journey, contact: Contact, resolved: Small, effort: Float
) -> Float:
    """Return the experience of a contact."""
    firm = world.firm
    penalty = 0.0
    if journey.last_channel >= 0:
        tone = world.firm.channels.rows[contact.channel].tone
        penalty = tone_penalty(
            tone, world.firm.channels.rows[journey.last_channel].tone, firm.tone_weight
        )
    journey.last_channel = contact.channel
    outcome = firm.resolved if resolved else firm.unresolved
    return experience(outcome, effort, firm.effort_weight, penalty)


def _sale(world: World, contact: Contact, journey: Journey) -> Float:
    intent = world.firm.intents.rows[journey.intent]
    if not intent.sells:
        return 0.0
    channel = world.firm.channels.rows[contact.channel]
    probability = intent.sale_probability * channel.sale_factor
    margin = intent.sale_margin * channel.margin_factor
    sold = margin if draw(contact.luck, FOR_SALE) < probability else 0.0
    if world.logs_luck:
        log_luck(world, contact, 1, min(1.0, probability) * margin, sold)
    return sold


def log_luck(world: World, contact: Contact, sale: Int, expected: Float, came: Float) -> None:
    """Write down the chance behind what happened, for who listens."""
    journey = world.journeys.rows[contact.journey]
    customer = world.customers.rows[journey.customer]
    row = world.luck_rows.rows[new_luck_row(world)]
    row.time_s = world.now
    row.customer = journey.customer
    row.segment = journey.segment
    row.intent = journey.intent
    row.channel = contact.channel
    row.attempt = journey.attempts
    row.sale = sale
    row.expected = expected
    row.came = came
    row.mood = customer.mood
    row.going = is_going(customer)
    row.renewal_day = customer.renewal_day


def succeeds(world: World, contact: Contact, probability: Float, u: Float) -> Small:
    """Return whether an attempt to resolve a contact succeeds at the uniform ``u``."""
    if world.logs_luck:
        log_luck(world, contact, 0, min(1.0, probability), 1.0 if u < probability else 0.0)
    return u < probability


def on_hang_up(world: World, c: Int, id: Int) -> None:
    """Patience is over: a caller abandons; an e-mail customer tries something else."""
    contact = world.contacts.rows[c]
    if contact.id != id or contact.state != QUEUED:
        return
    if world.firm.channels.rows[contact.channel].kind == ASYNCHRONOUS:
        contact.state = STALE
        gave_up_waiting(world, c)
        return
    leave_line(world, contact)
    ended(world, c, contact, world.journeys.rows[contact.journey], ABANDONED, world.now)


def turned_away(world: World, c: Int) -> None:
    """The channel is closed, or closes on who waits: a wasted effort, and another go later."""
    leg_ended(world, c, CLOSED, world.now)
    contact = world.contacts.rows[c]
    who = world.journeys.rows[contact.journey].customer
    customer = world.customers.rows[who]
    weight = world.firm.segments.rows[customer.segment].sensitivity
    change_mood(world, who, customer, -weight * contact.carried)
    after_contact(world, c, CLOSED, 0)


def journey_over(world: World, c: Int) -> Small:
    """Close the journey if its customer has left meanwhile; return whether it was closed."""
    j = world.contacts.rows[c].journey
    journey = world.journeys.rows[j]
    if world.customers.rows[journey.customer].alive:
        return 0
    close_journey(world, j, journey, JOURNEY_CHURNED)
    drop_contact(world, c)
    return 1


def new_leg(world: World, j: Int, journey: Journey, requested: Int, channel: Int) -> Small:
    """Return a new contact of a journey, for which its customer waits now."""
    c = new_contact(world)
    contact = world.contacts.rows[c]
    contact.id = world.n_contacts
    contact.journey = j
    contact.requested = requested
    contact.channel = channel
    contact.start_s = world.now
    contact.luck = journey.luck
    contact.recognised = journey.intent
    contact.known_as = journey.customer
    contact.guess = journey.intent
    contact.guessed = journey.intent
    world.n_contacts += 1
    journey.contact = c
    journey.legs += 1
    return c


def next_leg(world: World, c: Int, channel: Int) -> Small:
    """Return the next leg of the same attempt."""
    contact = world.contacts.rows[c]
    journey = world.journeys.rows[contact.journey]
    following = new_leg(world, contact.journey, journey, contact.requested, channel)
    follow = world.contacts.rows[following]
    follow.luck = contact.luck
    follow.from_channel = contact.channel
    follow.steering = contact.steering
    follow.carried = contact.carried
    follow.known_as = contact.known_as
    follow.repeats = contact.repeats
    follow.guess = contact.guess
    follow.guessed = contact.guessed
    follow.accuracy = contact.accuracy
    follow.heard = contact.heard
    return following
