"""Reading YAML safely: plain values only, keys unique, size bounded.

Scalars follow the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema): `no` and
`on` stay words, `09:30` and `2024-01-31` stay text, where YAML 1.1 makes other types of them.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import yaml

from sim.errors import InputError
from sim.inputs.files import read_text
from sim.inputs.names import nearest

MAX_BYTES = 20_000_000
MAX_NODES = 1_000_000
MAX_DEPTH = 64
SHOWN_DEPTH = 8
MERGE = "<<"
EXACT = 2**53
"""Whole floating-point numbers up to here are exact."""

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"


class _CoreLoader(_Base):  # type: ignore[misc]
    """A loader whose plain scalars resolve by the core schema of YAML 1.2."""

    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012  (PyYAML's own protocol)


_FLOAT = r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
for _name, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", [*"~nN", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", _FLOAT, list("-+.0123456789")),
):
    _CoreLoader.add_implicit_resolver(_TAG + _name, re.compile(rf"^(?:{_pattern})$"), _first)


def read_yaml(path: Path | str) -> dict[str, Any]:
    """Read one YAML mapping of plain values from a file.

    Keys are returned as text. Aliases are allowed within bounds.

    Raises:
        InputError: missing or unreadable file, broken YAML (with line and column), duplicate key,
            a tag for other than plain values, an infinite number, a document that is too large or
            too deep, or one that is not a mapping.
    """
    path = Path(path)
    value = parse_yaml(_text(path), str(path))
    if not isinstance(value, dict):
        # Whose file it is nobody knows, so what it says is not repeated.
        kinds = {type(None): "is empty", list: "is a list"}
        what = kinds.get(type(value), "is a single value")
        raise InputError(f"{path}: must be a mapping of keys to values, but {what}")
    return value


def parse_yaml(text: str, origin: str) -> Any:
    """Return the plain value of one YAML document (a mapping, list, number, text, truth, None).

    Raises:
        InputError: as `read_yaml`, whose messages begin with `origin`.
    """
    try:
        _check_depth(text, origin)
        node = yaml.compose(text, Loader=_CoreLoader)
    except yaml.MarkedYAMLError as error:
        problem = error.problem or error.context or "not valid YAML"
        raise InputError(f"{_at(origin, error.problem_mark)}: unreadable YAML: {problem}") from None
    except yaml.reader.ReaderError as error:
        raise InputError(
            f"{origin}: unreadable YAML: character {error.character!r} at position "
            f"{error.position} is not allowed"
        ) from None
    except yaml.YAMLError as error:
        raise InputError(f"{origin}: unreadable YAML: {' '.join(str(error).split())}") from None
    return None if node is None else _Builder(origin).build(node)


def local_path(text: str | Path) -> Path:
    """Return a path as the user wrote it, with `~` and `~name` standing for home folders.

    Raises:
        InputError: there is no such user.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise InputError(f"{text}: no such home folder") from None


def missing_file(path: Path) -> InputError:
    """Return the error for a path that does not exist, naming the nearest that does."""
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        return InputError(f"{path}: no such file (nor folder '{path.parent}')")
    return InputError(f"{path}: no such file{nearest(path.name, names)}")


def _text(path: Path) -> str:
    try:
        return read_text(path, MAX_BYTES)
    except FileNotFoundError:
        raise missing_file(path) from None


def _at(origin: str, mark: Any) -> str:
    return origin if mark is None else f"{origin}: line {mark.line + 1}, column {mark.column + 1}"


def _check_depth(text: str, origin: str) -> None:
    """Refuse deep nesting before anything recursive sees it."""
    depth = 0
    for event in yaml.parse(text, Loader=_CoreLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            where = _at(origin, event.start_mark)
            raise InputError(f"{where}: nested deeper than {MAX_DEPTH} levels")


class _Builder:
    """Turns nodes into values, counting them as aliases are expanded."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.count = 0
        self.path: list[str] = []

    def fail(self, node: Any, message: str) -> InputError:
        shown = [*self.path[:SHOWN_DEPTH], *(["…"] if len(self.path) > SHOWN_DEPTH else [])]
        path = f"{'.'.join(shown)}: " if shown else ""
        return InputError(f"{_at(self.origin, node.start_mark)}: {path}{message}")

    def below(self, node: Any, key: object) -> Any:
        """Return the value of a child, whose key stands in messages meanwhile."""
        self.path.append(str(key))
        value = self.build(node)
        self.path.pop()
        return value

    def build(self, node: Any) -> Any:
        self.count += 1
        if self.count > MAX_NODES or len(self.path) > MAX_DEPTH:
            limit = f"{MAX_NODES:,} values or {MAX_DEPTH} levels"
            raise self.fail(node, f"more than {limit} once its aliases are expanded")
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node)
        if isinstance(node, yaml.SequenceNode):
            self.check_tag(node, "seq")
            return [self.below(child, place) for place, child in enumerate(node.value)]
        return self.scalar(node)

    def mapping(self, node: Any) -> dict[str, Any]:
        self.check_tag(node, "map")
        result: dict[str, Any] = {}
        lines: dict[str, int] = {}
        merged: dict[str, Any] = {}
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self.fail(key, "a key must be a single word or number")
            name = str(key.value)
            if name == MERGE and not key.style:
                merged = {**self.merged(child), **merged}
                continue
            if name in result:
                raise self.fail(key, f"duplicate key '{name}' (first on line {lines[name]})")
            lines[name] = key.start_mark.line + 1
            result[name] = self.below(child, name)
        return {**merged, **result}

    def merged(self, node: Any) -> dict[str, Any]:
        """Return what `<<` brings in: a mapping or a list of them, of which the first wins.

        https://yaml.org/type/merge.html: the keys of the mapping that holds `<<` win over both.
        """
        found = self.below(node, MERGE)
        layers = found if isinstance(found, list) else [found]
        if not all(isinstance(layer, dict) for layer in layers):
            raise self.fail(node, f"'{MERGE}' takes a mapping or a list of mappings")
        return {key: value for layer in reversed(layers) for key, value in layer.items()}

    def check_tag(self, node: Any, kind: str) -> None:
        if node.tag != _TAG + kind:
            raise self.fail(node, f"tag '{node.tag.replace(_TAG, '!!')}' is not allowed")

    def scalar(self, node: Any) -> Any:
        kind, text = node.tag.removeprefix(_TAG), str(node.value)
        if kind == "str":
            return text
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind not in ("int", "float"):
            self.check_tag(node, "str")
        return self.number(node, kind, text)

    def number(self, node: Any, kind: str, text: str) -> int | float:
        try:
            if kind == "int":
                return int(text, 16) if text.lower().startswith("0x") else int(text)
            value = float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            raise self.fail(node, "what stands there is not a number") from None
        if not math.isfinite(value):
            raise self.fail(node, f"a number must be finite; got {text}")
        # 1e6 customers are meant as a whole number, which YAML's `float` must not hide.
        whole = "e" in text.lower() and value.is_integer() and abs(value) <= EXACT
        return int(value) if whole else value
