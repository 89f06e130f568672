"""Records and bundles in C: a struct for each class, accessors for each table of a bundle."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import NamedTuple

from .language import FIELDS, BuildError, name_of, number


class Record(NamedTuple):
    """A class of records: its fields (name, annotation, default), and its module."""

    name: str
    fields: list[tuple[str, str, ast.expr | None]]
    module: str


class Bundle(NamedTuple):
    """A class that holds tables: their (name, record), and scalars as a record has them."""

    name: str
    scalars: Record
    tables: list[tuple[str, str]]
    firm: str  # the bundle that a world refers to; of the firm itself, nothing
    calendar: str


def is_record(node: ast.stmt) -> bool:
    """Return whether a class is a dataclass whose fields are all native numbers."""
    if not isinstance(node, ast.ClassDef) or not any(map(_is_dataclass, node.decorator_list)):
        return False
    fields = [name_of(s.annotation) for s in node.body if isinstance(s, ast.AnnAssign)]
    return bool(fields) and all(kind in FIELDS for kind in fields)


def _is_dataclass(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id == "dataclass"


def record(node: ast.ClassDef, module: str) -> Record:
    """Return what a class of records says."""
    fields = [
        (s.target.id, name_of(s.annotation), s.value)
        for s in node.body
        if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)
    ]
    return Record(node.name, fields, module)


def bundle(node: ast.ClassDef, module: str) -> Bundle:
    """Return what a class of tables and scalars says."""
    scalars, tables, firm, calendar = [], [], "", ""
    for name, kind, default in record(node, module).fields:
        text = kind or ast.unparse(_annotation(node, name))
        if kind in FIELDS:
            scalars.append((name, kind, default))
        elif found := re.fullmatch(r"Table\[(\w+)\]", text):
            tables.append((name, found[1]))
        elif kind == "Calendar":
            calendar = name
        elif kind == "Firm":
            firm = name
        else:
            raise BuildError(
                f"{module}: {node.name}.{name} is {text}; a bundle holds numbers "
                f"({', '.join(FIELDS)}), Table[...], Calendar and Firm"
            )
    return Bundle(node.name, Record(node.name, scalars, module), tables, firm, calendar)


def _annotation(node: ast.ClassDef, name: str) -> ast.expr:
    return next(
        s.annotation
        for s in node.body
        if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name) and s.target.id == name
    )


def snake(name: str) -> str:
    """Return ``contact_row`` for ``ContactRow``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


# -- structs -----------------------------------------------------------------------------------


def struct(row: Record, known: Mapping[str, ast.expr]) -> str:
    """Return a record's struct, the pointer that has its name, and a blank one."""
    fields = "".join(f'    {_c(kind)} {name} "f_{name}"\n' for name, kind, _ in row.fields)
    blanks = "".join(
        f"blank_{row.name}.{name} = {_default(row, name, default, known)}\n"
        for name, _, default in row.fields
        if default is not None
    )
    return (
        f"cdef struct {row.name}Struct:\n{fields}"
        f"ctypedef {row.name}Struct* {row.name}\n"
        f"cdef {row.name}Struct blank_{row.name}\n{blanks}"
    )


def _c(kind: str) -> str:
    return {"int": "Int", "float": "Float"}.get(kind, kind)


def _default(row: Record, name: str, default: ast.expr, known: Mapping[str, ast.expr]) -> str:
    value = number(default, known)
    if value is None:
        raise BuildError(
            f"{row.module}: {row.name}.{name} = {ast.unparse(default)}; a default is a number"
        )
    return f"<{_c(dict((n, k) for n, k, _ in row.fields)[name])}>{value!r}".replace(
        "inf", "INFINITY"
    )


def layout(row: Record) -> str:
    """Return the entry in RECORDS: names, codes and offsets of fields, those without default."""
    names = [name for name, _, _ in row.fields]
    codes = [FIELDS[kind] for _, kind, _ in row.fields]
    offsets = ", ".join(_offset(row.name, name) for name in names)
    needed = [name for name, _, default in row.fields if default is None]
    return (
        f'declare("{row.name}", {names}, {codes}, [{offsets}], '
        f"sizeof({row.name}Struct), {needed})\n"
    )


def _offset(record: str, field: str) -> str:
    return f"<Int>(<char*>&blank_{record}.{field} - <char*>&blank_{record})"


# -- bundles -----------------------------------------------------------------------------------


def bundle_struct(b: Bundle, place: int, known: Mapping[str, ast.expr]) -> str:
    """Return a bundle's struct; it begins with its place in BUNDLES."""
    fields = '    Int bundle "f_bundle"\n'
    if b.firm:
        fields += f'    Firm {b.firm} "f_{b.firm}"\n'
    if b.calendar:
        fields += f'    Calendar {b.calendar} "f_{b.calendar}"\n'
    fields += "".join(f'    TableStruct {name} "f_{name}"\n' for name, _ in b.tables)
    head, rest = struct(b.scalars, known).split(":\n", 1)
    return f"{head}:\n{fields}{rest}blank_{b.name}.bundle = {place}\n"


