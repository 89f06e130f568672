"""Temporary: which engine runs."""

from types import ModuleType


def engine() -> ModuleType:
    from sim.core import simulation

    return simulation
