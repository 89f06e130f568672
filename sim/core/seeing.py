"""What the firm sees when a decision is to be taken: only what the regime shows.

The numbers go into the world's ``seen_…`` records. Rules read them as they stand, a view for a
policy in Python and the vector of features are made of them: one place decides what is visible.
"""

from __future__ import annotations

from typing import Final

from sim.behaviour.agents import expected_wait
from sim.behaviour.customers import mood_decay
from sim.behaviour.retention import hazard_rate, log_odds, renewal_probability
from sim.core.accessors import (
    action_at,
    channel_at,
    contact_at,
    contact_row_at,
    customer_at,
    duty_at,
    journey_at,
    legal_at,
    link_at,
    queue_at,
    seen_candidate_at,
    seen_customer_at,
    seen_load_at,
    seen_now_at,
    seen_profile_at,
    segment_at,
    waiting_at,
)
from sim.core.contacts import cell_of
from sim.core.journeys import visible_until
from sim.core.lines import first_in_line
from sim.core.opening import takes_contacts, week_s
from sim.core.records.bundles import World
from sim.core.records.decisions import SeenCandidate, SeenLoad, SeenProfile
from sim.native_types import Float, Int
from sim.population.draws import FOR_POLICY, draw
from sim.register.codes import ABANDONED, RESOLVED
from sim.tables.codes import AUTOMATED
from sim.units import DAY_S, HOUR_S, MONTH_S

LOOKBACK_ROWS: Final = 12
LOOKBACK_DAYS: Final = 90.0


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
    firm = world.firm
    contact = contact_at(world, c)
    journey = journey_at(world, contact.journey)
    customer = customer_at(world, journey.customer)
    known = firm.identity_matched
    seen = seen_customer_at(world, 0)
    seen.customer = journey.customer
    seen.segment = customer.segment if known else -1
    seen.intent = journey.seen_intent
    seen.margin_per_month = customer.margin_per_s * MONTH_S if known else 0.0
    seen.attempt = journey.attempts if known else 1
    seen.journey_h = (world.now - (journey.start_s if known else contact.start_s)) / HOUR_S
    seen.channel = contact.channel
    seen.wait_s = 0.0
    if contact.queued_s >= 0.0:
        until_s = contact.answered_s if contact.answered_s >= 0.0 else world.now
        seen.wait_s = until_s - contact.queued_s
    seen.automated = channel_at(world, contact.channel).kind == AUTOMATED
    seen.recovered = journey.recovered


def see_profile(world: World, who: Int, channel: Int) -> None:
    """See a customer's profile, from the rows that are visible on a channel."""
    seen = seen_profile_at(world, 0)
    _blank_profile(seen)
    firm = world.firm
    until_s = visible_until(world)
    last_s = -1.0
    effort = 0.0
    mood = 0.0
    number = customer_at(world, who).last_row
    for _ in range(LOOKBACK_ROWS):
        if number < 0:
            break
        row = contact_row_at(world, number)
        number = row.previous
        if world.now - row.released_s > LOOKBACK_DAYS * DAY_S:
            break
        if row.released_s <= until_s and (firm.sees_all or row.channel == channel):
            if seen.last_channel < 0:
                last_s = row.released_s
                seen.last_channel = row.channel
            seen.contacts += 1
            if row.outcome != RESOLVED:
                seen.failures += 1
                if row.outcome == ABANDONED:
                    seen.abandoned += 1
            effort += row.effort
            fade = mood_decay((world.now - row.released_s) / DAY_S, firm.mood_half_life_days)
            mood += fade * (row.experience - firm.initial_expectation)
    if seen.contacts:
        seen.hours_since_last = (world.now - last_s) / HOUR_S
        seen.mean_effort = effort / seen.contacts
        seen.estimated_mood = mood


def _blank_profile(seen: SeenProfile) -> None:
    """Who has no visible rows."""
    seen.contacts = 0
    seen.failures = 0
    seen.abandoned = 0
    seen.hours_since_last = LOOKBACK_DAYS * DAY_S / HOUR_S
    seen.last_channel = -1
    seen.mean_effort = 0.0
    seen.estimated_mood = 0.0


def see_loads(world: World) -> None:
    """See how busy each channel is."""
    for c in range(world.firm.n_channels):
        if channel_at(world, c).queues_n:
            _see_load(world, c, seen_load_at(world, c))


def _see_load(world: World, number: Int, seen: SeenLoad) -> None:
    channel = channel_at(world, number)
    seen.waiting = 0
    seen.oldest_wait_s = 0.0
    for i in range(channel.queues_n):
        queue = link_at(world, channel.queues_first + i).number
        waiting = waiting_at(world, queue).n
        if waiting:
            seen.waiting += waiting
            waited_s = world.now - contact_at(world, first_in_line(world, queue)).queued_s
            seen.oldest_wait_s = max(seen.oldest_wait_s, waited_s)
    seen.idle = 0
    seen.on_duty = 0
    for i in range(channel.teams_n):
        duty = duty_at(world, link_at(world, channel.teams_first + i).number)
        seen.idle += duty.idle_n
        seen.on_duty += duty.duty_n
    seen.expected_wait_s = 0.0
    if seen.waiting or not seen.idle:
        servers = max(1, seen.on_duty * channel.mean_slots)
        seen.expected_wait_s = expected_wait(channel.mean_handle_s, seen.waiting, servers)
    seen.open = takes_contacts(world, number)


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
    journey = journey_at(world, contact.journey)
    customer = customer_at(world, journey.customer)
    known = world.firm.identity_matched
    seen.queue = number
    seen.channel = queue.channel
    # Before a human or automation has heard them, the firm knows what it believes.
    seen.intent = contact.recognised if contact.from_channel >= 0 else journey.seen_intent
    seen.segment = customer.segment if known else -1
    seen.waiting = waiting_at(world, number).n
    seen.wait_s = world.now - contact.queued_s
    seen.backlog = queue.backlog
    seen.margin_per_month = customer.margin_per_s * MONTH_S if known else 0.0
    mood = 0.0
    if known:
        see_profile(world, journey.customer, contact.channel)
        mood = seen_profile_at(world, 0).estimated_mood
    seen.hazard_per_month = _usual_hazard(world, seen.segment, mood)
    seen.mean_handle_s = channel_at(world, queue.channel).mean_handle_s
    seen.mean_patience_s = cell_of(world, seen.intent, queue.channel).mean_patience_s


def _usual_hazard(world: World, segment: Int, mood: Float) -> Float:
    """Return the firm's estimate of a customer's churn hazard per month."""
    firm = world.firm
    base = firm.mean_hazard if segment < 0 else segment_at(world, segment).usual_hazard
    if firm.contract_clock and base > 0.0 and base < 1.0:
        return renewal_probability(log_odds(base), firm.mood_effect, mood)
    return hazard_rate(base, firm.mood_effect, mood)
