"""The pass over all customers at midnight: moods fade, churn clocks advance.

NumPy computes the exponentials in between, of those customers only whose mood is not 0: see
``midnight``.
"""

from __future__ import annotations

from sim.core.churn import arm
from sim.core.records.bundles import World
from sim.core.storage import FloatArray, IntArray
from sim.native_types import Float, Int
from sim.units import DAY_S


def take_moods(world: World, moods: FloatArray) -> Int:
    """Write down the moods that are not 0, in the order of the customers; return how many."""
    n = 0
    for i in range(world.n_customers):
        mood = world.customers.rows[i].mood
        if mood != 0.0:
            moods[n] = mood
            n += 1
    return n


def settle_hazards(world: World, before: FloatArray, after: FloatArray, fade: Float) -> None:
    """Settle every churn clock, let moods fade, and arm what falls on the day that begins.

    ``before`` and ``after`` multiply the base hazards of those whose mood is not 0, until now and
    from now on.
    """
    n = 0
    for i in range(world.n_customers):
        customer = world.customers.rows[i]
        rate = customer.base
        passed = world.now - customer.hazard_at
        if customer.mood != 0.0:
            customer.hazard += rate * before[n] * passed
            rate *= after[n]
            customer.mood *= fade
            n += 1
        else:
            customer.hazard += rate * passed
        customer.hazard_at = world.now
        if customer.alive and customer.hazard + rate * DAY_S >= customer.threshold:
            arm(world, i)


def fade_moods(world: World, fade: Float) -> None:
    """Let moods fade."""
    for i in range(world.n_customers):
        customer = world.customers.rows[i]
        if customer.mood != 0.0:
            customer.mood *= fade


def take_due(world: World, day: Int, who: IntArray, bases: FloatArray, moods: FloatArray) -> Int:
    """Write down whose contracts are due on a day, their bases and moods; return how many."""
    n = 0
    for i in range(world.n_customers):
        customer = world.customers.rows[i]
        if customer.renewal_day == day and customer.alive:
            who[n] = i
            bases[n] = customer.base
            moods[n] = customer.mood
            n += 1
    return n
