"""The records in the files of a run's learned policies, checked: anybody may have written them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from experiments.report.formatting import listing
from experiments.running.config.experiment import LEARNED
from policies.learned.model import Header, find_model, load_model
from sim.errors import InputError
from sim.inputs import validate

Text = Annotated[str, Field(max_length=80)]
Count = Annotated[int, Field(ge=0, le=10**15)]
Amount = Annotated[float, Field(ge=-1e15, le=1e15)]
Customers = Annotated[int, Field(ge=1, le=10**9)]
MOST_POINTS, MOST_BINS = 200, 24
CURVE, MAP = "learning curve", "map of its choices"


class _Part(BaseModel):
    """Reads what it knows and passes over the rest."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, allow_inf_nan=False)


class Interval(_Part):
    """A mean with its interval; None where there is none."""

    mean: Amount | None
    low: Amount | None = None
    high: Amount | None = None


class Rule(_Part):
    """A policy by name."""

    use: Text


class Seed(_Part):
    """A part of the training's config that has a seed."""

    seed: Count


class Config(_Part):
    """The seeds of a training's config."""

    seed: Count
    selection: Seed
    evaluation: Seed


class Training(_Part):
    """How a policy was trained; ``learned_minus`` by other player and figure, money of a firm."""

    algorithm: Text
    scenario: Text
    currency: Text
    base: Rule
    config: Config
    steps: Count
    training_s: Annotated[float, Field(ge=0, le=1e10)]
    customers: Customers | None = None
    learned_minus: dict[Text, dict[Text, Interval]] = Field(default_factory=dict)


class Curve(_Part):
    """The gain over the rule (money of the firm) after so many decisions, in the selection."""

    steps: Annotated[list[Count], Field(max_length=MOST_POINTS)]
    gain: Annotated[list[Amount], Field(max_length=MOST_POINTS)]
    customers: Customers
    currency: Text
    best_steps: Count

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if len(self.steps) != len(self.gain):
            raise ValueError("steps and gain must be of one length")
        return self


class Change(_Part):
    """What the rule would do, what the learned policy does, and how often."""

    kind: Text = ""
    rule: Text
    learned: Text
    decisions: Count


class Cell(_Part):
    """Decisions of which some differ, and the most frequent change."""

    decisions: Count
    differs: Count
    change: Change | None = None

    @model_validator(mode="after")
    def _part_of(self) -> Self:
        if self.differs > self.decisions:
            raise ValueError("differs must not be above decisions")
        return self


class KindChanges(Cell):
    """The changes among the decisions of one kind."""

    kind: Text
    changes: Annotated[list[Change], Field(max_length=10)]


class Axis(_Part):
    """A feature in bins."""

    name: Text
    unit: Text
    bins: Annotated[list[Text], Field(min_length=1, max_length=MOST_BINS)]


class Choices(Cell):
    """Where a learned policy and the best rule of its training differ: rows by columns."""

    rule: Text
    policy: Text
    days: Annotated[float, Field(gt=0, le=3660)]
    kinds: Annotated[list[KindChanges], Field(max_length=10)]
    features: Annotated[list[Axis], Field(max_length=2)]
    cells: Annotated[list[list[Cell]], Field(max_length=MOST_BINS)]

    @model_validator(mode="after")
    def _shape(self) -> Self:
        shape = [len(row) for row in self.cells]
        if len(self.features) == 2:
            first, second = self.features
            if shape != [len(second.bins)] * len(first.bins):
                raise ValueError("cells must have a row and a column for each bin")
        elif self.features or shape:
            raise ValueError("a map needs two features")
        return self


@dataclass(frozen=True)
class Record:
    """What can be told of a learned policy, and in words what cannot."""

    training: Training | None = None
    curve: Curve | None = None
    choices: Choices | None = None
    notes: list[str] = field(default_factory=list)


def learned_files(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the files of the run's learned policies, by strategy."""
    config = manifest.get("config")
    strategies = config.get("strategies") if isinstance(config, Mapping) else None
    found = {}
    for name, strategy in strategies.items() if isinstance(strategies, Mapping) else ():
        policy = strategy.get("policy") if isinstance(strategy, Mapping) else None
        if isinstance(policy, Mapping) and policy.get("use") == LEARNED:
            params = policy.get("params")
            found[str(name)] = str(params.get("file", "")) if isinstance(params, Mapping) else ""
    return found


def read_record(file: str) -> Record:
    """Return the record in a learned policy's file; what is malformed is left out with a note."""
    try:
        header = load_model(find_model(file)).header
    except (InputError, RecursionError):
        return Record(notes=["its file can no longer be read, so nothing is told of its training."])
    return record_of(header)


def record_of(header: Header) -> Record:
    """Return the record in a header, each part checked on its own."""
    raw: Any = header.training
    notes: list[str] = []
    if not isinstance(raw, Mapping):
        return Record(notes=["the record of its training is malformed and left out."])
    base = {"algorithm": header.algorithm, "base": header.base}
    firm = {key: raw.get(key) for key in ("customers", "currency", "best_steps")}
    lacking = [what for what, key in ((CURVE, "curve"), (MAP, "choices")) if raw.get(key) is None]
    if lacking:
        notes.append(f"its file holds no {listing(lacking)}.")
    return Record(
        training=_part(Training, "record of its training", {**raw, **base}, {}, notes),
        curve=_part(Curve, CURVE, raw.get("curve"), firm, notes),
        choices=_part(Choices, MAP, raw.get("choices"), {}, notes),
        notes=notes,
    )


P = TypeVar("P", bound=_Part)


def _part(
    model: type[P], what: str, raw: object, more: Mapping[str, Any], notes: list[str]
) -> P | None:
    if raw is None:
        return None
    try:
        if isinstance(raw, Mapping):
            return validate(model, {**raw, **more}, what)
    except (InputError, RecursionError):
        pass
    notes.append(f"the {what} in its file is malformed and left out.")
    return None
