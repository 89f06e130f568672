"""Builds the miniature's extension with the project's generator."""

from __future__ import annotations

import importlib.util
import sysconfig
from pathlib import Path
from types import ModuleType

from setuptools import Distribution, Extension

from sim.core import unit as core_unit
from sim.core.native import FLAGS, c_file
from sim.core.unit import Unit
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
        "sim.core.columns",
        f"{HERE}.accessors",
    ),
    machine=core_unit.FOLDER,
)


def compile_c(unit: Unit, c: Path, folder: Path) -> Path:
    """Compile a C file; returns the library."""
    extension = Extension(unit.extension, [str(c)], extra_compile_args=FLAGS["unix"])
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
    return load(unit, compile_c(unit, c_file(unit, folder, checked=checked), folder))
