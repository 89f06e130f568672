"""The tuning config: which policies, over which parameters, towards which objective."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from experiments.running.config.experiment import SHIPPED, ExperimentConfig, located
from experiments.strategies.names import check_folders
from experiments.strategies.strategy import Name, Strategy
from sim.errors import InputError
from sim.inputs import StrictModel, nearest, validate

FIRST_SEED = 1_000_000
"""Seeds from here on are for tuning; reports use smaller ones (docs/how-to/tune.md)."""


class Range(StrictModel):
    """Where a parameter is searched; what is left out is as the policy declares it."""

    low: float | None = None
    high: float | None = None
    log: bool | None = None
    choices: tuple[str, ...] | None = Field(default=None, min_length=1)


class Racing(StrictModel):
    """Few replications first: who falls behind on them gets no more.

    A batch of candidates starts on `first` replications, and each next round multiplies them by
    `factor`. After a round the best `keep` of the batch go on (successive halving), but none that
    is worse than the best so far by a one-sided paired t test at `alpha`.
    """

    first: int = Field(default=2, ge=2)
    factor: int = Field(default=2, ge=2)
    keep: float = Field(default=0.5, gt=0, le=1)
    alpha: float = Field(default=0.1, gt=0, lt=0.5)

    def rounds(self, replications: int) -> list[int]:
        """Return the replications after each round, the last of them all."""
        found, n = [], self.first
        while n < replications:
            found.append(n)
            n *= self.factor
        return [*found, replications]


class Validation(StrictModel):
    """A run of the tuned policies beside the untuned ones, on luck that no trial has seen."""

    seed: int = Field(default=1, ge=0, lt=2**63)
    replications: int = Field(default=10, ge=2)


class TuneConfig(StrictModel):
    """Policies whose parameters are tuned, each by itself, on the same customers and luck.

    `objective` is a metric (its better direction is taken) or a weighted sum of metrics, which is
    maximised. Without `search` every declared parameter with bounds is searched, except those that
    the strategy sets; a parameter that `search` names starts where the strategy sets it.
    `trials` counts candidates for each strategy; `batch` of them are raced together, so that the
    result does not depend on the number of workers.
    """

    name: Name
    title: str = ""
    description: str = ""
    scenario: str = Field(min_length=1)
    overrides: dict[str, Any] = Field(default_factory=dict)
    horizon_days: float = Field(gt=0, le=36_525)
    warm_up_days: float = Field(default=0.0, ge=0)
    seed: int = Field(default=FIRST_SEED, ge=0, lt=2**63)
    replications: int = Field(default=8, ge=2, le=100_000)
    objective: str | Annotated[dict[str, float], Field(min_length=1)]
    strategies: dict[Name, Strategy] = Field(min_length=1)
    search: dict[str, dict[str, Range]] = Field(default_factory=dict)
    trials: int = Field(default=40, ge=1, le=1_000_000)
    batch: int = Field(default=4, ge=1, le=1024)
    sampler: Literal["tpe", "random"] = "tpe"
    racing: Racing = Field(default_factory=Racing)
    validation: Validation | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_folders(self.strategies, "strategies")
        for name in self.search:
            if name not in self.strategies:
                hint = nearest(name, self.strategies)
                raise ValueError(f"search.{name}: is not one of the strategies{hint}")
        if self.validation is not None and self.validation.seed == self.seed:
            raise ValueError(
                "validation.seed: must differ from the seed that is tuned on, "
                f"or the gain is only luck; got {self.seed} for both"
            )
        return self

    def experiment(
        self, strategies: Mapping[str, Strategy] | None = None, *, validation: bool = False
    ) -> ExperimentConfig:
        """Return the experiment that simulates `strategies`, by default the untuned ones."""
        check = self.validation if validation else None
        same = ("name", "description", "scenario", "overrides", "horizon_days", "warm_up_days")
        return ExperimentConfig(
            **{key: getattr(self, key) for key in same},
            title=f"{self.title or self.name}: tuned and untuned" if check else self.title,
            replications=check.replications if check else self.replications,
            seed=check.seed if check else self.seed,
            strategies=dict(strategies or self.strategies),
        )


def load_tune_config(source: str | Path, settings: Iterable[str] = ()) -> TuneConfig:
    """Return the tuning config in a file, or the shipped one of that name.

    Args:
        source: a path, or the name of a shipped config.
        settings: `key.path=value` each, laid over the file in order.

    Raises:
        InputError: the file cannot be read or what it says is not valid; names key, rule, value.
    """
    path, raw = SHIPPED.read(source, settings)
    if "objective" not in raw and "replications" in raw and "strategies" in raw:
        raise InputError(
            f"{path}: objective: is required to tune; this looks like a config for `run`"
        )
    config = validate(TuneConfig, raw, str(path))
    return config.model_copy(update=located(config.scenario, config.strategies, path.parent))
