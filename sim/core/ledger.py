"""Money as it comes and goes: discounted sums, and flows as a rate with a correction.

The value of a flow at a time is rate × D(t) + correction, D(t) the present value of one unit a
second from 0 to t: no accrual steps.
"""

from __future__ import annotations

from sim.behaviour.money import annuity, discount_factor
from sim.core.records.bundles import World
from sim.native_types import Float


def discount_at(world: World, time_s: Float) -> Float:
    """Return the present value of one unit of money at a time."""
    return discount_factor(time_s, world.firm.discount_per_s)


def change_margin(world: World, by: Float) -> None:
    """Change the flow of margins by so much a second, from now on."""
    world.margin_rate += by
    world.margin_correction -= by * annuity(world.now, world.firm.discount_per_s)


def change_staff(world: World, by: Float) -> None:
    """Change the flow of wages by so much a second, from now on."""
    world.staff_rate += by
    world.staff_correction -= by * annuity(world.now, world.firm.discount_per_s)
