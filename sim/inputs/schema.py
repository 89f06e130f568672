"""JSON Schema of an input file, for editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from sim.inputs.compose import EXTENDS
from sim.inputs.provenance import KEY, STATUSES
from sim.inputs.relative import FORM

_STATEMENT = {
    "status": {"type": "string", "enum": list(STATUSES)},
    "source": {"type": "string"},
}


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the files that `model` reads.

    Every value may also be written with its provenance, every number as a relative change of the
    one that is there, every mapping may carry `provenance`, and no key is required, because a file
    may inherit any of them by `extends`.
    """
    schema: dict[str, Any] = _admit(model.model_json_schema())
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema.setdefault("properties", {})[EXTENDS] = {
        "type": "string",
        "description": "Name or path of a file that this one is laid over.",
    }
    definitions = schema.setdefault("$defs", {})
    definitions["_provenance"] = {
        "type": "object",
        "additionalProperties": False,
        "properties": _STATEMENT,
    }
    return schema


def _admit(schema: Any) -> Any:
    """Return `schema` with the provenance form admitted wherever a value may stand."""
    if isinstance(schema, list):
        return [_admit(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result: dict[str, Any] = {}
    for key, part in schema.items():
        if key == "properties":
            result[key] = {name: _stated(child) for name, child in part.items()}
            result[key][KEY] = {"$ref": "#/$defs/_provenance"}
        elif key in ("items", "additionalProperties") and isinstance(part, dict):
            result[key] = _stated(part)
        elif key == "patternProperties":
            result[key] = {
                f"^(?!{KEY}$){pattern.removeprefix('^')}": _stated(child)
                for pattern, child in part.items()
            }
            result["properties"] = {KEY: {"$ref": "#/$defs/_provenance"}}
        elif key == "prefixItems":
            result[key] = [_stated(child) for child in part]
        elif key == "$defs":
            result[key] = {name: _admit(child) for name, child in part.items()}
        elif key in ("anyOf", "oneOf", "allOf"):
            result[key] = _admit(part)
        elif key not in ("required", "discriminator"):
            result[key] = part
    if "additionalProperties" in result and "properties" not in result:
        result["properties"] = {KEY: {"$ref": "#/$defs/_provenance"}}
    return result


def _stated(schema: Any) -> Any:
    plain = _admit(schema)
    if not isinstance(plain, dict):
        return plain
    notes = {key: plain.pop(key) for key in ("title", "description", "default") if key in plain}
    form = {
        "type": "object",
        "additionalProperties": False,
        "required": ["value"],
        "properties": {"value": plain, **_STATEMENT},
    }
    return {**notes, "anyOf": [plain, form, *_changes(plain)]}


def _changes(plain: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the form of a relative change, where a number may stand."""
    kinds = {plain.get("type"), *(part.get("type") for part in plain.get("anyOf", ()))}
    if not kinds & {"number", "integer"}:
        return []
    return [{"type": "string", "pattern": f"^{FORM.pattern}$"}]
