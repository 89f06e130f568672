"""The recorded answer of a row: the file beside its config."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from experiments.rows.mechanisms import row_config, row_file
from experiments.running.config.experiment import ExperimentConfig
from experiments.running.identity import digest_of
from sim.errors import InputError
from sim.inputs import StrictModel, validate
from sim.inputs.document import missing_file
from sim.inputs.files import read_json, write_atomically
from sim.scenario import load_scenario

WORDS = {"title", "description"}
"""What may be worded otherwise without another answer."""


class Amount(StrictModel):
    """A paired difference with its 95% interval; null where it could not be said.

    `shown`: it can be told from zero, corrected for its neighbours (Holm).
    """

    mean: float | None
    low: float | None
    high: float | None
    shown: bool


class Finding(StrictModel):
    """What one change, contrast or place of a sweep is worth, by metric; empty: it changed nothing.

    `unchanged`: registers and metrics were the same in all replications, which is no result.
    """

    of: str = Field(min_length=1)
    unchanged: bool = False
    worth: dict[str, Amount]


class Recorded(StrictModel):
    """What a row came to, when and with what.

    `config` is the digest of what was asked (`asked`). `findings` are the effects, contrasts and
    levers in the order of the answer, `points` the gaps between strategies at each place of a
    sweep, and `turns` says where these change sign; `says` what else there is to know, such as
    what changed nothing.
    """

    format: Literal[1]
    config: str = Field(min_length=64, max_length=64)
    recorded: date
    revision: str = Field(min_length=1)
    engine: str = Field(min_length=1)
    replications: Annotated[int, Field(ge=3)]
    runs: Annotated[int, Field(ge=1)]
    seconds: Annotated[float, Field(gt=0)]
    currency: str
    findings: tuple[Finding, ...] = ()
    points: tuple[Finding, ...] = ()
    turns: tuple[str, ...] = ()
    says: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _answered(self) -> Self:
        if not self.findings and not self.points:
            raise ValueError("needs findings or points")
        return self

    @property
    def every(self) -> tuple[Finding, ...]:
        """All amounts: findings and points."""
        return self.findings + self.points

    @property
    def decides(self) -> bool:
        """Whether anything can be told from zero in what strategies are ranked by."""
        return any(next(iter(f.worth.values())).shown for f in self.every if f.worth)


def asked(config: ExperimentConfig) -> str:
    """Return the SHA-256 of what a config asks of which firm, as far as they say it.

    Keys that stand at their defaults are left out, so that a new key makes no answer stale; words
    are, too.
    """
    firm = load_scenario(config.scenario).model_dump(mode="json", exclude_defaults=True)
    for word in WORDS:
        firm.pop(word, None)
    said = config.model_dump(mode="json", exclude_defaults=True, exclude={*WORDS, "scenario"})
    return digest_of({"config": said, "firm": firm})


def answer_file(name: str) -> Path:
    """Return the file of a row's recorded answer."""
    return row_file(name).with_suffix(".json")


def load(name: str) -> Recorded:
    """Return the recorded answer of a row.

    Raises:
        InputError: there is no such row, or its file is missing or not as it should be.
    """
    path = answer_file(name)
    try:
        raw = read_json(path)
    except FileNotFoundError:
        raise InputError(f"{missing_file(path)}; 'optichannel record {name}' writes it") from None
    if not isinstance(raw, dict):
        raise InputError(f"{path}: must be a recorded answer, a JSON object")
    return validate(Recorded, raw, str(path))


def save(name: str, recorded: Recorded) -> None:
    """Write a row's answer, whole or not at all."""
    plain = recorded.model_dump(mode="json", exclude_defaults=True)
    text = json.dumps(plain, indent=1, ensure_ascii=False) + "\n"
    write_atomically(answer_file(name), text.encode())


def is_stale(name: str) -> bool:
    """Tell whether a row's config or its firm has changed since the answer was recorded."""
    return load(name).config != asked(row_config(name))
