"""Gymnasium environments: ``optichannel/Journey-v0`` and its variants, ``optichannel/Staffing-v0``.

The names below are imported when they are first used, and with them Gymnasium; importing ``sim``
registers the environments without it (``sim.env.registration``).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
_FOUND_IN = {
    "JourneyEnv": "journey",
    "JourneyVectorEnv": "vector",
    "MultiObjectiveJourneyEnv": "multi_objective",
    "StaffingEnv": "staffing",
    "load_snapshot": "snapshot",
    "save_snapshot": "snapshot",
}


def __getattr__(name: str) -> Any:
    if name not in _FOUND_IN:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_FOUND_IN[name]}"), name)
