"""The unit: head, records and modules in one Cython file, and what must hold for all of them."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

from . import records
from .language import (
    HANDLES,
    MATH,
    MATH_CONSTANTS,
    BuildError,
    constant,
    library_function,
    name_of,
    number,
)
from .modules import (
    NATIVE,
    PYTHON,
    Module,
    Names,
    is_extension_type,
    is_final,
    kind_of,
)

if TYPE_CHECKING:
    from ..unit import Unit

BODIES = ("blocks.pxi", "flushing.pxi", "storage.pxi", "calendar.pxi", "columns.pxi")


class Sources:
    """What the modules of a unit define, found before anything is written."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        modules = (*unit.records, *unit.science, *unit.core, *unit.twins)
        self.text = {m: unit.path(m).read_text(encoding="utf-8") for m in modules}
        self.tree = {m: ast.parse(self.text[m], m) for m in modules}
        self.where: dict[str, str] = {}  # each name of the unit, and the module that defines it
        self.constants = self._constants()
        self.records = self._records()
        self.bundles = [
            records.bundle(node, module)
            for module in unit.records
            for node in self._classes(module)
            if node.name in ("Firm", "World")
        ]
        for b in self.bundles:
            self._define(b.name, unit.records[-1])
        names = (*self.records, *(b.name for b in self.bundles), *HANDLES)
        self.pointers = frozenset(names)
        self.classes: list[str] = []
        self.functions = self._functions()

    def _define(self, name: str, module: str) -> None:
        if self.where.get(name, module) != module:
            raise BuildError(
                f"{name} stands in {self.where[name]} and in {module}: "
                "names are unique in the whole unit"
            )
        self.where[name] = module

    def _classes(self, module: str) -> list[ast.ClassDef]:
        return [node for node in self.tree[module].body if isinstance(node, ast.ClassDef)]

    def _constants(self) -> dict[str, int | float]:
        nodes: dict[str, ast.expr] = {}
        for module, tree in self.tree.items():
            for node in tree.body:
                if isinstance(node, ast.AnnAssign) and node.value and is_final(node):
                    name = name_of(node.target)
                    if name in nodes:
                        self._define(name, module)
                    nodes[name] = node.value
                    self._define(name, module)
        values = {name: number(node, nodes) for name, node in nodes.items()}
        return {name: value for name, value in values.items() if value is not None}

    def _records(self) -> dict[str, records.Record]:
        rows = {}
        for module in (*self.unit.records, *self.unit.science):
            for node in self._classes(module):
                if records.is_record(node) and node.name not in ("Firm", "World"):
                    self._define(node.name, module)
                    rows[node.name] = records.record(node, module)
        return rows

    def _functions(self) -> dict[str, ast.FunctionDef]:
        """Return the functions that become C: of the core all, of science those that it calls."""
        for path in (self.unit.machine / body for body in BODIES):
            for name in re.findall(r"^cdef .*?(\w+)\(", path.read_text(encoding="utf-8"), re.M):
                self._define(name, path.name)
        for b in self.bundles:
            for name in (*records.accessors(b, checked=False), *memory_names(b)):
                self._define(name, self.unit.records[-1])
        taken: dict[str, ast.FunctionDef] = {}
        for module in self.unit.core:
            for node in self.tree[module].body:
                if isinstance(node, ast.ClassDef) and is_extension_type(node, self.classes):
                    self.classes.append(node.name)
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    self._define(node.name, module)
                if isinstance(node, ast.Assign):
                    for target in node.targets:
                        self._define(name_of(target), module)
                if isinstance(node, ast.AnnAssign):  # a constant that is no number stays Python's
                    self._define(name_of(node.target), module)
                if isinstance(node, ast.FunctionDef) and kind_of(node, self.pointers) != PYTHON:
                    taken[node.name] = node
        self._take_science(taken)
        return taken

    def _take_science(self, taken: dict[str, ast.FunctionDef]) -> None:
        offered = {
            node.name: (module, node)
            for module in self.unit.science
            for node in self.tree[module].body
            if isinstance(node, ast.FunctionDef) and kind_of(node, self.pointers) == NATIVE
        }
        called = set().union(*(_names_in(self.tree[module]) for module in self.unit.core))
        while called:
            name = called.pop()
            module, node = offered.get(name, ("", None))
            if node is not None and taken.get(name) is not node:
                self._define(name, module)
                taken[name] = node
                called |= _names_in(node)

    def names(self) -> Names:
        """Return what the text of a module is translated with."""
        known = {n for n in self.where if n not in self.records}
        modules = (*self.unit.records, *self.unit.science, *self.unit.core, *self.unit.twins)
        return Names(
            pointers=self.pointers,
            constants=frozenset(self.constants),
            functions=frozenset(known - set(self.constants) - set(self.classes)),
            classes=frozenset(self.classes),
            modules=frozenset(modules),
            core=frozenset(self.unit.core),
            package=self.unit.extension.rpartition(".")[0],
            tables={
                table if b.firm else f"firm.{table}": records.snake(row)
                for b in self.bundles
                for table, row in b.tables
            },
        )


def memory_names(b: records.Bundle) -> list[str]:
    """Return the names of the functions that make, fork and free a bundle."""
    low = b.name.lower()
    return [f"make_{low}", *([f"fork_{low}"] if b.firm else []), f"free_{low}"]


def _names_in(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def assemble(unit: Unit, folder: Path, *, checked: bool, parts: dict[str, str]) -> Path:
    """Write the unit's Cython files into a folder; return the main one, relative to it."""
    found = Sources(unit)
    names = found.names()
    home = Path(*unit.extension.split("."))
    (folder / home.parent).mkdir(parents=True, exist_ok=True)
    out = [_head(found, checked, parts)]
    for body in BODIES:
        text = (unit.machine / body).read_text(encoding="utf-8")
        (folder / home.parent / body).write_text(text, encoding="utf-8")
        out.append(f'include "{(home.parent / body).as_posix()}"\n')
    out += _records(found, checked)
    for name in (*unit.science, *unit.core):
        module = Module(name, found.text[name], names, checked=checked)
        if name in unit.science:
            text = module.only(frozenset(f for f in found.functions if found.where[f] == name))
        else:
            text = module.whole()
        path = Path(*name.split(".")).with_suffix(".pxi")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
        out.append(f'include "{path.as_posix()}"\n')
    pyx = home.with_suffix(".pyx")
    (folder / pyx).write_text("".join(out), encoding="utf-8")
    return pyx


def _head(found: Sources, checked: bool, parts: dict[str, str]) -> str:
    constants = {**found.constants, "IS_CHECKED": int(checked)}
    return (
        "cimport cython\n"
        "from libc.math cimport INFINITY, isfinite, isnan, rint\n"
        "ctypedef long long Int\nctypedef int Small\n"
        "ctypedef unsigned long long U64\nctypedef double Float\n"
        + "".join(library_function(name, checked) for name in MATH)
        + "".join(constant(name, value) for name, value in MATH_CONSTANTS.items())
        + "".join(constant(name, value) for name, value in constants.items())
        + f"PARTS, CHECKED = {parts}, {checked}\n"
    )


def _records(found: Sources, checked: bool) -> list[str]:
    nodes = {name: ast.Constant(value) for name, value in found.constants.items()}
    parts = [records.struct(row, nodes) for row in found.records.values()]
    parts += [records.layout(row) for row in found.records.values()]
    parts += [records.bundle_struct(b, i, nodes) for i, b in enumerate(found.bundles)]
    for b in found.bundles:
        parts += [records.bundle_layout(b), records.memory(b)]
        parts += records.accessors(b, checked).values()
    return parts
