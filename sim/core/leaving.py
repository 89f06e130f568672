"""How likely customers are to leave, by all that moves it, and why those leave who do."""

from __future__ import annotations

from sim.behaviour.retention import (
    churn_log_odds,
    hazard_rate,
    reason_weight,
    renewal_probability,
    sleep_of,
)
from sim.core.records.bundles import World
from sim.core.records.state import Customer
from sim.core.storage import whole
from sim.native_types import Float, Int, Small
from sim.population.draws import TRAIT_REASON, TRAIT_STATED, uniform


def drift_now(world: World, who: Int) -> Float:
    """Return the drift of a customer's log-odds of leaving."""
    return world.lasting.rows[who].drift if world.firm.drifts else 0.0


def sleep_now(world: World, who: Int) -> Float:
    """Return what sleep takes off a customer's log-odds of leaving."""
    if not world.firm.sleeps:
        return 0.0
    lasting = world.lasting.rows[who]
    return sleep_of(world.firm.sleep_depth, lasting.asleep, lasting.awake)


def shift_now(world: World, who: Int, customer: Customer) -> Float:
    """Return what moves a customer's log-odds of leaving off the base."""
    firm = world.firm
    drift = world.lasting.rows[who].drift if firm.drifts else 0.0
    sleep = sleep_now(world, who) if firm.sleeps else 0.0
    return churn_log_odds(0.0, firm.mood_effect, customer.mood, drift, sleep)


def odds_now(world: World, who: Int, customer: Customer) -> Float:
    """Return a customer's log-odds of leaving at a renewal now."""
    drift = drift_now(world, who)
    sleep = sleep_now(world, who)
    return churn_log_odds(customer.base, world.firm.mood_effect, customer.mood, drift, sleep)


def hazard_now(world: World, who: Int, customer: Customer) -> Float:
    """Return the leave-any-time hazard per second of a customer."""
    firm = world.firm  # for every change of a mood: no call where there is nothing to ask
    drift = world.lasting.rows[who].drift if firm.drifts else 0.0
    sleep = sleep_now(world, who) if firm.sleeps else 0.0
    return hazard_rate(customer.base, firm.mood_effect, customer.mood, drift, sleep)


def renewal_churn_now(world: World, who: Int, customer: Customer) -> Float:
    """Return how probably a customer would leave at a renewal now."""
    drift = drift_now(world, who)
    sleep = sleep_now(world, who)
    return renewal_probability(customer.base, world.firm.mood_effect, customer.mood, drift, sleep)


def risk_now(world: World, who: Int, customer: Customer) -> Float:
    """Return a customer's log-odds of leaving, less the mean of the segment without moods."""
    firm = world.firm
    base = customer.base if firm.contract_clock else 0.0
    drift = drift_now(world, who)
    sleep = sleep_now(world, who)
    odds = churn_log_odds(base, firm.mood_effect, customer.mood, drift, sleep)
    return odds - world.firm.segments.rows[customer.segment].mean_log_odds


def reason_now(world: World, who: Int, customer: Customer, number: Int) -> Small:
    """Return for which concern a customer wants to leave, the ``number``-th time; -1: for none."""
    n = world.firm.n_concerns
    if n == 0:
        return -1
    total = 0.0
    for j in range(n):
        total += _reason_weight(world, who, customer, j)
    left = uniform(world.key, who, number, TRAIT_REASON) * total
    for j in range(n):
        left -= _reason_weight(world, who, customer, j)
        if left < 0.0:
            return j
    return n - 1


def _reason_weight(world: World, who: Int, customer: Customer, j: Int) -> Float:
    concern = world.firm.concern_rules.rows[j]
    own = world.firm.concern_own if world.lasting.rows[who].concern == j else 1.0
    return reason_weight(concern.weight, own, concern.mood_effect, customer.mood)


def stated_reason(world: World, who: Int, reason: Int, number: Int) -> Small:
    """Return the concern that a leaver states when asked: rightly, or another."""
    firm = world.firm
    if reason < 0:
        return -1
    u = uniform(world.key, who, number, TRAIT_STATED)
    if u < firm.stated_right or firm.n_concerns == 1:
        return reason
    if firm.stated_otherwise >= 0:
        return firm.stated_otherwise
    others = firm.n_concerns - 1
    other = min(whole((u - firm.stated_right) / (1.0 - firm.stated_right) * others), others - 1)
    return other if other < reason else other + 1
