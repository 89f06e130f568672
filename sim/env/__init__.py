"""Gymnasium environments: ``optichannel/Journey-v0`` and its variants, ``optichannel/Staffing-v0``.

Importing this package imports Gymnasium; importing ``sim`` alone registers the environments without
importing it (``sim.registration``).
"""

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
