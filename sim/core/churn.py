"""Moods, churn clocks and departures."""

from __future__ import annotations

from math import log
from typing import Final

from sim.behaviour.customers import mood_after
from sim.behaviour.normal import normal_quantile
from sim.behaviour.retention import hazard_rate
from sim.core.accessors import (
    new_churn_row,
    new_mood_row,
)
from sim.core.codes import DONE, ENDLESS, NEW, ON_CANCEL_CALL, ON_CHURN, QUEUED, RANK_OURS
from sim.core.ledger import change_margin
from sim.core.lines import leave_line
from sim.core.opening import next_opening, week_s
from sim.core.records.bundles import World
from sim.core.records.state import Customer, Journey
from sim.core.rows import close_journey, leg_effort, record
from sim.core.storage import FloatArray, IntArray, schedule
from sim.native_types import Float, Int
from sim.population.draws import TRAIT_CHURN_THRESHOLD, uniform
from sim.register.codes import (
    DEPARTS_NOT,
    DEPARTS_SILENTLY,
    JOURNEY_CHURNED,
    LEFT,
)

SLACK: Final = 1.000000001  # for rounding: `arm` decides


def change_mood(world: World, who: Int, customer: Customer, by: Float) -> None:
    """Change a mood; on the hazard clock, settle the hazard first and re-arm the clock."""
    firm = world.firm
    before = customer.mood
    customer.mood = mood_after(before, by, firm.mood_limit)
    if world.logs_moods:
        log_mood(world, who, customer, before, 0)
    if not firm.hazard_clock:
        return
    effect = firm.mood_effect
    passed = world.now - customer.hazard_at
    customer.hazard += hazard_rate(customer.base, effect, before) * passed
    customer.hazard_at = world.now
    rate = hazard_rate(customer.base, effect, customer.mood)
    # Only what may fall before the sweep is armed: so few that the rest need not be asked.
    if customer.hazard + rate * (world.next_sweep - world.now) * SLACK >= customer.threshold:
        arm(world, who)


def log_mood(world: World, who: Int, customer: Customer, before: Float, saved: Int) -> None:
    """Write down what moves a customer's value, for who listens."""
    row = world.mood_rows.rows[new_mood_row(world)]
    row.time_s = world.now
    row.customer = who
    row.saved = saved
    row.going = is_going(customer)
    row.before = before
    row.after = customer.mood
    row.renewal_day = customer.renewal_day


def is_going(customer: Customer) -> Int:
    """Return whether a customer has left or is about to say so."""
    return not customer.alive or customer.threshold == ENDLESS


def hazard_now(world: World, customer: Customer) -> Float:
    """Return the leave-any-time hazard per second of a customer."""
    return hazard_rate(customer.base, world.firm.mood_effect, customer.mood)


def arm(world: World, who: Int) -> None:
    """Schedule the churn if it falls before the next daily sweep."""
    customer = world.customers.rows[who]
    rate = hazard_now(world, customer)
    if rate > 0.0 and customer.alive:
        left = customer.threshold - customer.hazard
        when = world.now + left / rate if left > 0.0 else world.now
        if when < world.next_sweep:
            schedule(world.calendar, when, RANK_OURS, ON_CHURN, who, 0, 0)


def on_churn(world: World, who: Int) -> None:
    """The accumulated hazard may have reached the threshold (stale entries have not)."""
    customer = world.customers.rows[who]
    if not customer.alive:
        return
    customer.hazard += hazard_now(world, customer) * (world.now - customer.hazard_at)
    customer.hazard_at = world.now
    if customer.hazard >= customer.threshold * (1.0 - 1e-12) - 1e-12:
        decide_to_leave(world, who)
    else:
        arm(world, who)


def renew_all(world: World, customers: IntArray, hazards: FloatArray, period_days: Int) -> None:
    """Renew contracts: each adds its hazard, and who has reached the threshold leaves."""
    for i in range(len(customers)):
        customer = world.customers.rows[int(customers[i])]
        customer.hazard += float(hazards[i])
        customer.renewal_day += period_days
    for i in range(len(customers)):
        who = int(customers[i])
        customer = world.customers.rows[who]
        if customer.hazard >= customer.threshold:
            decide_to_leave(world, who)


def decide_to_leave(world: World, who: Int) -> None:
    """A customer wants to leave: silently at once, or by calling to cancel."""
    customer = world.customers.rows[who]
    firm = world.firm
    if not (firm.announces and customer.announce < firm.announced_share):
        leave(world, who, DEPARTS_SILENTLY)
        return
    customer.threshold = ENDLESS
    wait_s = next_opening(world, firm.cancel_channel, week_s(world))
    schedule(world.calendar, world.now + wait_s, RANK_OURS, ON_CANCEL_CALL, who, 0, 0)


def leave(world: World, who: Int, how: Int) -> None:
    """The customer is gone: margin stops, open journeys end."""
    customer = world.customers.rows[who]
    customer.alive = 0
    customer.left_s = world.now
    change_margin(world, -customer.margin_per_s)
    _write_departure(world, who, how)
    j = customer.first_journey
    while j >= 0:
        journey = world.journeys.rows[j]
        following = journey.behind
        c = journey.contact
        if c < 0 or world.contacts.rows[c].state == DONE:
            close_journey(world, j, journey, JOURNEY_CHURNED)
        elif world.contacts.rows[c].state == NEW or world.contacts.rows[c].state == QUEUED:
            _give_up_contact(world, c, journey)
            close_journey(world, j, journey, JOURNEY_CHURNED)
        j = following


def _write_departure(world: World, who: Int, how: Int) -> None:
    row = world.churn_rows.rows[new_churn_row(world)]
    row.time_s = world.now
    row.customer = who
    row.how = how


def _give_up_contact(world: World, c: Int, journey: Journey) -> None:
    """Who has left waits no longer."""
    contact = world.contacts.rows[c]
    if contact.state == QUEUED:
        leave_line(world, contact)
    contact.state = DONE
    effort = leg_effort(world, contact, journey, world.now)
    record(world, c, contact, journey, LEFT, world.now, effort, 0.0, 0.0, 0.0)


def save(world: World, who: Int) -> None:
    """A leaver stays: a fresh threshold beyond the hazard accumulated so far."""
    customer = world.customers.rows[who]
    customer.saves += 1
    u = uniform(world.key, who, customer.saves, TRAIT_CHURN_THRESHOLD)
    customer.threshold = customer.hazard - log(u)
    _write_departure(world, who, DEPARTS_NOT)
    if world.logs_moods:
        log_mood(world, who, customer, customer.mood, 1)


def offer_response_of(world: World, customer: Customer, sd: Float) -> Float:
    """Return a customer's latent response to retention offers."""
    mean = world.firm.segments.rows[customer.segment].offer_response
    return mean + sd * normal_quantile(customer.offer_response)
