"""The keys of the input files, from the JSON Schema of their pydantic models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.markdown import anchor, docstring, literal, page, prose, table

Schema = Mapping[str, Any]
BOUNDS = (
    ("minimum", "≥"),
    ("exclusiveMinimum", ">"),
    ("maximum", "≤"),
    ("exclusiveMaximum", "<"),
)
UNBOUNDED = 1e12
"""Limits from here on only keep numbers finite; they say nothing to a reader."""
SHORT = 48
"""A default that is longer in print is left to the table of its own model."""


def kind_of(part: Schema) -> str:
    """Return in words what values a part of a JSON Schema admits."""
    if "$ref" in part:
        name = _target(part)
        return f"[{name}](#{anchor(name)})"
    if "enum" in part:
        return ", ".join(literal(value) for value in part["enum"])
    if "const" in part:
        return literal(part["const"])
    if "anyOf" in part:
        options = (kind_of(p) for p in part["anyOf"] if p.get("type") != "null")
        return " or ".join(dict.fromkeys(options))
    if part.get("type") == "array":
        return f"list of {kind_of(part['items'])}" if "items" in part else "list"
    if part.get("type") == "object":
        inner = part.get("additionalProperties") or next(
            iter(part.get("patternProperties", {}).values()), None
        )
        return f"mapping of names to {kind_of(inner)}" if isinstance(inner, dict) else "mapping"
    kind = str(part.get("type", "anything"))
    return {"boolean": "true or false", "string": "text", "integer": "whole number"}.get(kind, kind)


def bounds_of(part: Schema) -> str:
    """Return the bounds that a part of a JSON Schema states, as mathematics."""
    inner = (part.get("items"), part.get("additionalProperties"))
    options = [part, *part.get("anyOf", ()), *inner]
    said = [
        f"{sign} {option[key]:g}"
        for key, sign in BOUNDS
        for option in options
        if isinstance(option, Mapping) and key in option and abs(option[key]) < UNBOUNDED
    ]
    return ", ".join(dict.fromkeys(said))


def default_of(name: str, part: Schema, required: Iterable[str]) -> str:
    """Return a key's default: a value, `–` for none, or that it must be given."""
    if name in required:
        return "**required**"
    value = part.get("default")
    if isinstance(value, dict):
        value = {key: inner for key, inner in value.items() if inner not in (None, "", [], {})}
    if value is None or value in ("", [], {}):
        return "–"
    text = literal(value)
    return text if len(text) <= SHORT else "as below"


def keys_of(schema: Schema) -> str:
    """Return the keys of one model as a table, under its description."""
    rows = [
        (f"`{name}`", kind_of(part), default_of(name, part, schema.get("required", ())),
         bounds_of(part), prose(part.get("description", "")))
        for name, part in schema.get("properties", {}).items()
    ]  # fmt: skip
    text = prose(schema.get("description", ""))
    head = ("key", "holds", "default", "bounds", "means")
    return f"{text}\n\n{table(head, rows) if rows else kind_of(schema)}"


def models_of(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the models below the top level, each after the one that first names it."""
    parts, seen, waiting = schema.get("$defs", {}), set(), [schema]
    while waiting:
        for name in _references(waiting.pop(0)):
            if name not in seen:
                seen.add(name)
                waiting.append(parts[name])
                yield name, parts[name]


def _references(part: Any) -> Iterator[str]:
    """Yield the models that a part of the schema names, in order."""
    if isinstance(part, Mapping):
        if "$ref" in part:
            yield _target(part)
        for key, inner in part.items():
            if key != "$defs":
                yield from _references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _references(inner)


def _target(part: Schema) -> str:
    return str(part["$ref"]).rsplit("/", 1)[-1]


def sections_of(model: Any) -> list[tuple[str, str]]:
    """Return the sections of an input file: its top level, then every model below it."""
    schema = model.model_json_schema()
    return [
        ("Top level", keys_of(schema)),
        *((name, keys_of(part)) for name, part in models_of(schema)),
    ]


LAYERS = (
    "A file may take over another one by `extends:`; `--set KEY.PATH=VALUE` lays values over it "
    "on the command line. Unknown keys are refused with the nearest valid name."
)  # fmt: skip


def scenario() -> str:
    """The keys of a scenario file."""
    from sim import Scenario

    lead = (
        "How to write one: [write a scenario](../how-to/write-a-scenario.md). Every value may "
        "also be written with its provenance: `{value, status, source}`. A unit is part of the "
        "key's name.\n\n"
    )  # fmt: skip
    return page("Scenario keys", lead + LAYERS, sections_of(Scenario))


def experiment() -> str:
    """The keys of an experiment config."""
    from experiments import ExperimentConfig

    lead = f"What `optichannel run` and `optichannel check` read. {LAYERS}"
    return page("Experiment keys", lead, sections_of(ExperimentConfig))


def training() -> str:
    """The keys of a training config, and every algorithm's hyper-parameters."""
    import importlib

    from experiments.learning.algorithms.registry import ALGORITHMS
    from experiments.learning.config import TrainConfig

    sections = sections_of(TrainConfig)
    for name, algorithm in ALGORITHMS.items():
        module = importlib.import_module(f"experiments.learning.algorithms.{algorithm.module}")
        extra = f" Needs the extra `{algorithm.extra}`." if algorithm.extra else ""
        text = f"`algorithm: {name}`: {algorithm.idea}.{extra}\n\n{docstring(module)}\n\n"
        sections.append((f"Algorithm {name}", text + keys_of(module.Params.model_json_schema())))
    lead = f"What `optichannel train` reads; [how to train](../how-to/train.md). {LAYERS}"
    return page("Training keys", lead, sections)


def tuning() -> str:
    """The keys of a tuning config."""
    from experiments.tuning.config import TuneConfig

    lead = f"What `optichannel tune` reads; [how to tune](../how-to/tune.md). {LAYERS}"
    return page("Tuning keys", lead, sections_of(TuneConfig))


def prediction() -> str:
    """The keys of a prediction config."""
    from experiments.prediction.config import PredictionConfig

    lead = f"What `optichannel predict` reads; [how to predict](../how-to/predict.md). {LAYERS}"
    return page("Prediction keys", lead, sections_of(PredictionConfig))
