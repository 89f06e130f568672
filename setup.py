"""Builds the compiled core where a C compiler is; without one the core runs interpreted.

``OPTICHANNEL_BUILD`` says which build: ``checked`` (every index, assertion and division is checked;
the default) or ``release``. All else about the project stands in ``pyproject.toml``.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import CompileError

CORE = Path(__file__).resolve().parent / "sim" / "core"
BUILDS = ("checked", "release")


def module(name: str, path: Path) -> ModuleType:
    """Import a file by its path: the packages around it need libraries that are not here yet."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    found = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


unit = module("unit", CORE / "unit.py")
native = module("native", CORE / "native" / "__init__.py")


class BuildCore(build_ext):
    """Writes the C file before it is compiled."""

    def build_extension(self, ext: Extension) -> None:
        """Generate and compile the core; a failure of the compiler is a warning."""
        build = os.environ.get("OPTICHANNEL_BUILD", "checked")
        if build not in BUILDS:
            raise SystemExit(f"OPTICHANNEL_BUILD: must be among {', '.join(BUILDS)}; got {build!r}")
        folder = Path(self.build_temp).resolve() / build
        if native.cython_version() != unit.CYTHON:
            found = native.cython_version() or "none"
            raise CompileError(f"Cython {unit.CYTHON} builds the core; here is {found}")
        ext.sources = [str(native.c_file(unit.UNIT, folder, checked=build == "checked"))]
        ext.extra_compile_args = native.FLAGS.get(self.compiler.compiler_type, native.FLAGS["unix"])
        super().build_extension(ext)


setup(
    ext_modules=[
        Extension(
            unit.UNIT.extension,
            list(unit.UNIT.files()),
            optional=True,
        )
    ],
    cmdclass={"build_ext": BuildCore},
)
