"""Gymnasium's registry knows our environments, without our importing Gymnasium.

Gymnasium finds ``gym.make("sim:optichannel/Journey-v0")`` by importing ``sim``, which may have been
imported long before. So registration waits for Gymnasium: at once when it is loaded, else right
after its import, through a finder that takes itself off the import path when it has done so.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any

ENVIRONMENTS: dict[str, dict[str, Any]] = {
    "optichannel/Journey-v0": {
        "entry_point": "sim.env:JourneyEnv",
        "vector_entry_point": "sim.env:JourneyVectorEnv",
    },
    "optichannel/MultiObjectiveJourney-v0": {
        "entry_point": "sim.env:MultiObjectiveJourneyEnv",
        "disable_env_checker": True,  # it insists on scalar rewards
    },
    "optichannel/Staffing-v0": {"entry_point": "sim.env:StaffingEnv"},
}


def register_when_loaded() -> None:
    """Register the environments now if Gymnasium is loaded, else as soon as it is."""
    gymnasium = sys.modules.get("gymnasium")
    if gymnasium is not None and hasattr(gymnasium, "register"):
        register(gymnasium)
    else:
        sys.meta_path.insert(0, _Finder())


def register(gymnasium: ModuleType) -> None:
    """Register the environments that the registry does not have yet."""
    for name, entry in ENVIRONMENTS.items():
        if name not in gymnasium.envs.registration.registry:
            gymnasium.register(id=name, **entry)


class _Finder(MetaPathFinder):
    """Lets the usual finders find Gymnasium, and registers once it has been executed."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "gymnasium":
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(Loader):
    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        register(module)
