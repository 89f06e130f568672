"""The experiment config: which firm, which strategies, how long, how often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from experiments.questions.blocks import BLOCKS, Questions, relocated
from experiments.questions.derived import Derived
from experiments.questions.effects import Effects
from experiments.questions.factorial import Factorial
from experiments.questions.leaving import Leaving
from experiments.questions.levers import Levers
from experiments.questions.sweep import Sweep
from experiments.running.config.fronts import Gap, Pareto, check_gap, swept
from experiments.running.config.load import OVERLAYS, Shipped, from_here
from experiments.strategies.delta import Delta, PolicyDelta
from experiments.strategies.names import check_folders, check_titles
from experiments.strategies.strategy import Name, PolicyChoice, Strategy
from policies.modules import from_folder
from sim.decisions.predictor import PREDICTOR
from sim.inputs import StrictModel, load_document, nearest, overlay, validate
from sim.inputs.tensors import SUFFIX

SHIPPED = Shipped(Path(__file__).parents[2] / "configs", "config")
LEARNED = "learned"
"""The policy whose parameter `file` names a trained policy's file."""
OLD_SUFFIX = ".npz"  # of trained policies; found, so as to be told how to convert it

UNASKED: dict[str, Any] = dict.fromkeys((*BLOCKS, "pareto", "gap")) | {"replications": 1}
"""What a config has that does no more than simulate strategies."""


class Target(StrictModel):
    """The half-width that an interval must reach, absolute or as a share of the mean.

    It is asked of every strategy's mean, or of every difference from the reference; or of every
    `effect` of the blocks `effects` and `levers`; or of every `contrast` of a factorial design
    (main effects and interactions of two). Strategies that a block adds are replicated as often as
    its own effects and contrasts need, each on its own.
    """

    absolute: float | None = Field(default=None, gt=0)
    relative: float | None = Field(default=None, gt=0)
    of: Literal["mean", "difference", "effect", "contrast"] = "mean"

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.absolute is None) == (self.relative is None):
            raise ValueError("give either absolute or relative")
        if self.of != "mean" and self.relative is not None:
            raise ValueError(f"{self.of} may be zero, so its target must be absolute")
        return self


