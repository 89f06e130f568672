"""What lasts in customers and moves once a week, a seventh of them each midnight."""

from __future__ import annotations

from typing import Final

from sim.behaviour.normal import normal_quantile
from sim.behaviour.retention import drift_after
from sim.core.leaving import risk_now
from sim.core.records.bundles import World
from sim.core.records.state import Customer
from sim.core.signals import read_usage
from sim.native_types import Int
from sim.population.draws import TRAIT_DRIFT, uniform

WEEK: Final = 7


def move_weekly(world: World, who: Int, customer: Customer, day: Int) -> None:
    """Let a customer drift, and note the risk of leaving for a week later.

    At midnight, with hazards settled: customer ``who`` moves on days with ``who % 7 == day % 7``.
    The drift's first value is drawn at index 0 of its address, the others by week.
    """
    firm = world.firm
    lasting = world.lasting.rows[who]
    if customer.alive:
        if firm.drifts:
            normal = normal_quantile(uniform(world.key, who, 1 + day // WEEK, TRAIT_DRIFT))
            lasting.drift = drift_after(lasting.drift, firm.drift_kept, firm.drift_new, normal)
        read_usage(world, who, customer, lasting)
        lasting.risk = risk_now(world, who, customer)
