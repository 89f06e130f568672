"""Any legal action, each equally likely."""

from __future__ import annotations

from typing import Final

from sim.core.accessors import legal_at, seen_now_at
from sim.core.records.bundles import World
from sim.core.storage import whole
from sim.native_types import Small

GOLDEN: Final = 0.6180339887498949
STRETCH: Final = 1009  # by which each kind of decision draws anew from one uniform


def by_chance(world: World) -> Small:
    """Return the action of rule ``random``.

    From the contact's own luck; a free agent's choice has none, its luck comes from the time.
    """
    now = seen_now_at(world, 0)
    if world.pending_contact < 0:
        luck = now.time_s * 1000.0 * GOLDEN % 1.0
    else:
        luck = now.uniform * (1 + STRETCH * world.pending_kind) % 1.0
    return legal_at(world, whole(luck * world.n_legal)).action
