"""What lasts in customers and moves once a week, a seventh of them each midnight."""

from __future__ import annotations

from typing import Final

from sim.behaviour.normal import normal_quantile
from sim.behaviour.retention import drift_after
from sim.core.leaving import risk_now
from sim.core.records.bundles import World
from sim.core.signals import read_usage
from sim.native_types import Int
from sim.population.draws import TRAIT_DRIFT, uniform

WEEK: Final = 7


def weekly(world: World, day: Int) -> None:
    """Let the customers of a weekday drift, and note their risk of leaving for a week later.

    At midnight, with hazards settled: customer ``number`` moves on days with ``number % 7 ==
    day % 7``. The drift's first value is drawn at index 0 of its address, the others by week.
    """
    firm = world.firm
    if not firm.weekly:
        return
    who = day % WEEK
    while who < world.n_customers:
        customer = world.customers.rows[who]
        if customer.alive:
            lasting = world.lasting.rows[who]
            if firm.drifts:
                u = uniform(world.key, who, 1 + day // WEEK, TRAIT_DRIFT)
                normal = normal_quantile(u)
                lasting.drift = drift_after(lasting.drift, firm.drift_kept, firm.drift_new, normal)
            read_usage(world, who, customer, lasting)
            lasting.risk = risk_now(world, who, customer)
        who += WEEK
