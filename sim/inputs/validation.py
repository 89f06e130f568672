"""Pydantic models that refuse what they do not know, and their errors in plain words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from typing_extensions import TypeAliasType

from sim.errors import InputError
from sim.inputs.names import closest, nearest, renamed, show
from sim.inputs.provenance import join
from sim.inputs.resolve import resolve

Model = TypeVar("Model", bound=BaseModel)


class StrictModel(BaseModel):
    """Base of every input model: unknown keys refused, frozen, no text for numbers, no NaN."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def validate(model: type[Model], raw: Mapping[str, Any], origin: str) -> Model:
    """Return `raw` as `model`.

    Args:
        model: the model, usually a `StrictModel`.
        raw: plain values as YAML gives them (lists stand for tuples too); numbers may be given as
            relative changes.
        origin: what the message begins with, usually the file's path.

    Raises:
        InputError: one line for each problem: `origin: key.path: rule; got value; did you mean …?`
    """
    try:
        # JSON is what YAML can say: a list may become a tuple, and text never becomes a number.
        raw = resolve(model, raw, origin)
        text = json.dumps(raw)
    except (TypeError, ValueError):
        raise InputError(f"{origin}: {_not_plain(raw)}") from None
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as error:
        problems = [dict(problem) for problem in error.errors()]
        lines = [_line(model, raw, origin, each) for each in problems if not _follows(each)]
        raise InputError("\n".join(dict.fromkeys(lines))) from None


def _not_plain(raw: Mapping[str, Any]) -> str:
    """Name the first key of `raw` whose value is nothing that YAML can say."""
    for key, value in raw.items():
        try:
            json.dumps(value)
        except (TypeError, ValueError):
            return f"{key}: must be a plain value; got {show(value)}"
    return "must have plain keys"


_SUBJECT = re.compile(r"^(Input|String|Tuple|List|Dictionary|Value) should ")
_PLAIN = {
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "model_type": "must be a mapping of keys to values",
    "dict_type": "must be a mapping of keys to values",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
}
"""Pydantic's words for programmers, in plain ones, by the kind of its error."""


def _line(model: type[BaseModel], raw: Any, origin: str, problem: dict[str, Any]) -> str:
    path, types = _locate(model, raw, problem["loc"])
    head = f"{origin}: {path}: " if path else f"{origin}: "
    kind, got = problem["type"], f"; got {show(problem['input'])}"
    if kind == "missing":
        return f"{head}is required"
    if kind == "extra_forbidden":
        name, known = problem["loc"][-1], _fields(types)
        new = renamed(name, known)
        if new is not None:
            return f"{head}has another name now: write '{new}'"
        return f"{head}unknown key{got}{nearest(name, known) or '; no key is known'}"
    if kind in ("value_error", "assertion_error"):
        message = str(problem.get("ctx", {}).get("error") or problem["msg"])
        return head + message + ("" if isinstance(problem["input"], dict) else got)
    if kind.startswith("union_tag"):
        return _tag_line(head, problem)
    rule = _PLAIN.get(kind) or _SUBJECT.sub("must ", problem["msg"])
    hint = nearest(problem["input"], _options(types)) if kind in ("literal_error", "enum") else ""
    return f"{head}{rule}{got}{hint}"


def _follows(problem: Mapping[str, Any]) -> bool:
    """Tell whether a list is too short only because an entry was refused, which is said anyway."""
    least = problem.get("ctx", {}).get("min_length", 0)
    return problem["type"] == "too_short" and bool(len(problem["input"]) >= least)


def _tag_line(head: str, problem: dict[str, Any]) -> str:
    """Describe a mapping whose discriminating key is absent or names no known kind."""
    context = problem.get("ctx", {})
    key = str(context.get("discriminator", "kind")).strip("'")
    tag = context.get("tag")
    if tag is None:
        return f"{head}'{key}' is required to tell which kind this is"
    options = [option.strip(" '") for option in str(context.get("expected_tags", "")).split(",")]
    best = closest(tag, options)
    hint = f"; did you mean '{best}'?" if best else ""
    return f"{head}{key} must be one of {', '.join(options)}; got {tag!r}{hint}"


def _locate(model: type[BaseModel], raw: Any, loc: Iterable[int | str]) -> tuple[str, list[Any]]:
    """Return the dotted path in the file, and the types that may stand at its end.

    Pydantic's location also holds names of union members, which are no keys of the file. For an
    unknown key the types are those of the mapping that holds it.
    """
    parts = list(loc)
    path, types = "", list(_members(model))
    for place, part in enumerate(parts):
        below = [child for kind in types for child in _below(kind, part)]
        inside = (isinstance(raw, Mapping) and part in raw) or (
            isinstance(raw, list) and isinstance(part, int) and part < len(raw)
        )
        last = place == len(parts) - 1
        if not inside and not (last and below):
            continue
        path = join(path, part)
        raw = raw[part] if inside else None
        types = below or types
    return path, types


def _members(kind: Any) -> Iterator[Any]:
    """Yield the plain types inside annotations, aliases and unions."""
    if isinstance(kind, TypeAliasType):
        yield from _members(kind.__value__)
    elif get_origin(kind) is Annotated:
        yield from _members(get_args(kind)[0])
    elif get_origin(kind) in (Union, UnionType):
        for member in get_args(kind):
            yield from _members(member)
    else:
        yield kind


def _below(kind: Any, part: int | str) -> Iterator[Any]:
    """Yield the types that may stand under key or index `part` of `kind`."""
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            if part in (name, field.alias):
                yield from _members(field.annotation)
    elif isinstance(origin, type) and issubclass(origin, Mapping) and len(arguments) == 2:
        yield from _members(arguments[1])
    elif isinstance(part, int) and origin is not Literal:
        for argument in arguments:
            if argument is not Ellipsis:
                yield from _members(argument)


def _fields(types: Iterable[Any]) -> list[str]:
    """Return the keys of the models among `types`."""
    models = [kind for kind in types if isinstance(kind, type) and issubclass(kind, BaseModel)]
    return [field.alias or name for model in models for name, field in model.model_fields.items()]


def _options(types: Iterable[Any]) -> list[Any]:
    """Return the values that the literals and enumerations among `types` allow."""
    result: list[Any] = []
    for kind in types:
        if get_origin(kind) is Literal:
            result += get_args(kind)
        elif isinstance(kind, type) and hasattr(kind, "__members__"):
            result += [member.value for member in kind.__members__.values()]
    return result
