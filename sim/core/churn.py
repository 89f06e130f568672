"""Moods, churn clocks and departures."""

from __future__ import annotations

from math import log
from typing import Final

from sim.behaviour.customers import mood_after
from sim.behaviour.normal import normal_quantile
from sim.behaviour.retention import woken
from sim.core.accessors import (
    new_churn_row,
    new_mood_row,
)
from sim.core.calendar import schedule
from sim.core.codes import DONE, ENDLESS, NEW, ON_CANCEL_CALL, ON_CHURN, QUEUED, RANK_OURS
from sim.core.leaving import drift_now, hazard_now, reason_now, stated_reason
from sim.core.ledger import change_margin
from sim.core.lines import leave_line
from sim.core.opening import next_opening, week_s
from sim.core.records.bundles import World
from sim.core.records.state import Customer, Journey
from sim.core.rows import close_journey, leg_effort, record
from sim.core.storage import FloatArray, IntArray
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
    if firm.hazard_clock:
        settle_hazard(world, who, customer)
    before = customer.mood
    customer.mood = mood_after(before, by, firm.mood_limit)
    if world.logs_moods:
        log_mood(world, who, customer, before, awake_of(world, who), 0)
    if firm.hazard_clock:
        arm_soon(world, who, customer)


def wake(world: World, who: Int, customer: Customer, by: Float) -> None:
    """Wake a customer who does not think of leaving, by a share of the sleep."""
    firm = world.firm
    if not firm.sleeps or not world.lasting.rows[who].asleep:
        return
    if firm.hazard_clock:
        settle_hazard(world, who, customer)
    lasting = world.lasting.rows[who]
    before = lasting.awake
    lasting.awake = woken(before, by)
    if world.logs_moods:
        log_mood(world, who, customer, customer.mood, before, 0)
    if firm.hazard_clock:
        arm_soon(world, who, customer)


def awake_of(world: World, who: Int) -> Float:
    """Return how awake a sleeper is."""
    return world.lasting.rows[who].awake if world.firm.sleeps else 0.0


def settle_hazard(world: World, who: Int, customer: Customer) -> None:
    """Add the hazard since it was last settled, before something moves it."""
    customer.hazard += hazard_now(world, who, customer) * (world.now - customer.hazard_at)
    customer.hazard_at = world.now


def arm_soon(world: World, who: Int, customer: Customer) -> None:
    """Arm a clock of which something has moved, where it may fall before the sweep.

    So few do that the rest need not be asked.
    """
    rate = hazard_now(world, who, customer)
    if customer.hazard + rate * (world.next_sweep - world.now) * SLACK >= customer.threshold:
        arm(world, who)


def log_mood(
    world: World, who: Int, customer: Customer, before: Float, awake_before: Float, saved: Int
) -> None:
    """Write down what moves a customer's value, for who listens."""
    row = world.mood_rows.rows[new_mood_row(world)]
    row.time_s = world.now
    row.customer = who
    row.saved = saved
    row.going = is_going(customer)
    row.before = before
    row.after = customer.mood
    row.renewal_day = customer.renewal_day
    row.drift = drift_now(world, who)
    row.awake_before = awake_before
    row.awake = awake_of(world, who)


def is_going(customer: Customer) -> Int:
    """Return whether a customer has left or is about to say so."""
    return not customer.alive or customer.threshold == ENDLESS


def arm(world: World, who: Int) -> None:
    """Schedule the churn if it falls before the next daily sweep."""
    customer = world.customers.rows[who]
    rate = hazard_now(world, who, customer)
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
    settle_hazard(world, who, customer)
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
        else:
            customer.tenure += 1


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
    """Write that somebody left, or was about to; who leaves in silence states no reason."""
    customer = world.customers.rows[who]
    reason = reason_now(world, who, customer, customer.saves)
    row = world.churn_rows.rows[new_churn_row(world)]
    row.time_s = world.now
    row.customer = who
    row.how = how
    row.reason = reason
    row.stated = -1
    if how != DEPARTS_SILENTLY:
        row.stated = stated_reason(world, who, reason, customer.saves)


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
    _write_departure(world, who, DEPARTS_NOT)
    customer.saves += 1
    if world.firm.contract_clock:
        customer.tenure += 1
    u = uniform(world.key, who, customer.saves, TRAIT_CHURN_THRESHOLD)
    customer.threshold = customer.hazard - log(u)
    if world.logs_moods:
        log_mood(world, who, customer, customer.mood, awake_of(world, who), 1)


def offer_response_of(world: World, customer: Customer, sd: Float) -> Float:
    """Return a customer's latent response to retention offers."""
    mean = world.firm.segments.rows[customer.segment].offer_response
    return mean + sd * normal_quantile(customer.offer_response)
