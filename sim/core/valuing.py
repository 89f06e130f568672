"""What an entry decision was worth under the true chances, whoever took it.

The rule that values (``best_channel`` with its defaults, knowing the traits) is one for all
policies, so that their decisions are measured in one money: what the action taken is expected to
bring less than the best there was, one step ahead. Measured against the customer's own choice,
policies could not be compared: who serves well has fewer and easier contacts to decide on, and
customers whose own choices are good.
"""

from __future__ import annotations

from sim.core.accessors import contact_at, customer_at, journey_at, legal_at, rule_at, worth_at
from sim.core.codes import DECIDE_ENTRY
from sim.core.loads import see_true_loads
from sim.core.records.bundles import World
from sim.core.rules.best_channel import by_best_channel
from sim.core.seeing import see_customer, see_now
from sim.core.truth import see_traits
from sim.native_types import Float, Int


def decision_value(world: World, action: Int) -> Float:
    """Return the money that an action is worth more than the best, of an entry: 0 or less; else 0.

    What a rule has seen and thought is written over: nothing of it is needed any more.
    """
    if world.pending_kind != DECIDE_ENTRY:
        return 0.0
    contact = contact_at(world, world.pending_contact)
    journey = journey_at(world, contact.journey)
    see_now(world)
    see_true_loads(world)
    see_customer(world, world.pending_contact)
    see_traits(world, journey, customer_at(world, journey.customer))
    best = by_best_channel(world, rule_at(world, world.valued_by).at)
    value = 0.0
    for i in range(world.n_legal):
        if legal_at(world, i).action == action:
            value += worth_at(world, i).money
        if legal_at(world, i).action == best:
            value -= worth_at(world, i).money
    return value
