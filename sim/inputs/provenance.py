"""Where a number comes from, written beside it.

Any value may be written `{value: 3.2, source: "…", status: fitted}`, and any mapping may carry
`provenance: {source: "…", status: …}` for all values below it that have no nearer statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sim.errors import InputError
from sim.inputs.names import nearest, show

Status = Literal["fitted", "published", "secondary", "assumed"]
STATUSES: tuple[Status, ...] = get_args(Status)
KEY = "provenance"
_STATED = {"source", "status"}


@dataclass(frozen=True)
class Provenance:
    """How a value came to be (`status`) and where it stands (`source`, free text)."""

    status: Status = "assumed"
    source: str = ""


@dataclass(frozen=True)
class ProvenanceRow:
    """One numeric value of a scenario and its provenance; `path` is dotted."""

    path: str
    value: float
    status: Status
    source: str


UNSTATED = Provenance()


def split_provenance(
    raw: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[str, Provenance]]:
    """Return the values without their provenance, and what was stated, by dotted path.

    A statement holds for its path and everything below, unless a nearer one is stated.

    Raises:
        InputError: an unknown status, a source that is not text, an unknown key in `provenance`.
    """
    table: dict[str, Provenance] = {}
    plain = _split(dict(raw), "", table)
    if not isinstance(plain, dict):
        raise InputError(f"a mapping of keys to values is needed; got {show(plain)}")
    return plain, table


def provenance_of(plain: Mapping[str, Any], table: Mapping[str, Provenance]) -> list[ProvenanceRow]:
    """Return one row for each number in `plain`; what nothing states counts as assumed."""
    return list(_rows(plain, "", table.get("", UNSTATED), table))


def is_stated(value: object) -> bool:
    """Tell whether `value` is written as `{value: …, source: …, status: …}`."""
    return (
        isinstance(value, dict)
        and "value" in value
        and len(value) > 1
        and value.keys() <= _STATED | {"value"}
    )


def push_down(value: Any, cover: Mapping[str, Any] | None = None, path: str = "") -> Any:
    """Return `value` with every `provenance` block moved to the values that it covers.

    Merging needs this: an override of a covered value must not inherit the origin of the old one.
    """
    if is_stated(value):
        if not isinstance(value["value"], dict):
            return value
        cover = {key: value[key] for key in _STATED & value.keys()}
        value = value["value"]
    if not isinstance(value, dict):
        return value if cover is None or value is None else {"value": value, **cover}
    own = value.get(KEY)
    if own is not None:
        _read(own, join(path, KEY))
        cover = own
    return {k: push_down(v, cover, join(path, k)) for k, v in value.items() if k != KEY}


def join(path: str, key: object) -> str:
    """Return the dotted path of `key` below `path`."""
    return f"{path}.{key}" if path else str(key)


def _split(value: Any, path: str, table: dict[str, Provenance]) -> Any:
    if is_stated(value):
        table[path] = _read({k: value[k] for k in _STATED & value.keys()}, path)
        return _split(value["value"], path, table)
    if isinstance(value, list):
        return [_split(child, join(path, i), table) for i, child in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if KEY in value:
        table[path] = _read(value[KEY], join(path, KEY))
    return {k: _split(v, join(path, k), table) for k, v in value.items() if k != KEY}


def _read(stated: Any, path: str) -> Provenance:
    if not isinstance(stated, dict):
        raise InputError(f"{path}: must be a mapping with status and source; got {show(stated)}")
    for key in stated:
        if key not in _STATED:
            raise InputError(f"{join(path, key)}: unknown key{nearest(key, sorted(_STATED))}")
    status, source = stated.get("status", "assumed"), stated.get("source", "")
    if status not in STATUSES:
        rule = f"must be one of {', '.join(STATUSES)}"
        hint = nearest(status, STATUSES) if isinstance(status, str) else ""
        raise InputError(f"{join(path, 'status')}: {rule}; got {show(status)}{hint}")
    if not isinstance(source, str):
        raise InputError(f"{join(path, 'source')}: must be text; got {show(source)}")
    return Provenance(status, source)


def _rows(
    value: Any, path: str, cover: Provenance, table: Mapping[str, Provenance]
) -> Iterator[ProvenanceRow]:
    if isinstance(value, Mapping):
        children: Iterator[tuple[object, Any]] = iter(value.items())
    elif isinstance(value, list | tuple):
        children = iter(enumerate(value))
    else:
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield ProvenanceRow(path, float(value), cover.status, cover.source)
        return
    for key, child in children:
        below = join(path, key)
        yield from _rows(child, below, table.get(below, cover), table)
