"""The prediction config: which firm, under which regimes, on which pilots, judged by which."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from pydantic import Field, model_validator

from experiments.running.config.load import Shipped, from_here
from experiments.strategies.strategy import Name
from sim.inputs import StrictModel, validate

SHIPPED = Shipped(Path(__file__).parent / "configs", "prediction")
FIRST_SEED = 3_000_000
"""Pilots' seeds begin here: reports, trainings and tunings use smaller ones."""
HELD_OUT_SEED = 4_000_000


class Pilots(StrictModel):
    """Worlds of one kind: replications `0 … replications - 1` of a seed."""

    seed: int = Field(ge=0, lt=2**62)
    replications: int = Field(ge=1, le=1000)


class PredictionConfig(StrictModel):
    """Scores of leaving, resolving and reasons, fitted on pilots and judged on others.

    Each pilot runs `warm_up_days`, then `periods` periods (a contract's, or 30 days) at whose
    starts customers are looked at; the label is whether they leave within the period. Entries are
    random in a share `randomised` of contacts, else the customer's choice, so that outcomes are
    seen on channels that customers would not choose themselves. A need counts as resolved if it
    was coded so and the customer did not come back with it within `repeat_days`. `ridge` is the
    penalty on standardised weights.
    """

    name: Name
    title: str = ""
    description: str = ""
    scenario: str = Field(min_length=1)
    overrides: dict[str, Any] = Field(default_factory=dict)
    regimes: tuple[str, ...] = Field(min_length=1)
    warm_up_days: int = Field(default=30, ge=0, le=3660)
    periods: int = Field(default=2, ge=1, le=100)
    randomised: float = Field(default=0.3, gt=0, le=1)
    repeat_days: float = Field(default=7.0, gt=0, le=60)
    ridge: float = Field(default=1.0, ge=0, le=1e6)
    pilots: Pilots = Pilots(seed=FIRST_SEED, replications=4)
    held_out: Pilots = Pilots(seed=HELD_OUT_SEED, replications=4)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.pilots.seed == self.held_out.seed:
            raise ValueError(
                f"held_out.seed must differ from pilots.seed; both are {self.pilots.seed}"
            )
        if len(set(self.regimes)) < len(self.regimes):
            raise ValueError("regimes: each once")
        return self


def load_prediction_config(source: str | Path, settings: Iterable[str] = ()) -> PredictionConfig:
    """Return the config in a file, or the shipped one of that name.

    Raises:
        InputError: the file cannot be read or what it says is not valid; names key, rule, value.
    """
    path, raw = SHIPPED.read(source, settings)
    config = validate(PredictionConfig, raw, str(path))
    return config.model_copy(update={"scenario": from_here(config.scenario, path.parent)})
