"""The training config: which firm, which decisions, which algorithm, how long, judged by what."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from pydantic import Field, field_validator, model_validator

from experiments.running.config.experiment import policy_choice
from experiments.running.config.load import Shipped, from_here
from experiments.strategies.strategy import DecisionKind, Name, PolicyChoice
from sim.inputs import StrictModel, validate
from sim.scenario.parts import NonNegative

SHIPPED = Shipped(Path(__file__).parent / "configs", "training")
SEEDS_APART = 1000
"""Training uses the seeds from `seed` up to this many more (one for each world)."""


class AlgorithmChoice(StrictModel):
    """A learning algorithm by name, with its hyper-parameters."""

    use: str = Field(min_length=1)
    params: dict[str, Any] = Field(default_factory=dict)


class Episodes(StrictModel):
    """Episodes of training: length and what was simulated before them, in days."""

    horizon_days: float = Field(default=14.0, gt=0, le=3660)
    warm_up_days: int = Field(default=14, ge=0, le=3660)
    warm_up_worlds: int = Field(default=4, ge=1, le=1000)


class Test(StrictModel):
    """Replications that judge a policy, with a seed that no training uses."""

    seed: int = Field(ge=0, lt=2**62)
    replications: int = Field(ge=2, le=10_000)
    horizon_days: float = Field(default=28.0, gt=0, le=3660)


class Budget(StrictModel):
    """When training ends: after so many decisions, or minutes of training, whichever is first."""

    steps: int | None = Field(default=None, ge=1)
    minutes: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.steps is None and self.minutes is None:
            raise ValueError("give steps or minutes, or both")
        return self


class TrainConfig(StrictModel):
    """A training: scenario, regime, what is learned, by which algorithm, and how it is judged.

    `decides` are the kinds of decision that are learned; `rule` takes the others, and is what the
    learned policy is compared with, besides `compare`. `selection` chooses the best of the
    checkpoints; `evaluation` judges that one, on seeds that neither training nor selection saw.
    `firm_figures` names the scenario whose numbers policies are given, if not those of the world.
    `features` (names, ``*`` stands for any text; empty: all) are those that the learner may use.
    `waiting_cost_per_h` puts a price by channel on hours of waiting that the firm does not pay.
    `retention_weight` is what a unit of expected lifetime value counts beside costs and sales, in
    training and selection; the evaluation's figures are never weighted.
    """

    name: Name
    title: str = ""
    description: str = ""
    scenario: str = Field(min_length=1)
    overrides: dict[str, Any] = Field(default_factory=dict)
    firm_figures: str | None = Field(default=None, min_length=1)
    regime: str | None = None
    decides: tuple[DecisionKind, ...] = Field(default=("entry",), min_length=1)
    features: tuple[str, ...] = ()
    waiting_cost_per_h: dict[Name, NonNegative] = Field(default_factory=dict)
    retention_weight: float = Field(default=1.0, ge=0, le=100)
    rule: PolicyChoice = PolicyChoice(use="customer_choice")
    compare: dict[Name, PolicyChoice] = Field(default_factory=dict)
    algorithm: AlgorithmChoice
    episodes: Episodes = Episodes()
    seed: int = Field(default=1, ge=0, lt=2**62)
    selection: Test = Test(seed=100_000, replications=3, horizon_days=14.0)
    evaluation: Test = Test(seed=200_000, replications=10)
    budget: Budget
    checkpoint_steps: int = Field(default=50_000, ge=1)
    select_every: int = Field(default=2, ge=1)

    @field_validator("rule", "algorithm", mode="before")
    @classmethod
    def _by_name(cls, value: Any) -> Any:
        return {"use": value} if isinstance(value, str) else value

    @field_validator("compare", mode="before")
    @classmethod
    def _all_by_name(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {k: {"use": v} if isinstance(v, str) else v for k, v in value.items()}

    @model_validator(mode="after")
    def _held_out(self) -> Self:
        for key, test in (("selection", self.selection), ("evaluation", self.evaluation)):
            if self.seed <= test.seed < self.seed + SEEDS_APART:
                raise ValueError(
                    f"{key}.seed must be held out: below seed ({self.seed}) or at least "
                    f"{SEEDS_APART} above it; got {test.seed}"
                )
        if self.selection.seed == self.evaluation.seed:
            raise ValueError("selection.seed and evaluation.seed must differ")
        for reserved in ("learned", "rule"):
            if reserved in self.compare:
                raise ValueError(f"compare: '{reserved}' is a name of its own; take another")
        return self


def load_train_config(source: str | Path, settings: Iterable[str] = ()) -> TrainConfig:
    """Return the training config in a file, or the shipped one of that name.

    Raises:
        InputError: the file cannot be read or what it says is not valid; names key, rule, value.
    """
    path, raw = SHIPPED.read(source, settings)
    config, folder = validate(TrainConfig, raw, str(path)), path.parent
    found: dict[str, Any] = {
        "scenario": from_here(config.scenario, folder),
        "rule": policy_choice(config.rule, folder),
        "compare": {k: policy_choice(v, folder) for k, v in config.compare.items()},
    }
    if config.firm_figures is not None:
        found["firm_figures"] = from_here(config.firm_figures, folder)
    return config.model_copy(update=found)
