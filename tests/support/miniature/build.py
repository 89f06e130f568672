"""Builds the miniature's extension with the project's generator."""

from __future__ import annotations

import importlib.util
import shutil
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest
from setuptools import Distribution, Extension

from sim.core import unit as core_unit
from sim.core.native import FLAGS, c_file, cython_version
from sim.core.unit import CYTHON, Unit
from tests.support.paths import ROOT

HERE = "tests.support.miniature"
UNIT = Unit(
    root=ROOT,
    extension=f"{HERE}._native",
    records=(f"{HERE}.records",),
    science=(f"{HERE}.science",),
    core=(f"{HERE}.model", f"{HERE}.face"),
    twins=(
        "sim.native_types",
        "sim.core.storage",
        "sim.core.calendar",
        "sim.core.columns",
        f"{HERE}.accessors",
    ),
    machine=core_unit.FOLDER,
)


def need_compilers() -> None:
    """Skip where the extension cannot be built."""
    if cython_version() != CYTHON:
        pytest.skip(f"Cython {CYTHON} is not installed")
    if not any(map(shutil.which, ("cc", "gcc", "clang"))):
        pytest.skip("no C compiler")


def compile_c(unit: Unit, c: Path, folder: Path, flags: Sequence[str] = ()) -> Path:
    """Compile a C file; returns the library."""
    arguments = [*FLAGS["unix"], "-O1", *flags]  # tests compile often, and run little
    extension = Extension(unit.extension, [str(c)], extra_compile_args=arguments)
    command = Distribution({"ext_modules": [extension]}).get_command_obj("build_ext")
    command.build_lib, command.build_temp = str(folder), str(folder / "objects")
    command.ensure_finalized()
    command.run()
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    return folder / (unit.extension.replace(".", "/") + suffix)


def load(unit: Unit, library: Path) -> ModuleType:
    """Import a library under the unit's name, without a place in ``sys.modules``."""
    spec = importlib.util.spec_from_file_location(unit.extension, library)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def build(folder: Path, *, checked: bool, unit: Unit = UNIT) -> ModuleType:
    """Generate, compile and import a unit."""
    need_compilers()
    return load(unit, compile_c(unit, c_file(unit, folder, checked=checked), folder))


def copy_of(folder: Path) -> Unit:
    """Copy all files of the miniature's unit into a folder, to be changed there."""
    for name, file in UNIT.files().items():
        to = folder / name
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, to)
    return UNIT._replace(root=folder, machine=folder / "sim" / "core")
