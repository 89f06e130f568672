"""Public faces: packages whose names are imported when they are first used."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def lazy(
    package: str, rooms: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return a package's `__getattr__` and `__dir__` (PEP 562), so that importing it costs nothing.

    Args:
        package: the package's name, its `__name__`.
        rooms: the public names by the module that holds them. A module inside the package may not
            have the name of what is public: once imported, it would stand in its place.
    """
    found_in = {name: module for module, names in rooms.items() for name in names}
    face = vars(sys.modules[package])

    def get(name: str) -> Any:
        if name not in found_in:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        face[name] = getattr(import_module(found_in[name]), name)
        return face[name]

    return get, lambda: sorted({*face, *found_in})
