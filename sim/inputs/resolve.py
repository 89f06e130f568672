"""Relative changes made into values, where it is known which key they are for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from typing_extensions import TypeAliasType

from sim.inputs.provenance import join
from sim.inputs.relative import read_chain

UNKNOWN: Any = object()
"""Stands for a default that is not there."""


@dataclass(frozen=True)
class Place:
    """What may stand at a place of a document: types, bounds of numbers, and the default."""

    types: tuple[Any, ...]
    low: float = -math.inf
    high: float = math.inf
    default: Any = UNKNOWN

    @property
    def number(self) -> bool:
        """Whether a number is meant here, and no text that somebody else reads."""
        return bool({int, float} & set(self.types)) and not {str, Any} & set(self.types)


def resolve(model: type[BaseModel], raw: Mapping[str, Any], origin: str) -> Mapping[str, Any]:
    """Return a document with every relative change (`sim.inputs.relative`) made into its value.

    What is changed is the value that the document itself gives, else the key's default. Below keys
    that may hold anything, changes of nothing known are left for whoever knows what they are for.

    Args:
        model: says which keys there are, with their bounds and defaults.
        raw: plain values, as YAML gives them.
        origin: what a message begins with.

    Raises:
        InputError: a change of what has no value, or one that leads outside the key's bounds.
    """
    if not _any_chain(raw):
        return raw
    made: Mapping[str, Any] = _resolve(raw, Place((model,)), "", origin)
    return made


def _any_chain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_any_chain(child) for child in value.values())
    if isinstance(value, list):
        return any(_any_chain(child) for child in value)
    return read_chain(value) is not None


def _resolve(value: Any, place: Place, path: str, origin: str) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _resolve(child, _below(place, key), join(path, key), origin)
            for key, child in value.items()
        }
    if isinstance(value, list):
        return [
            _resolve(child, _below(place, number), join(path, number), origin)
            for number, child in enumerate(value)
        ]
    changes = read_chain(value)
    if changes is None or (changes.start is None and not place.number):
        return value
    now = place.default if type(place.default) in (int, float) else None
    return changes.apply(now, f"{origin}: {path}", place.low, place.high)


def _below(place: Place, key: object) -> Place:
    """Return what may stand under a key or index; below what may be anything, that is anything."""
    found = [child for kind in place.types for child in _children(kind, key)]
    if not found:
        return Place((Any,) if Any in place.types else ())
    low, high = min(child.low for child in found), max(child.high for child in found)
    default = next((c.default for c in found if c.default is not UNKNOWN), UNKNOWN)
    if isinstance(place.default, BaseModel):
        default = getattr(place.default, str(key), default)
    elif isinstance(place.default, Mapping):
        default = place.default.get(key, default)
    types = tuple(dict.fromkeys(kind for child in found for kind in child.types))
    return Place(types, low, high, default)


def _children(kind: Any, key: object) -> Iterator[Place]:
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if key in (name, field.alias):
                yield replace(_place(field.annotation, field.metadata), default=_default(field))
    elif isinstance(origin, type) and issubclass(origin, Mapping) and len(arguments) == 2:
        yield _place(arguments[1])
    elif isinstance(key, int) and origin is not Literal:
        yield from (_place(argument) for argument in arguments if argument is not Ellipsis)


def _place(kind: Any, notes: Any = ()) -> Place:
    """Return the types inside annotations, aliases and unions, with the bounds of numbers."""
    if isinstance(kind, TypeAliasType):
        return _place(kind.__value__, notes)
    if get_origin(kind) is Annotated:
        inner, *more = get_args(kind)
        return _place(inner, [*notes, *more])
    if get_origin(kind) in (Union, UnionType):
        members = [_place(member, notes) for member in get_args(kind)]
        numbers = [m for m in members if {int, float} & set(m.types)] or members
        return Place(
            tuple(kind for member in members for kind in member.types),
            min(member.low for member in numbers),
            max(member.high for member in numbers),
        )
    flat = [note for each in notes for note in _flat(each)]
    low = [getattr(note, name) for note in flat for name in ("ge", "gt") if hasattr(note, name)]
    high = [getattr(note, name) for note in flat for name in ("le", "lt") if hasattr(note, name)]
    return Place(
        (kind,), max(_numbers(low), default=-math.inf), min(_numbers(high), default=math.inf)
    )


def _flat(note: Any) -> list[Any]:
    """Return what a note on a type says: `Field(ge=0)` holds its bounds as notes of its own."""
    return list(note.metadata) if isinstance(note, FieldInfo) else [note]


def _numbers(values: list[Any]) -> list[float]:
    return [float(value) for value in values if isinstance(value, (int, float))]


def _default(field: FieldInfo) -> Any:
    value = field.get_default(call_default_factory=True, validated_data={})
    return UNKNOWN if value is PydanticUndefined else value