class Precision(StrictModel):
    """Replicate until every metric reaches its target (`experiments.statistics.StoppingRule`).

    All intervals hold together with 95%. Fewer than 20 replications at the first look cost
    coverage.
    """

    min: int = Field(default=20, ge=2)
    max: int = Field(ge=2)
    step: int = Field(default=10, ge=1)
    precision: dict[str, Target] = Field(min_length=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.max < self.min:
            raise ValueError(f"max must be at least min ({self.min}); got {self.max}")
        return self


class ExperimentConfig(StrictModel):
    """An experiment: strategies of one firm, compared under common random numbers.

    `horizon_days` are measured, after `warm_up_days` that are not: a number of days or `auto`
    (MSER-5 on the daily series of a pilot). Differences are taken from `reference`, by default the
    first strategy. `pareto` adds strategies that sweep a weight, and draws their fronts; `gap` says
    how much of the way from the best rule to a bound is closed. `lifetime_value` measures what
    contacts did to customers' expected lifetime values: what the verdict ranks by. Without it a run
    is a little faster, and knows nothing of what customers are worth afterwards. `decision_value`
    values each entry decision under its customer's true chances (metric `decision_value`): few
    replications then tell policies apart that know different things, each at a fifth more time.

    `effects`, `factorial`, `sweep` and `levers` each ask a question, for which strategies are added
    that differ from the declared ones as the block says. `most_runs` is the budget: no more
    replications than that of all strategies together. `leaving` measures which figures about
    customers tell who leaves.
    """

    name: Name
    title: str = ""
    description: str = ""
    scenario: str = Field(min_length=1)
    overrides: dict[str, Any] = Field(default_factory=dict)
    horizon_days: float = Field(gt=0, le=36_525)
    warm_up_days: Annotated[float, Field(ge=0)] | Literal["auto"] = 0.0
    replications: Annotated[int, Field(ge=1, le=1_000_000)] | Precision = 10
    seed: int = Field(default=1, ge=0, lt=2**63)
    reference: str = ""
    strategies: dict[Name, Strategy] = Field(min_length=1)
    pareto: Pareto | None = None
    gap: Gap | None = None
    effects: Effects | None = None
    factorial: Factorial | None = None
    sweep: Sweep | None = None
    levers: Levers | None = None
    most_runs: int | None = Field(default=None, ge=1)
    lifetime_value: bool = True
    decision_value: bool = False
    leaving: Leaving | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        self.strategies.update(swept(self.pareto, self.strategies))
        check_gap(self.gap, self.strategies)
        check_folders(self.strategies, "strategies")
        check_titles(((n, s.title or n) for n, s in self.strategies.items()), "strategies")
        if self.reference and self.reference not in self.strategies:
            raise ValueError(
                f"reference must be one of the strategies; got '{self.reference}'"
                + nearest(self.reference, self.strategies)
            )
        check_folders([*self.strategies, *self.derived], "strategies")
        self._check_goals()
        return self

    def _check_goals(self) -> None:
        """Refuse a precision of effects or contrasts that are not asked for."""
        wanted = {} if isinstance(self.replications, int) else self.replications.precision
        for metric, target in wanted.items():
            if target.of not in ("mean", "difference") and not self.questions.goals(
                self.reference_name, target.of
            ):
                blocks = "effects or levers" if target.of == "effect" else "factorial"
                raise ValueError(
                    f"replications.precision.{metric}.of: '{target.of}' needs the block {blocks}"
                )

    @property
    def questions(self) -> Questions:
        """What is asked besides the comparison of the strategies."""
        return Questions.of(self)

    @property
    def derived(self) -> dict[str, Derived]:
        """The strategies that the questions add, by name."""
        return self.questions.derived(self.strategies, self.reference_name)

    @property
    def whole(self) -> ExperimentConfig:
        """This config with the strategies that the questions add, and no questions."""
        more = {name: derived.strategy for name, derived in self.derived.items()}
        every = {**self.strategies, **more}
        return self.model_copy(update={"strategies": every} | dict.fromkeys(BLOCKS))

    @property
    def reference_name(self) -> str:
        """The strategy that the others are compared with."""
        return self.reference or next(iter(self.strategies))

    def only(self, strategy: str) -> ExperimentConfig:
        """Return this config with one of its strategies alone, which is all that a worker needs."""
        one = {strategy: self.strategies[strategy]}
        return self.model_copy(update={"strategies": one, "reference": ""} | UNASKED)

    def with_warm_up(self, days: float) -> ExperimentConfig:
        """Return this config with a stated warm-up."""
        return self.model_copy(update={"warm_up_days": days})

    def scenario_overrides(self, strategy: str) -> dict[str, Any]:
        """Return what is laid over the scenario for one strategy: the common, then its own."""
        return overlay(self.overrides, self.strategies[strategy].overrides)


def load_config(
    source: str | Path | Mapping[str, Any], settings: Iterable[str] = ()
) -> ExperimentConfig:
    """Return the experiment config in a file, or the shipped one of that name.

    Args:
        source: a path, the name of a shipped config, or a mapping with the keys of a file that
            stands in the working directory.
        settings: `key.path=value` each, laid over the file in order.

    Raises:
        InputError: the file cannot be read or what it says is not valid; names key, rule, value.
    """
    if isinstance(source, Mapping):
        path, raw = Path("config"), load_document(source, SHIPPED.find, settings, OVERLAYS)
    else:
        path, raw = SHIPPED.read(source, settings)
    config = validate(ExperimentConfig, raw, str(path))
    changes = located(config.scenario, config.strategies, path.parent)
    for name in BLOCKS:
        block = getattr(config, name)
        if block is not None:
            changes[name] = relocated(block, partial(located_delta, folder=path.parent))
    return config.model_copy(update=changes)


OTHER_COMMANDS = ("train_", "tune_")
"""Shipped configs whose names begin so are for the commands `train` and `tune`."""


def config_names() -> list[str]:
    """Return the names of the shipped configs that `run` takes, sorted."""
    return [name for name in SHIPPED.names() if not name.startswith(OTHER_COMMANDS)]


def policy_choice(choice: PolicyChoice, folder: Path) -> PolicyChoice:
    """Return a policy whose module and files are found beside the config, from anywhere."""
    use, params, file = from_folder(choice.use, folder), choice.params, choice.params.get("file")
    if use == LEARNED and isinstance(file, str) and file:
        params = {**params, "file": from_here(file, folder, (SUFFIX, OLD_SUFFIX))}
    fitted = choice.params.get(PREDICTOR)
    if isinstance(fitted, str) and fitted:
        params = {**params, PREDICTOR: from_here(fitted, folder, (SUFFIX,))}
    return choice.model_copy(update={"use": use, "params": params})


def located_delta(delta: Delta, folder: Path) -> Delta:
    """Return a delta with all paths as they stand from here."""
    changes: dict[str, Any] = {}
    if delta.policy is not None and delta.policy.use is not None:
        choice = policy_choice(
            PolicyChoice(use=delta.policy.use, params=delta.policy.params), folder
        )
        changes["policy"] = PolicyDelta(use=choice.use, params=choice.params)
    if delta.firm_figures is not None:
        changes["firm_figures"] = from_here(delta.firm_figures, folder)
    return delta.model_copy(update=changes)


def located(scenario: str, strategies: Mapping[str, Strategy], folder: Path) -> dict[str, Any]:
    """Return a config's `scenario` and `strategies` with all paths as they stand from here.

    Paths (of a scenario, of a trained policy, of a policy's module) are relative to the config's
    folder.
    """
    found = {}
    for name, strategy in strategies.items():
        changes: dict[str, Any] = {"policy": policy_choice(strategy.policy, folder)}
        if strategy.firm_figures is not None:
            changes["firm_figures"] = from_here(strategy.firm_figures, folder)
        found[name] = strategy.model_copy(update=changes)
    return {"scenario": from_here(scenario, folder), "strategies": found}
