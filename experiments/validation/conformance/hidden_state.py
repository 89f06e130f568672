"""What an object leads to: a walk over references, to prove that hidden state is out of reach."""

from __future__ import annotations

import gc
import sys
from collections import deque
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, MethodType, ModuleType
from typing import Any

_LEAVES = (int, float, complex, str, bytes, bool, type(None), ModuleType, CodeType, FrameType)
_TESTS = ("_pytest", "pluggy", "pytest")  # a policy in a test file is near pytest's own caches
_OWN = ("builtins", "abc", "typing", "sim", "enum", "pydantic", "numpy", "scipy", "torch")


def first_reachable(root: Any, forbidden: tuple[type, ...], harmless: tuple[type, ...] = ()) -> str:
    """Return how ``root`` leads to an instance of a forbidden type; empty if it does not.

    What is ``harmless`` is not followed: it holds nothing but what views have shown.

    Follows attributes, containers, closures, defaults, class attributes, and the globals of the
    modules in which the root's classes are written (not those of other modules).
    """
    start = [("", root)]
    for cls in type(root).__mro__:
        start += [(f" class {cls.__name__}", cls)] if _foreign(cls) else []
        start += [(f" global {k}", v) for k, v in _globals(cls)]
    seen = {id(root)}
    todo = deque(start)
    while todo:
        path, item = todo.popleft()
        if isinstance(item, forbidden):
            return f"{type(root).__name__}{path}: {type(item).__name__}"
        for name, part in _parts(item):
            if id(part) not in seen and not isinstance(part, (*_LEAVES, *harmless)):
                seen.add(id(part))
                todo.append((f"{path}{name}", part))
    return ""


def _foreign(cls: type) -> bool:
    return cls.__module__.partition(".")[0] not in _OWN


def _globals(cls: type) -> list[tuple[str, Any]]:
    if not _foreign(cls):
        return []
    module = vars(sys.modules.get(cls.__module__, sys))
    return [(k, v) for k, v in module.items() if not isinstance(v, (*_LEAVES, type))]


def _parts(item: Any) -> list[tuple[str, Any]]:
    """Return what an object refers to, with how it is reached."""
    if type(item).__module__.partition(".")[0] in _TESTS:
        return []
    if isinstance(item, FunctionType):
        cells = [c.cell_contents for c in item.__closure__ or () if _filled(c)]
        return [(" closure", c) for c in (*cells, *(item.__defaults__ or ()))]
    if isinstance(item, MethodType):
        return [("", item.__self__), ("", item.__func__)]
    if isinstance(item, BuiltinFunctionType):
        return [("", item.__self__)]
    if isinstance(item, type):
        return [(f".{k}", v) for k, v in vars(item).items()] if _foreign(item) else []
    if isinstance(item, dict):
        return [(f"[{k!r:.40}]", v) for k, v in item.items()] + [(" key", k) for k in item]
    named = getattr(item, "__dict__", None)
    if isinstance(named, dict):
        own = [(f".{k}", v) for k, v in named.items()]
        return own + [("", part) for part in gc.get_referents(item) if part is not named]
    return [("", part) for part in gc.get_referents(item)]


def _filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018  (an empty cell raises)
    except ValueError:
        return False
    return True
