"""The money of a learner's episode: what came in since the last step, adding up exactly.

Money is the present value at the episode's start. A difference of two running totals is rounded;
what rounding leaves over is carried into the next one (two-sum: Knuth, TAOCP vol. 2, 4.2.2), so
errors do not pile up over an episode: the exact sum of all steps is the total, to the last bit.
"""

from __future__ import annotations

from typing import Final

from sim.behaviour.money import annuity
from sim.core.accessors import income_at, learner_at, partial_at
from sim.core.ledger import discount_at
from sim.core.records.bundles import World
from sim.core.records.decisions import Income, Learner
from sim.native_types import Float, Int

MARGIN: Final = 0
SALES: Final = 1
STAFF: Final = 2
CONTACT_COSTS: Final = 3
TREATMENT_COSTS: Final = 4
N_COMPONENTS: Final = 5
NET: Final = 5  # the whole, after its components


def open_books(world: World, start_s: Float) -> None:
    """Begin at a time, up to which all has come in."""
    learner = learner_at(world, 0)
    learner.scale = 1.0 / discount_at(world, start_s)
    learner.net_value = 0.0
    so_far = annuity(start_s, world.firm.discount_per_s)
    for i in range(N_COMPONENTS + 1):
        income = income_at(world, i)
        income.base = total_of(world, i, so_far)
        income.last = 0.0
        income.carry = 0.0
        income.step = 0.0


def total_of(world: World, component: Int, so_far: Float) -> Float:
    """Return the ledger's total; ``so_far``: the present value of one unit a second until now."""
    if component == MARGIN:
        return world.margin_rate * so_far + world.margin_correction
    if component == SALES:
        return world.sales
    if component == STAFF:
        return -(world.staff_rate * so_far + world.staff_correction)
    if component == CONTACT_COSTS:
        return -world.contact_costs
    if component == TREATMENT_COSTS:
        return -world.treatment_costs
    return 0.0


def book(world: World) -> None:
    """Book what has come in since the last time: each component's ``step``, and the whole's."""
    learner = learner_at(world, 0)
    so_far = annuity(world.now, world.firm.discount_per_s)
    for i in range(N_COMPONENTS):
        income = income_at(world, i)
        step_to(income, (total_of(world, i, so_far) - income.base) * learner.scale)
    learner.net_value = sum_booked(world, learner)
    step_to(income_at(world, NET), learner.net_value)


def step_to(income: Income, total: Float) -> None:
    """Book the step that leads to a total."""
    old = income.last
    step = total - old
    if step != 0.0 or income.carry != 0.0:
        back = step - total
        rest = (total - (step - back)) - (old + back) + income.carry
        if rest != 0.0:
            difference = step
            step += rest
            part = step - difference
            rest = (difference - (step - part)) + (rest - part)
        income.carry = rest
        income.last = total
    income.step = step


def sum_booked(world: World, learner: Learner) -> Float:
    """Return the sum of all that was booked of the components, rounded once."""
    learner.n_partials = 0
    for i in range(N_COMPONENTS):
        income = income_at(world, i)
        if income.last != 0.0:
            _add_exactly(world, learner, income.last)
        if income.carry != 0.0:
            _add_exactly(world, learner, -income.carry)
    return _rounded(world, learner)


def _add_exactly(world: World, learner: Learner, number: Float) -> None:
    """Add a number to partial sums that do not overlap, smallest first (Shewchuk 1997)."""
    high = number
    kept = 0
    for i in range(learner.n_partials):
        low = partial_at(world, i).value
        if abs(high) < abs(low):
            swapped = high
            high = low
            low = swapped
        total = high + low
        rest = low - (total - high)
        if rest != 0.0:
            partial_at(world, kept).value = rest
            kept += 1
        high = total
    if high != 0.0:
        partial_at(world, kept).value = high
        kept += 1
    learner.n_partials = kept


def _rounded(world: World, learner: Learner) -> Float:
    """Return the sum of the partial sums, rounded once, half to even (as ``math.fsum``)."""
    n = learner.n_partials
    if n == 0:
        return 0.0
    n -= 1
    total = partial_at(world, n).value
    rest = 0.0
    while n > 0 and rest == 0.0:
        n -= 1
        high = total
        low = partial_at(world, n).value
        total = high + low
        rest = low - (total - high)
    if n > 0 and rest != 0.0:
        below = partial_at(world, n - 1).value
        if (rest < 0.0 and below < 0.0) or (rest > 0.0 and below > 0.0):
            # Half a last place, and more of the same sign below: round away after all.
            twice = 2.0 * rest
            higher = total + twice
            if higher - total == twice:
                total = higher
    return total
