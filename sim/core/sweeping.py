"""Midnight's passes over all customers: churn clocks advance, moods and wakefulness fade.

NumPy computes the exponentials in between: see ``midnight``. A pass costs what reading all the
customers' records does, so each does all that it can.
"""

from __future__ import annotations

from sim.core.churn import arm
from sim.core.lasting import WEEK, move_weekly
from sim.core.leaving import odds_now, shift_now
from sim.core.records.bundles import World
from sim.core.records.state import Customer
from sim.core.storage import FloatArray, IntArray
from sim.native_types import Float, Int
from sim.units import DAY_S


def take_shifts(world: World, shifts: FloatArray) -> None:
    """Write down what moves each customer's log rate off the base."""
    for i in range(world.n_customers):
        shifts[i] = shift_now(world, i, world.customers.rows[i])


def settle_and_fade(
    world: World, rates: FloatArray, mood_left: Float, awake_left: Float, day: Int
) -> None:
    """Settle every churn clock, let customers fade and drift.

    ``rates``: what multiplies the base rates until now; it gets what moves the log rates from now.
    """
    for i in range(world.n_customers):
        customer = world.customers.rows[i]
        customer.hazard += customer.base * rates[i] * (world.now - customer.hazard_at)
        customer.hazard_at = world.now
        if day > 0:
            _fade(world, i, customer, mood_left, awake_left, day)
        rates[i] = shift_now(world, i, customer)


def arm_due(world: World, factors: FloatArray) -> None:
    """Arm what falls on the day that begins; ``factors`` multiply the base rates."""
    for i in range(world.n_customers):
        customer = world.customers.rows[i]
        rate = customer.base * factors[i]
        if customer.alive and customer.hazard + rate * DAY_S >= customer.threshold:
            arm(world, i)


def fade_and_take_due(
    world: World, mood_left: Float, awake_left: Float, day: Int, who: IntArray, odds: FloatArray
) -> Int:
    """Let customers fade and drift, write down whose contracts are due on the day that begins.

    Returns how many; ``odds`` gets their log-odds of leaving.
    """
    n = 0
    for i in range(world.n_customers):
        customer = world.customers.rows[i]
        _fade(world, i, customer, mood_left, awake_left, day)
        if customer.renewal_day == day and customer.alive:
            who[n] = i
            odds[n] = odds_now(world, i, customer)
            n += 1
    return n


def fade_all(world: World, mood_left: Float, awake_left: Float, day: Int) -> None:
    """Let customers fade and drift, where nobody leaves."""
    for i in range(world.n_customers):
        _fade(world, i, world.customers.rows[i], mood_left, awake_left, day)


def _fade(
    world: World, who: Int, customer: Customer, mood_left: Float, awake_left: Float, day: Int
) -> None:
    """Let mood and wakefulness fade to what is left of them; a weekday's customers drift."""
    if customer.mood != 0.0:
        customer.mood *= mood_left
    if world.firm.sleeps:
        world.lasting.rows[who].awake *= awake_left
    if world.firm.weekly and (who - day) % WEEK == 0:
        move_weekly(world, who, customer, day)
