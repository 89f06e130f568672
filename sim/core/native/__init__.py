"""The generator: makes one C file of the core's modules, by way of Cython.

The Python stays as it is written; three things are said in C instead: records (structs), constants
(`NAME: Final = …`) and the signatures of functions that know native types only. Every line of a
module keeps its number, so that tracebacks and errors of the compiler name the source's lines.

Stands by itself: it runs when the extension is built, before anything is installed.
"""

from __future__ import annotations

import re
from contextlib import chdir, redirect_stderr
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from .assembly import assemble
from .finish import finish
from .language import MATH, BuildError

if TYPE_CHECKING:
    from ..unit import Unit

__all__ = ["FLAGS", "BuildError", "c_file", "cython_version"]

FLAGS = {
    "unix": [
        "-O2",
        "-g0",
        "-Wno-unused-function",
        "-fno-fast-math",
        "-ffp-contract=off",  # contraction would change last bits on some processors
        # Computed by the library at run time, as Python does; compilers know better, differently.
        *(f"-fno-builtin-{name}" for name in MATH if name not in ("fabs", "sqrt")),
    ],
    "msvc": ["/O2", "/fp:precise"],
}
MOST_PLACES = 12  # of a list of complaints
DIRECTIVES = {
    "language_level": 3,
    "infer_types": True,
    "wraparound": False,
    "cdivision": False,  # divisions of whole numbers mean the same in Python and C, and by 0 too
    "cpow": True,  # a power of numbers is a number
    "nonecheck": True,  # of extension types, which only the face takes
    "binding": False,
    "embedsignature": False,
    "show_performance_hints": False,
}


def cython_version() -> str:
    """Return Cython's release, or nothing where it is not installed."""
    try:
        return str(import_module("Cython").__version__)
    except ImportError:
        return ""


def c_file(unit: Unit, folder: Path, *, checked: bool) -> Path:
    """Write the unit's C file into a folder and return its path.

    Raises:
        BuildError: the sources say what the native language cannot, or Cython refuses them.
    """
    compiler = import_module("Cython.Compiler.Main")
    parts = unit.parts(cython_version())
    pyx = assemble(unit, folder, checked=checked, parts=parts)
    directives = {**DIRECTIVES, "boundscheck": checked, "initializedcheck": checked}
    said = StringIO()
    with chdir(folder), redirect_stderr(said):  # paths in tracebacks are relative to the folder
        done = compiler.compile(
            str(pyx),
            full_module_name=unit.extension,
            include_path=["."],
            compiler_directives=directives,
        )
    if done.num_errors:
        raise BuildError(complaints(said.getvalue()))
    path = folder / pyx.with_suffix(".c")
    modules = (*unit.science, *unit.core)
    path.write_text(finish(path.read_text(encoding="utf-8"), modules), encoding="utf-8")
    return path


def complaints(said: str) -> str:
    """Return what Cython has said about the sources, one line a place."""
    places = re.findall(r"^(?:\./)?(\S+)\.p(?:xi|yx):(\d+):\d+: (.*)$", said, re.MULTILINE)
    lines = list(dict.fromkeys(f"{file}.py:{line}: {text}" for file, line, text in places))
    more = [f"and {len(lines) - MOST_PLACES} more places"] if len(lines) > MOST_PLACES else []
    return "\n".join(["Cython refuses", *(lines[:MOST_PLACES] or [said]), *more])
