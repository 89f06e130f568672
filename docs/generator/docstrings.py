"""The model's equations and the Python interface, from signatures and docstrings."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from enum import Enum
from types import ModuleType
from typing import Any

from pydantic import BaseModel

from generator.markdown import docstring, page

FACES = ("sim", "sim.processes", "policies", "experiments")
KEYS = {"Scenario": "scenario.md", "ExperimentConfig": "experiment.md"}
"""Pages that hold the keys of what is a pydantic model."""
FEW = 12
"""So many names of a constant are listed."""


def public(module: ModuleType) -> list[tuple[str, Any]]:
    """Return a module's public functions and classes, in the order in which they are written."""
    found = [
        (name, value)
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
    ]
    return sorted(found, key=lambda pair: inspect.getsourcelines(pair[1])[1])


def signature(name: str, value: Any) -> str:
    """Return a call's signature as code, one argument a line where it is long."""
    try:
        found = inspect.signature(value)
    except (TypeError, ValueError):
        return ""
    found = found.replace(parameters=[_plain(p) for p in found.parameters.values()])
    text = f"{name}{found}".replace("'", "").replace("typing.", "")
    if len(text) > 96:
        stated = [str(p).replace("'", "") for p in found.parameters.values()]
        if any(p.kind is p.KEYWORD_ONLY for p in found.parameters.values()):
            first = next(i for i, p in enumerate(found.parameters.values())
                         if p.kind is p.KEYWORD_ONLY)  # fmt: skip
            stated.insert(first, "*")
        end = text[text.rindex(")") :] if "->" in text else ")"
        text = f"{name}(\n    " + ",\n    ".join(stated) + f",\n{end}"
    return f"```text\n{text}\n```\n\n"


class _Named:
    """A default that is shown by its name: a function's own text says where it lies in memory."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


def _plain(parameter: inspect.Parameter) -> inspect.Parameter:
    if inspect.isfunction(parameter.default):
        return parameter.replace(default=_Named(parameter.default.__name__))
    return parameter


def described(name: str, value: Any) -> str:
    """Return a public name with its signature, where that says something, and its docstring."""
    plain = inspect.isclass(value) and issubclass(value, BaseModel | BaseException | Enum)
    called = inspect.isfunction(value) or inspect.isclass(value)
    text = "" if plain or not called else signature(name, value)
    text += docstring(value) if called or inspect.ismodule(value) else _constant(value)
    if inspect.isclass(value) and value.__name__ in KEYS:
        text += f"\n\nIts keys: [{KEYS[value.__name__]}]({KEYS[value.__name__]})."
    if inspect.isclass(value) and issubclass(value, Enum):
        text += "\n\nMembers: " + ", ".join(f"`{member.name}`" for member in value) + "."
    return f"### `{name}`\n\n{text.strip()}"


def _constant(value: Any) -> str:
    names = list(value) if isinstance(value, Mapping | tuple | list) else []
    if 0 < len(names) <= FEW:
        return f"A {type(value).__name__}: " + ", ".join(f"`{name}`" for name in names) + "."
    return f"A {type(value).__name__}" + (f" of {len(names)} names." if names else ".")


def model() -> str:
    """The model's equations: the docstrings of `sim.behaviour`."""
    import sim.behaviour as package

    sections = []
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda i: i.name):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        parts = [docstring(module), f"In the code: `{module.__name__}`."]
        parts += [described(name, value) for name, value in public(module)]
        sections.append((info.name.replace("_", " ").capitalize(), "\n\n".join(parts)))
    lead = (
        f"{docstring(package)}\n\nEach function below is one equation of the model, as its "
        "docstring states it; the numbers that go in are keys of the "
        "[scenario](reference/scenario.md). A uniform number `u` comes in from outside, so "
        "that two strategies meet the same luck."
    )  # fmt: skip
    return page("The model's equations", lead, sections)


def api() -> str:
    """The public faces of the three packages."""
    sections = []
    for name in FACES:
        module = importlib.import_module(name)
        parts = [docstring(module)]
        parts += [
            described(f"{name}.{attribute}", getattr(module, attribute))
            for attribute in getattr(module, "__all__", ())
            if not attribute.startswith("_")
        ]
        sections.append((name, "\n\n".join(parts)))
    lead = "What may be imported; all else may change without notice."
    return page("Python interface", lead, sections)
