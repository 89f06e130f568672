"""The strategies that a run simulates: declared and derived, equal ones once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from experiments.questions.derived import Derived
from experiments.questions.factorial.block import Factorial
from experiments.questions.factorial.design import fraction
from experiments.running.config.experiment import ExperimentConfig
from experiments.running.engine import Engine, Firm
from experiments.running.precision import runs, start
from sim.errors import InputError


@dataclass(frozen=True)
class Cells:
    """What is simulated: a config with all strategies, what its scenarios say, and which are equal.

    `whole` holds the declared and the derived strategies; `same` names, for a derived one, the
    first that is equal to it, which is run in its place.
    """

    whole: ExperimentConfig
    firm: Firm
    same: Mapping[str, str]

    def with_strategy(self, engine: Engine, name: str, derived: Derived) -> Cells:
        """Return this with one strategy more.

        Raises:
            InputError: it does not fit its scenario.
        """
        added = {name: derived.strategy}
        whole = self.whole.model_copy(update={"strategies": {**self.whole.strategies, **added}})
        told = _described(engine, whole.only(name), {name: derived})
        firm = replace(
            self.firm,
            contents={**self.firm.contents, **told.contents},
            prints={**self.firm.prints, **told.prints},
        )
        return Cells(whole, firm, _equal(whole, firm, {*self.same, name}))


def cells_of(config: ExperimentConfig, engine: Engine) -> Cells:
    """Return what a config simulates.

    Raises:
        InputError: a strategy does not fit its scenario, a change changes nothing, or the
            replications are more than the budget.
    """
    derived, whole = config.derived, config.whole
    firm = _described(engine, whole, derived)
    for name, about in derived.items():
        told = firm.prints.get(name)
        if about.moot and told is not None and told == firm.prints.get(about.of):
            raise InputError(f"{about.where}: {about.moot}")
    found = Cells(whole, firm, _equal(whole, firm, set(derived)))
    _check_budget(config, found)
    return found


def _described(engine: Engine, config: ExperimentConfig, derived: Mapping[str, Derived]) -> Firm:
    """Describe the strategies; what is wrong with a derived one is said of where it comes from."""
    try:
        return engine.describe(config)
    except InputError as error:
        said = str(error)
        for name, about in derived.items():
            for mark in (":", "."):
                said = said.replace(f"strategies.{name}{mark}", f"{about.where}{mark}")
        raise InputError(said) from None


def _equal(config: ExperimentConfig, firm: Firm, derived: set[str]) -> dict[str, str]:
    first: dict[str, str] = {}
    for name in config.strategies:
        if name in firm.prints:
            first.setdefault(firm.prints[name], name)
    return {name: first[firm.prints[name]] for name in derived if name in firm.prints}


def _check_budget(config: ExperimentConfig, cells: Cells) -> None:
    """Refuse a config whose first replications are more than it allows."""
    numbers = start(config)
    wanted = runs(numbers, cells.same)
    if config.most_runs is None or wanted <= config.most_runs:
        return
    n = next(iter(numbers.values()))
    hint = _smaller(config.factorial) if config.factorial is not None else ""
    raise InputError(
        f"most_runs: must be at least {wanted:,}, for {wanted // n:,} strategies with {n:,} "
        f"replications each; got {config.most_runs:,}{hint}"
    )


def _smaller(block: Factorial) -> str:
    """Say which fraction of a design is smaller."""
    k, now = len(block.factors), len(block.plan.cells)
    for resolution in (5, 4, 3):
        cells = len(fraction(k, resolution).cells)
        if cells < now:
            return f"; factorial.resolution: {resolution} takes {cells} of the {now} cells"
    return ""
