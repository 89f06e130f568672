"""Moods, churn clocks and departures."""

from __future__ import annotations

import numpy as np

from sim.behaviour.customers import mood_after, mood_decay
from sim.behaviour.durations import normal_quantile
from sim.behaviour.retention import hazard_rate, hazard_rates, renewal_hazards
from sim.core import rows
from sim.core.state import handlers
from sim.core.state.codes import DONE, JOURNEY_CHURNED, LEFT, NEW, QUEUED
from sim.core.state.world_state import WorldState
from sim.population.streams import Trait, uniform
from sim.register.register import Departure
from sim.tables.compiled import LIVE
from sim.units import DAY_S

SLACK = 1 + 1e-9  # for rounding: `arm` decides


def change_mood(world: WorldState, customer: int, by: float) -> None:
    """Change a mood; on the hazard clock, settle the hazard first and re-arm the clock."""
    people = world.customers
    before = people.mood[customer]
    after = people.mood[customer] = mood_after(before, by, world.satisfaction.mood_limit)
    if world.watch is not None:
        world.watch.mood_changed(world, customer, before)
    if not world.hazard_clock:
        return
    base, now = people.base[customer], world.now
    passed = now - people.hazard_at[customer]
    hazard = people.hazard[customer] + hazard_rate(base, world.mood_effect, before) * passed
    people.hazard[customer], people.hazard_at[customer] = hazard, now
    rate = hazard_rate(base, world.mood_effect, after)
    # Only what may fall before the sweep is armed: so few that the rest need not be asked.
    if hazard + rate * (world.next_sweep - now) * SLACK >= people.threshold[customer]:
        arm(world, customer)


def settle_hazard(world: WorldState, customer: int) -> None:
    """Accumulate the hazard of a customer up to now."""
    people, now = world.customers, world.now
    people.hazard[customer] += hazard_now(world, customer) * (now - people.hazard_at[customer])
    people.hazard_at[customer] = now


def hazard_now(world: WorldState, customer: int) -> float:
    """Return the leave-any-time hazard per second of a customer."""
    people = world.customers
    return hazard_rate(people.base[customer], world.mood_effect, people.mood[customer])


def arm(world: WorldState, customer: int) -> None:
    """Schedule the churn if it falls before the next daily sweep."""
    people = world.customers
    rate = hazard_now(world, customer)
    if rate > 0.0 and people.alive[customer]:
        left = people.threshold[customer] - people.hazard[customer]
        when = world.now + left / rate if left > 0.0 else world.now
        if when < world.next_sweep:
            world.calendar.at(when, handlers.CHURN, customer)


def sweep(world: WorldState, day: int) -> None:
    """Let moods fade at midnight, settle every churn clock, and arm what falls on the day."""
    people = world.customers
    mood = np.frombuffer(people.mood)
    alive = np.frombuffer(people.alive, dtype=np.int8) == 1
    hazard, threshold = np.frombuffer(people.hazard), np.frombuffer(people.threshold)
    base = np.frombuffer(people.base)
    if world.hazard_clock:
        at = np.frombuffer(people.hazard_at)
        hazard += hazard_rates(base, world.mood_effect, mood) * (world.now - at)
        at[:] = world.now
    if day > 0:
        mood *= mood_decay(1, world.satisfaction.mood_half_life_days)
    if world.hazard_clock:
        rate = hazard_rates(base, world.mood_effect, mood)
        due = alive & (hazard + rate * DAY_S >= threshold)
        for customer in np.flatnonzero(due).tolist():
            arm(world, customer)
    elif world.contract_clock:
        renewal = np.frombuffer(people.renewal_day, dtype=np.int64)
        due = alive & (renewal == day)
        hazard[due] += renewal_hazards(base[due], world.mood_effect, mood[due])
        renewal[due] += world.compiled.scenario.retention.period_days
        for customer in np.flatnonzero(due & (hazard >= threshold)).tolist():
            decide_to_leave(world, customer)


def on_churn(world: WorldState, customer: int, token: int) -> None:
    """The accumulated hazard may have reached the threshold (stale entries have not)."""
    people = world.customers
    if not people.alive[customer]:
        return
    settle_hazard(world, customer)
    if people.hazard[customer] >= people.threshold[customer] * (1 - 1e-12) - 1e-12:
        decide_to_leave(world, customer)
    else:
        arm(world, customer)


def decide_to_leave(world: WorldState, customer: int) -> None:
    """A customer wants to leave: silently at once, or by calling to cancel."""
    people, rules = world.customers, world.compiled.scenario.retention
    announced = world.compiled.on.announced_churn and (
        people.announce[customer] < rules.announced_share
    )
    if not announced:
        leave(world, customer, Departure.SILENT)
        return
    people.threshold[customer] = float("inf")
    wait = world.compiled.channels.next_opening(cancel_channel(world), world.week_s())
    world.calendar.at(world.now + wait, handlers.CANCEL_CALL, customer)


def cancel_channel(world: WorldState) -> int:
    """Return the channel for cancellation: the first enabled live one, else the first open."""
    channels = world.compiled.channels
    live = [c for c in range(channels.n) if channels.kind[c] == LIVE and channels.enabled[c]]
    return live[0] if live else next(c for c in range(channels.n) if channels.chosen[c])


def leave(world: WorldState, customer: int, how: int) -> None:
    """The customer is gone: margin stops, open journeys end."""
    people = world.customers
    people.alive[customer] = 0
    people.left_s[customer] = world.now
    world.ledger.flow(world.ledger.margin, -people.margin_per_s[customer], world.now)
    world.register.churn.append((world.now, customer, how))
    for journey in list(world.open_journeys.get(customer, ())):
        contact = journey.contact
        if contact is not None and contact.state in (NEW, QUEUED):
            if contact.state == QUEUED:
                world.waiting[contact.queue] -= 1
            contact.state = DONE
            effort = rows.leg_effort(world, contact, world.now)
            rows.record(world, contact, LEFT, world.now, effort, 0.0, 0.0, 0.0)
            rows.close(world, journey, JOURNEY_CHURNED)
        elif contact is None or contact.state == DONE:
            rows.close(world, journey, JOURNEY_CHURNED)


def saved(world: WorldState, customer: int) -> None:
    """A leaver stays: a fresh threshold beyond the hazard accumulated so far."""
    people = world.customers
    people.saves[customer] += 1
    u = uniform(world.key, customer, people.saves[customer], Trait.CHURN_THRESHOLD)
    people.threshold[customer] = people.hazard[customer] - float(np.log(u))
    world.register.churn.append((world.now, customer, Departure.SAVED))
    if world.watch is not None:
        world.watch.stayed(world, customer)


def offer_response(world: WorldState, customer: int, sd: float) -> float:
    """Return a customer's latent response to retention offers."""
    people = world.customers
    mean = world.compiled.offer_response[people.segment[customer]]
    return mean + sd * normal_quantile(people.offer_response[customer])