def bundle_layout(b: Bundle) -> str:
    """Return the entry of BUNDLES: name, scalars and tables with their offsets."""
    scalars = ", ".join(
        f'"{name}": ({_offset(b.name, name)}, "{FIELDS[kind]}")'
        for name, kind, _ in b.scalars.fields
    )
    tables = ", ".join(f'"{t}": ({_offset(b.name, t)}, "{r}")' for t, r in b.tables)
    return f'BUNDLES.append(("{b.name}", {{{scalars}}}, {{{tables}}}))\n'


def memory(b: Bundle) -> str:
    """Return the functions that make, fork and free a bundle."""
    low = b.name.lower()
    given = f"Firm {b.firm}" if b.firm else ""
    out = f"cdef {b.name} make_{low}({given}) except NULL:\n"
    out += _allocated(b, f"blank_{b.name}")
    if b.firm:
        out += f"    made.{b.firm} = {b.firm}\n"
    for name, row in b.tables:
        whole = 0 if b.firm else 1
        out += f"    made.{name}.size, made.{name}.whole = sizeof({row}Struct), {whole}\n"
        out += f"    made.{name}.blank = &blank_{row}\n"
        out += f"    made.{name}.written = {int(name.endswith('_rows'))}\n"
    if b.calendar:
        out += _guarded(b, [f"made.{b.calendar} = make_calendar()"])
    out += "    return made\n"
    if b.firm:
        out += f"cdef {b.name} fork_{low}({b.name} old) except NULL:\n" + _allocated(b, "old[0]")
        for name, _ in b.tables:
            out += f"    made.{name} = blank_table(&old.{name})\n"
        steps = [f"made.{b.calendar} = fork_calendar(old.{b.calendar})"] if b.calendar else []
        steps += [
            f"fork_table(&old.{name}, &made.{name}, {name.endswith('_rows')})"
            for name, _ in b.tables
        ]
        out += _guarded(b, steps) + "    return made\n"
    out += f"cdef free_{low}({b.name} old):\n    if old != NULL:\n"
    out += "".join(f"        clear_table(&old.{name})\n" for name, _ in b.tables)
    if b.calendar:
        out += f"        free_calendar(old.{b.calendar})\n"
    return out + "        c_free(old)\n"


def _allocated(b: Bundle, value: str) -> str:
    clear = f"    made.{b.calendar} = NULL\n" if b.calendar else ""
    return (
        f"    cdef {b.name} made = <{b.name}>malloc(sizeof({b.name}Struct))\n"
        f"    if made == NULL:\n"
        f'        raise MemoryError("no memory for a {b.name.lower()}")\n'
        f"    made[0] = {value}\n{clear}"
    )


def _guarded(b: Bundle, steps: list[str]) -> str:
    body = "".join(f"        {step}\n" for step in steps)
    return f"    try:\n{body}    except:\n        free_{b.name.lower()}(made)\n        raise\n"


def accessors(b: Bundle, checked: bool) -> dict[str, str]:
    """Return each accessor of a bundle's tables, and what makes, forks and frees it, by name."""
    out = {}
    for table, row in b.tables:
        name, where = snake(row), f"world.{table}" if b.firm else f"world.firm.{table}"
        rows = f"(<{row}Struct**>{where}.blocks)[i >> BLOCK_SHIFT][i & BLOCK_LAST]"
        found = f"&{rows if b.firm else f'(<{row}Struct*>{where}.rows)[i]'}"
        if checked:  # without sign, so that -1 is too large
            missing = f'<{row}>no_row("{name}", i, {where}.n)'
            found = f"{found} if <U64>i < <U64>{where}.n else {missing}"
        fails = "except NULL nogil" if checked else "noexcept nogil"
        text = f"cdef inline {row} {name}_at(World world, Int i) {fails}:\n    return {found}\n"
        out[f"{name}_at"] = text
        if not b.firm:
            continue
        new = f"cdef inline Int new_{name}(World world) except -1 nogil:\n"
        new += f"    cdef Int i = next_row(&{where})\n"
        new += f"    {rows} = (<{row}Struct*>{where}.blank)[0]\n"  # quicker than by its size
        out[f"new_{name}"] = new + "    return i\n"
        if not table.endswith("_rows"):
            free = f"cdef int free_{name}(World world, Int i) except -1 nogil:\n"
            if checked:
                free += f"    {name}_at(world, i)\n"
            out[f"free_{name}"] = free + f"    table_release(&{where}, i)\n"
    return out
