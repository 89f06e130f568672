"""The pass over all customers at midnight: churn clocks advance, moods and wakefulness fade.

NumPy computes the exponentials in between: see ``midnight``.
"""

from __future__ import annotations

from sim.core.churn import arm
from sim.core.lasting import weekly
from sim.core.leaving import odds_now, shift_now
from sim.core.records.bundles import World
from sim.core.storage import FloatArray, IntArray
from sim.native_types import Float, Int
from sim.units import DAY_S


def take_shifts(world: World, shifts: FloatArray) -> None:
    """Write down what moves each customer's log rate off the base."""
    for i in range(world.n_customers):
        shifts[i] = shift_now(world, i, world.customers.rows[i])


def settle_hazards(world: World, factors: FloatArray) -> None:
    """Settle every churn clock; ``factors`` multiply the base rates."""
    for i in range(world.n_customers):
        customer = world.customers.rows[i]
        customer.hazard += customer.base * factors[i] * (world.now - customer.hazard_at)
        customer.hazard_at = world.now


def fade_and_drift(world: World, mood_left: Float, awake_left: Float, day: Int) -> None:
    """Let moods and wakefulness fade to what is left of them, and a weekday's customers drift."""
    for i in range(world.n_customers):
        customer = world.customers.rows[i]
        if customer.mood != 0.0:
            customer.mood *= mood_left
    if world.firm.sleeps:
        for i in range(world.n_customers):
            world.lasting.rows[i].awake *= awake_left
    weekly(world, day)


def arm_due(world: World, factors: FloatArray) -> None:
    """Arm what falls on the day that begins; ``factors`` as above."""
    for i in range(world.n_customers):
        customer = world.customers.rows[i]
        rate = customer.base * factors[i]
        if customer.alive and customer.hazard + rate * DAY_S >= customer.threshold:
            arm(world, i)


def take_due(world: World, day: Int, who: IntArray, odds: FloatArray) -> Int:
    """Write down whose contracts are due on a day, and their log-odds; return how many."""
    n = 0
    for i in range(world.n_customers):
        customer = world.customers.rows[i]
        if customer.renewal_day == day and customer.alive:
            who[n] = i
            odds[n] = odds_now(world, i, customer)
            n += 1
    return n
