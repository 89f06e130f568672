"""What the firm sees when a decision is to be taken: only what the regime shows.

The numbers go into the world's ``seen_…`` records. Rules read them as they stand, a view for a
policy in Python and the vector of features are made of them: one place decides what is visible.
A customer is whom the firm takes a contact's for (``known_as``); of nobody nothing is known.
"""

from __future__ import annotations

from sim.core.accessors import (
    action_at,
    channel_at,
    contact_at,
    contact_row_at,
    customer_at,
    journey_at,
    legal_at,
    queue_at,
    seen_candidate_at,
    seen_customer_at,
    seen_now_at,
    seen_profile_at,
    segment_at,
    waiting_at,
)
from sim.core.contacts import cell_of
from sim.core.intents import likeliest_intent, share_of_intent
from sim.core.knowing import (
    LOOKBACK_DAYS,
    LOOKBACK_ROWS,
    is_visible,
    last_row_of,
    segment_known,
)
from sim.core.lines import first_in_line
from sim.core.opening import week_s
from sim.core.records.bundles import World
from sim.core.records.decisions import SeenCandidate, SeenCustomer, SeenProfile
from sim.core.records.state import Contact, Journey
from sim.native_types import Float, Int, Small
from sim.population.draws import FOR_POLICY, draw
from sim.register.codes import ABANDONED, CLOSED, HANDED_OVER, RESOLVED, TRANSFERRED
from sim.tables.codes import AUTOMATED
from sim.units import DAY_S, HOUR_S, MINUTE_S, MONTH_S


def see_now(world: World) -> None:
    """See the moment; a free agent's decision has no contact, whose luck it could be."""
    now = seen_now_at(world, 0)
    now.time_s = world.now
    now.week_s = week_s(world)
    now.uniform = 0.5
    if world.pending_contact >= 0:
        now.uniform = draw(contact_at(world, world.pending_contact).luck, FOR_POLICY)


def see_customer(world: World, c: Int) -> None:
    """See the customer of a contact: who is not recognised seems to call for the first time."""
    contact = contact_at(world, c)
    journey = journey_at(world, contact.journey)
    seen = seen_customer_at(world, 0)
    seen.customer = contact.known_as
    seen.segment = -1
    seen.margin_per_month = 0.0
    if contact.known_as >= 0:
        customer = customer_at(world, contact.known_as)
        seen.segment = customer.segment
        seen.margin_per_month = customer.margin_per_s * MONTH_S
    seen.intent = contact.guess
    seen.accuracy = contact.accuracy
    seen.channel = contact.channel
    seen.automated = channel_at(world, contact.channel).kind == AUTOMATED
    seen.wait_s = 0.0
    if world.firm.prepared:
        seen.intent = likeliest_intent(world, seen.segment)
        seen.accuracy = share_of_intent(world, seen.segment, seen.intent)
    elif contact.queued_s >= 0.0:
        until_s = contact.answered_s if contact.answered_s >= 0.0 else world.now
        seen.wait_s = until_s - contact.queued_s
    _see_journey(world, contact, journey, seen)


def _see_journey(world: World, contact: Contact, journey: Journey, seen: SeenCustomer) -> None:
    """See what the rows shown say of the journey: attempts before, since when, recovery."""
    seen.attempt = 1
    seen.recovered = 0
    since_s = contact.start_s
    if journey.last_row >= 0:
        number = last_row_of(world, contact.known_as)
        for _ in range(LOOKBACK_ROWS):
            if number < 0:
                break
            row = contact_row_at(world, number)
            number = row.previous
            if row.journey == journey.id and is_visible(world, row, contact.channel):
                seen.recovered = journey.recovered
                since_s = min(since_s, row.start_s)
                if row.start_s < journey.attempt_s and _ends_an_attempt(row.coded):
                    seen.attempt += 1
    seen.journey_h = (world.now - since_s) / HOUR_S


def _ends_an_attempt(coded: Int) -> Small:
    """Return whether a leg's outcome is an attempt's: who is turned away has not had one."""
    return coded != HANDED_OVER and coded != TRANSFERRED and coded != CLOSED


def see_profile(world: World, who: Int, channel: Int) -> None:
    """See a customer's profile (-1: nobody's), from the rows that are shown on a channel."""
    seen = seen_profile_at(world, 0)
    _blank_profile(seen)
    last_s = -1.0
    wait_s = 0.0
    later: Int = -1  # the journey of the row shown before, if that row began an attempt
    number = last_row_of(world, who)
    for _ in range(LOOKBACK_ROWS):
        if number < 0:
            break
        row = contact_row_at(world, number)
        number = row.previous
        if world.now - row.released_s > LOOKBACK_DAYS * DAY_S:
            break
        if is_visible(world, row, channel):
            if seen.last_channel < 0:
                last_s = row.released_s
                seen.last_channel = row.channel
            seen.contacts += 1
            if row.coded != RESOLVED:
                seen.failures += 1
                if row.coded == ABANDONED:
                    seen.abandoned += 1
                elif row.coded == TRANSFERRED:
                    seen.transfers += 1
            if row.journey == later:
                seen.repeats += 1
            later = row.journey if row.from_channel < 0 else -1
            if row.queued_s >= 0.0:
                until_s = row.answered_s if row.answered_s >= 0.0 else row.released_s
                wait_s += until_s - row.queued_s
    if seen.contacts:
        seen.hours_since_last = (world.now - last_s) / HOUR_S
        seen.mean_wait_min = wait_s / seen.contacts / MINUTE_S


def _blank_profile(seen: SeenProfile) -> None:
    """Who has no rows that are shown."""
    seen.contacts = 0
    seen.failures = 0
    seen.abandoned = 0
    seen.hours_since_last = LOOKBACK_DAYS * DAY_S / HOUR_S
    seen.last_channel = -1
    seen.mean_wait_min = 0.0
    seen.transfers = 0
    seen.repeats = 0


def see_candidates(world: World) -> None:
    """See the heads of the queues among which an agent chooses."""
    world.n_candidates = 0
    if world.pending_agent < 0:
        return
    for i in range(world.n_legal):
        queue = action_at(world, legal_at(world, i).action).target
        _see_candidate(world, queue, seen_candidate_at(world, world.n_candidates))
        world.n_candidates += 1


def _see_candidate(world: World, number: Int, seen: SeenCandidate) -> None:
    queue = queue_at(world, number)
    contact = contact_at(world, first_in_line(world, number))
    seen.queue = number
    seen.channel = queue.channel
    seen.segment = segment_known(world, contact)
    seen.intent = contact.guess
    if world.firm.prepared:
        seen.intent = likeliest_intent(world, seen.segment)
    seen.waiting = waiting_at(world, number).n
    seen.wait_s = world.now - contact.queued_s
    seen.backlog = queue.backlog
    seen.margin_per_month = 0.0
    if contact.known_as >= 0:
        seen.margin_per_month = customer_at(world, contact.known_as).margin_per_s * MONTH_S
    seen.hazard_per_month = _usual_hazard(world, seen.segment)
    seen.mean_handle_s = channel_at(world, queue.channel).mean_handle_s
    seen.mean_patience_s = cell_of(world, seen.intent, queue.channel).mean_patience_s


def _usual_hazard(world: World, segment: Int) -> Float:
    """Return the firm's figure of a segment's churn a month, or at a renewal."""
    return world.firm.mean_hazard if segment < 0 else segment_at(world, segment).usual_hazard
