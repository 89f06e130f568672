"""Optichannel's simulator: a firm's customer journeys over many channels.

Importing it registers the Gymnasium environments, without importing Gymnasium. The names below are
imported when they are first used, so that ``import sim`` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.env.registration import register_when_loaded

if TYPE_CHECKING:
    from sim.core.world import World, simulate
    from sim.decisions.actions import Kind
    from sim.errors import InputError
    from sim.scenario import Scenario, load_scenario, scenario_names

__all__ = [
    "InputError",
    "Kind",
    "Scenario",
    "World",
    "load_scenario",
    "scenario_names",
    "simulate",
]
_FOUND_IN = {
    "InputError": "sim.errors",
    "Kind": "sim.decisions.actions",
    "Scenario": "sim.scenario",
    "World": "sim.core.world",
    "load_scenario": "sim.scenario",
    "scenario_names": "sim.scenario",
    "simulate": "sim.core.world",
}

register_when_loaded()


def __getattr__(name: str) -> Any:
    """Import a public name at its first use."""
    if name not in _FOUND_IN:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    value = getattr(import_module(_FOUND_IN[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return [*globals(), *__all__]
