"""The text of a module, line for line, with native signatures where its functions are native."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from .language import ARRAYS, FAILED, HANDLES, MATH, SCALARS, BuildError, name_of
from .text import Place, Text

NATIVE: Final = "native"  # knows numbers, records and arrays only: C, and needs no interpreter
VOID: Final = "void"  # native, and returns nothing
MIXED: Final = "mixed"  # takes or returns a record and something of Python's: C, with Python inside
PYTHON: Final = "python"


class Names(NamedTuple):
    """What a whole unit knows by bare names."""

    pointers: frozenset[str]  # records and bundles, calendar and event
    constants: frozenset[str]
    functions: frozenset[str]  # that are C, of storage too
    classes: frozenset[str]  # that become extension types
    modules: frozenset[str]
    core: frozenset[str]  # those of them that are taken whole
    package: str  # whose modules must be in the unit to be used by it
    tables: Mapping[str, str]  # of the bundles, seen from the world: "firm.laws" has "law"


def kind_of(node: ast.FunctionDef, pointers: frozenset[str]) -> str:
    """Return what a function becomes: see NATIVE, MIXED and PYTHON."""
    given = [*node.args.posonlyargs, *node.args.args]
    names = [name_of(a.annotation) for a in given]
    back = name_of(node.returns)
    other = node.args.vararg or node.args.kwarg or node.args.kwonlyargs or node.decorator_list
    native = {*SCALARS, *pointers}
    if not other and back in {*native, "None"} and native.union(ARRAYS).issuperset(names):
        return NATIVE
    return MIXED if pointers.intersection([*names, back]) else PYTHON


def is_extension_type(node: ast.ClassDef, known: Iterable[str]) -> bool:
    """Return whether a class becomes an extension type: plain, on others of the unit at most."""
    bases = [name_of(base) for base in node.bases]
    return not node.decorator_list and not node.keywords and set(known).issuperset(bases)


def is_type_checking(node: ast.stmt) -> bool:
    """Return whether a statement is ``if TYPE_CHECKING:``."""
    return isinstance(node, ast.If) and name_of(node.test) == "TYPE_CHECKING"


def is_final(node: ast.stmt) -> bool:
    """Return whether a statement names a constant."""
    return isinstance(node, ast.AnnAssign) and "Final" in ast.unparse(node.annotation)


class Module:
    """One module on its way into the unit."""

    def __init__(self, name: str, source: str, names: Names, *, checked: bool) -> None:
        self.name, self.names, self.checked = name, names, checked
        self.text = Text(source)
        self.tree = ast.parse(source)

    def whole(self) -> str:
        """Return the text of a module that is taken whole."""
        for node in self.tree.body:
            self._statement(node, PYTHON)
        return self.text.result()

    def only(self, functions: frozenset[str]) -> str:
        """Return the text with these functions only, on their lines."""
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef) and node.name in functions:
                self._function(node)
            else:
                self._drop(node)
        return self.text.result()

    # -- statements ----------------------------------------------------------------------------

    def _statement(self, node: ast.stmt, kind: str) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            self._import(node)
        elif is_type_checking(node):
            self._drop(node)
        elif isinstance(node, ast.AnnAssign):
            self._annotated(node, kind)
        elif isinstance(node, ast.FunctionDef):
            self._function(node)
        elif isinstance(node, ast.ClassDef):
            self._class(node)
        elif isinstance(node, ast.Assert) and not self.checked:
            self._drop(node)
        else:
            if isinstance(node, ast.Return) and node.value is None and kind == VOID:
                self.text.replace(self.text.place(node), "return 0")
            self._inside(node, kind)

    def _inside(self, node: ast.AST, kind: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                self._statement(child, kind)
                continue
            if isinstance(child, ast.expr) and kind in (NATIVE, VOID):
                self._native(child, node)
            if isinstance(child, ast.Subscript) and isinstance(child.value, ast.Attribute):
                self._row(child, child.value)
            self._inside(child, kind)

    def _native(self, node: ast.expr, parent: ast.AST) -> None:
        """Give an expression of native numbers its C form."""
        match node:
            case ast.Compare() | ast.UnaryOp(op=ast.Not()) | ast.Constant(value=bool()):
                negated = isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not)
                if not negated and node is not getattr(parent, "test", None):
                    # True or false is a number, or Cython would make objects of mixtures.
                    self.text.wrap(self.text.place(node), "<Small>(", ")")
            case ast.Call(func=ast.Name(id=("int" | "round") as name) as called, args=[_]):
                plain = "whole" if name == "int" else "nearest_whole"
                self.text.replace(self.text.place(called), plain)

    def _row(self, node: ast.Subscript, rows: ast.Attribute) -> None:
        """Turn ``world.contacts.rows[c]``, which needs no call of Python's, into an accessor."""
        if rows.attr != "rows":
            return
        world, _, table = ast.unparse(rows.value).rpartition(".")
        if world.endswith(".firm"):
            world, table = world.removesuffix(".firm"), f"firm.{table}"
        if table not in self.names.tables:
            raise BuildError(f"{self.name}: {ast.unparse(node)}: a table is reached from the world")
        place, number = self.text.place(node), self.text.place(node.slice)
        accessor = f"{self.names.tables[table]}_at({world}, "
        self.text.replace(Place(place.start, number.start), accessor)
        self.text.replace(Place(number.end, place.end), ")")

    def _drop(self, node: ast.stmt) -> None:
        place = self.text.place(node)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.decorator_list:
            at = self.text.place(node.decorator_list[0]).start
            place = Place(self.text.find_before(at + 1, "@"), place.end)
        self.text.replace(place, "pass")

    # -- imports -------------------------------------------------------------------------------

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in self.names.modules:
                    raise BuildError(f"{self.name}: import names of {alias.name}, not the module")
            return
        source = self._absolute(node)
        if source.startswith(f"{self.names.package}.") and source not in self.names.modules:
            raise BuildError(f"{self.name} uses {source}, which is not in the unit (unit.py)")
        kept = [a for a in node.names if not self._is_known(source, a)]
        if kept and source in self.names.core:
            raise BuildError(f"{self.name}: {source} defines no {kept[0].name}")
        if source == "__future__" or not kept:
            self._drop(node)
        elif len(kept) < len(node.names) or node.level:
            names = ", ".join(f"{a.name} as {a.asname}" if a.asname else a.name for a in kept)
            self.text.replace(self.text.place(node), f"from {source} import {names}")

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name.split(".")[: -node.level]
        return ".".join([*package, node.module] if node.module else package)

    def _is_known(self, source: str, alias: ast.alias) -> bool:
        """Return whether the unit has an imported name itself."""
        if source == "math":
            known = alias.name in MATH
        else:
            known = source in self.names.modules and alias.name in {
                *SCALARS,
                *ARRAYS,
                *self.names.pointers,
                *self.names.constants,
                *self.names.functions,
                *self.names.classes,
            }
        if known and alias.asname:
            raise BuildError(f"{self.name}: {alias.name} has one name in the whole unit")
        return known

    # -- assignments with a type -----------------------------------------------------------------

    def _annotated(self, node: ast.AnnAssign, kind: str) -> None:
        name = name_of(node.target)
        if is_final(node) and name in self.names.constants:
            self._drop(node)
            return
        annotation = name_of(node.annotation)
        place = self.text.place(node.annotation)
        native = self._c_type(annotation)
        if native:
            text = f"cython.{native}" if annotation in ARRAYS else native
            self.text.replace(place, text)
        elif annotation not in self.names.classes:
            if node.value is None:
                self._drop(node)
                return
            self.text.replace(Place(self.text.place(node.target).end, place.end), "")
        if node.value is not None:
            self._inside(ast.Expr(node.value), kind)

    def _c_type(self, kind: str) -> str:
        pointers = self.names.pointers
        return SCALARS.get(kind) or ARRAYS.get(kind) or (kind if kind in pointers else "")

    # -- functions -------------------------------------------------------------------------------

    def _function(self, node: ast.FunctionDef) -> None:
        kind = kind_of(node, self.names.pointers)
        if kind == MIXED and (node.args.kwonlyargs or node.args.vararg or node.args.kwarg):
            raise BuildError(
                f"{self.name}: {node.name} takes or returns a record, so it is called from the "
                "unit only, by position: no *, no **"
            )
        for arg in ast.walk(node.args):
            if isinstance(arg, ast.arg) and arg.annotation is not None:
                self._parameter(arg, kind)
        for default in [*node.args.defaults, *filter(None, node.args.kw_defaults)]:
            self._inside(ast.Expr(default), kind)
        back = name_of(node.returns)
        if node.returns is not None:
            end = self.text.place(node.returns).end
            arrow = self.text.find_before(self.text.place(node.returns).start, "->")
            self.text.replace(Place(arrow - 1, end), self._fails(kind, back))
        if kind != PYTHON:
            start = self.text.place(node).start
            self.text.replace(Place(start, start + 3), f"cdef {self._result(kind, back)}".rstrip())
        inside = VOID if kind == NATIVE and back == "None" else kind
        for child in node.body:
            self._statement(child, inside)

    def _parameter(self, arg: ast.arg, kind: str) -> None:
        annotation = name_of(arg.annotation)
        native = self._c_type(annotation)
        if kind == PYTHON and annotation in ("int", "float", "bool"):
            native = ""  # as the caller gives it
        text = f"{native} {arg.arg}" if native else arg.arg
        if annotation in self.names.classes:
            text = f"{annotation} {arg.arg}"
        self.text.replace(self.text.place(arg), text)

    def _result(self, kind: str, back: str) -> str:
        native = SCALARS.get(back) or (back if back in self.names.pointers else "")
        return "int" if kind == NATIVE and back == "None" else native

    def _fails(self, kind: str, back: str) -> str:
        """Return how a C function says that an exception is on its way."""
        result = self._result(kind, back)
        if kind == PYTHON or not result:
            return ""
        fails = " except" + FAILED.get(result, " NULL")
        return fails + (" nogil" if kind == NATIVE else "")

    # -- classes ---------------------------------------------------------------------------------

    def _class(self, node: ast.ClassDef) -> None:
        extension = node.name in self.names.classes
        if extension:
            start = self.text.place(node).start
            self.text.replace(Place(start, start), "cdef ")
        for child in node.body:
            if isinstance(child, ast.AnnAssign):
                if extension:
                    self._attribute(child, node.name)
            else:
                self._statement(child, PYTHON)

    def _attribute(self, node: ast.AnnAssign, owner: str) -> None:
        name, kind = name_of(node.target), name_of(node.annotation)
        if node.value is not None:
            raise BuildError(f"{self.name}: {owner}.{name}: give attributes values in __init__")
        pointers = {*self.names.pointers, *HANDLES}
        if kind in pointers:
            text = f"cdef {kind} {name}"
        elif kind in ARRAYS:
            text = f"cdef {ARRAYS[kind]} {name}"
        else:
            native = SCALARS[kind] if kind in ("Int", "Small", "U64", "Float") else "object"
            text = f"cdef public {kind if kind in self.names.classes else native} {name}"
        self.text.replace(self.text.place(node), text)
