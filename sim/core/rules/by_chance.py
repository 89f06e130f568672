"""Any sensible action, each equally likely."""

from __future__ import annotations

from typing import Final

from sim.core.accessors import legal_at, seen_customer_at, seen_now_at
from sim.core.records.bundles import World
from sim.core.rules.figures import is_sensible
from sim.core.storage import whole
from sim.native_types import Small

GOLDEN: Final = 0.6180339887498949
STRETCH: Final = 1009  # by which each kind of decision draws anew from one uniform


def by_chance(world: World) -> Small:
    """Return the action of rule ``random``: any but steering to where nobody can help.

    From the contact's own luck; a free agent's choice has none, its luck comes from the time.
    """
    now = seen_now_at(world, 0)
    if world.pending_contact < 0:
        luck = now.time_s * 1000.0 * GOLDEN % 1.0
    else:
        luck = now.uniform * (1 + STRETCH * world.pending_kind) % 1.0
    intent = seen_customer_at(world, 0).intent
    n = 0
    for i in range(world.n_legal):
        n += is_sensible(world, legal_at(world, i).action, intent)
    chosen = whole(luck * n)
    for i in range(world.n_legal):
        action = legal_at(world, i).action
        if is_sensible(world, action, intent):
            if chosen == 0:
                return action
            chosen -= 1
    return world.default_action
