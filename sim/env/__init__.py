"""Gymnasium environments: `optichannel/Journey-v0` and its variants, `optichannel/Staffing-v0`.

The names are imported when they are first used, and with them Gymnasium; importing `sim` registers
the environments without it (`sim.env.registration`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.faces import lazy

if TYPE_CHECKING:
    from sim.env.journey import JourneyEnv
    from sim.env.multi_objective import MultiObjectiveJourneyEnv
    from sim.env.snapshot import load_snapshot, save_snapshot
    from sim.env.staffing import StaffingEnv
    from sim.env.vector import JourneyVectorEnv

__all__ = [
    "JourneyEnv",
    "JourneyVectorEnv",
    "MultiObjectiveJourneyEnv",
    "StaffingEnv",
    "load_snapshot",
    "save_snapshot",
]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "sim.env.journey": ["JourneyEnv"],
        "sim.env.multi_objective": ["MultiObjectiveJourneyEnv"],
        "sim.env.snapshot": ["load_snapshot", "save_snapshot"],
        "sim.env.staffing": ["StaffingEnv"],
        "sim.env.vector": ["JourneyVectorEnv"],
    },
)
