"""Temporary: which engine runs."""
import os
from importlib import import_module
from types import ModuleType


def engine() -> ModuleType:
    if os.environ.get("OPTICHANNEL_ENGINE") == "compiled":
        return import_module("sim.core._native")
    return import_module("sim.core.simulation")
