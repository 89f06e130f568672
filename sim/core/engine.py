"""Which engine runs: the compiled core where it is there and up to date, else its sources.

Both have the same face: `sim.core.face` and its compiled form hold the same classes. The
environment variable ``OPTICHANNEL_ENGINE`` says ``interpreted`` to run the sources, or ``compiled``
to stop where the compiled core cannot be used.
"""

from __future__ import annotations

import os
import warnings
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from struct import unpack_from
from types import ModuleType
from typing import NamedTuple

from sim.core.flushing import flush_rows
from sim.core.unit import UNIT, Unit, hash_of
from sim.errors import InputError
from sim.inputs.names import unknown_name

VARIABLE = "OPTICHANNEL_ENGINE"
COMPILED, INTERPRETED = "compiled", "interpreted"
BUILD = "`pip install -e .` builds it, with a C compiler"
MOST_NAMED = 3  # files that changed


class Engine(NamedTuple):
    """An engine: its face, and what tells it from others."""

    name: str
    face: ModuleType
    sources: str  # hash of what it is made of

    def __str__(self) -> str:
        """Return the name, with the kind of build."""
        checked = getattr(self.face, "CHECKED", None)
        return (
            f"{self.name}, {'checked' if checked else 'release'}"
            if checked is not None
            else self.name
        )


class NotCompiledError(Exception):
    """The compiled core cannot be used; the message says why, in one line."""


@cache
def engine() -> Engine:
    """Return the engine of this process.

    A compiled core that is missing, broken or made from other sources is one line of warning, and
    the interpreted engine.

    Raises:
        InputError: the environment variable says something else, or ``compiled`` in vain.
    """
    wanted = os.environ.get(VARIABLE, "")
    if wanted not in ("", COMPILED, INTERPRETED):
        raise unknown_name(VARIABLE, wanted, (COMPILED, INTERPRETED))
    if wanted == INTERPRETED:
        return interpreted()
    try:
        return compiled()
    except NotCompiledError as error:
        if wanted == COMPILED:
            raise InputError(f"{VARIABLE}={COMPILED}: {error}") from error
        text = f"the core runs interpreted, about 30 times slower: {error}"
        warnings.warn_explicit(text, RuntimeWarning, "optichannel", 1)
        return interpreted()


def engine_of(name: str | None) -> Engine:
    """Return the engine of a name, or that of the process.

    Raises:
        InputError: an unknown name, or a compiled core that cannot be used.
    """
    if name is None:
        return engine()
    if name not in (COMPILED, INTERPRETED):
        raise unknown_name("engine", name, (COMPILED, INTERPRETED))
    return _named(name)


@cache
def _named(name: str) -> Engine:
    if name == INTERPRETED:
        return interpreted()
    try:
        return compiled()
    except NotCompiledError as error:
        raise InputError(f"engine: {error}") from error


def interpreted(unit: Unit = UNIT) -> Engine:
    """Return the engine that runs the sources."""
    return Engine(INTERPRETED, import_module(unit.core[-1]), hash_of(unit.parts()))


def compiled(unit: Unit = UNIT) -> Engine:
    """Return the compiled engine.

    Raises:
        NotCompiledError: it is missing, broken, or made from other sources than those beside it.
    """
    spec = find_spec(unit.extension)
    if spec is None or spec.origin is None:
        raise NotCompiledError(f"it is not compiled; {BUILD}")
    if is_cut_short(Path(spec.origin)):
        raise NotCompiledError(f"{spec.origin} ends too early; {BUILD}")
    try:
        face = import_module(unit.extension)
        made_of: dict[str, str] = face.PARTS
    except Exception as error:  # whatever a library does that was left half built
        reason = " ".join(str(error).split())
        raise NotCompiledError(f"{spec.origin} is broken ({reason}); {BUILD}") from error
    here = unit.parts()
    if made_of != here:
        raise NotCompiledError(
            f"it was compiled from other sources {difference(made_of, here)}; {BUILD}"
        )
    flush_rows(face)
    return Engine(COMPILED, face, hash_of(here))


def difference(made_of: dict[str, str], here: dict[str, str]) -> str:
    """Return the names of what differs, in brackets, the first few of them."""
    names = [name for name in {**here, **made_of} if here.get(name) != made_of.get(name)]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"({', '.join(names[:MOST_NAMED])}{more})"


def is_cut_short(library: Path) -> bool:
    """Return whether a library of ELF ends before its parts do: loading one kills the process.

    Other systems' loaders refuse such files themselves, and Linux's those without a whole header.
    Layout: System V ABI, "Object files" (64 bits, least significant byte first).
    """
    with library.open("rb") as file:
        head = file.read(64)
        if len(head) < 64 or head[:6] != b"\x7fELF\x02\x01":
            return False
        (at,), (size, number) = unpack_from("<Q", head, 32), unpack_from("<HH", head, 54)
        file.seek(at)
        table = file.read(size * number)
    ends = [sum(unpack_from("<Q16xQ", table, i + 8)) for i in range(0, len(table) - size + 1, size)]
    return len(table) < size * number or max(ends, default=0) > library.stat().st_size
