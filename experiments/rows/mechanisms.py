"""The mechanisms that practitioners speak of, and the shipped configs that ask what they do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from experiments.running.config.experiment import SHIPPED, ExperimentConfig, load_config
from experiments.strategies.strategy import Name
from sim.errors import InputError
from sim.inputs import StrictModel, nearest, read_yaml, validate

FILE = Path(__file__).with_name("mechanisms.yaml")
FOLDER = SHIPPED.folder / "rows"
Number = Annotated[str, StringConstraints(pattern=r"^M[1-9][0-9]?$")]


class Mechanism(StrictModel):
    """A claim about journeys: `rows` name configs that ask for its size, `says` what is missing."""

    title: str = Field(min_length=1)
    rows: tuple[Name, ...] = ()
    says: str = ""

    @model_validator(mode="after")
    def _answered(self) -> Self:
        if not self.rows and not self.says:
            raise ValueError("give rows, or say what is missing")
        return self


class Mechanisms(StrictModel):
    """All of them by number."""

    of: dict[Number, Mechanism] = Field(min_length=1)


def mechanisms() -> dict[str, Mechanism]:
    """Return the mechanisms by number, in their order.

    Raises:
        InputError: the file is not as it should be.
    """
    return validate(Mechanisms, {"of": read_yaml(FILE)}, str(FILE)).of


def row_names() -> dict[str, str]:
    """Return the number of the mechanism of each row, by the row's name, in the rows' order."""
    return {row: number for number, of in mechanisms().items() for row in of.rows}


def row_file(name: str) -> Path:
    """Return the config of a row.

    Raises:
        InputError: there is no such row.
    """
    if name not in row_names():
        hint = nearest(name, row_names())
        raise InputError(f"row: must be one of those that 'list --rows' lists; got '{name}'{hint}")
    return FOLDER / f"{name}.yaml"


def row_config(name: str) -> ExperimentConfig:
    """Return the config of a row; its title is the question.

    Raises:
        InputError: there is no such row, or its config is not valid.
    """
    return load_config(row_file(name))
