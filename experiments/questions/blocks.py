"""The blocks of a config together: what they add to the strategies, and what they ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, TypeVar

from pydantic import BaseModel

from experiments.questions import effects, factorial, levers, sweep
from experiments.questions.derived import Derived
from experiments.questions.effects import Effects
from experiments.questions.factorial import Factorial
from experiments.questions.levers import Firm, Levers
from experiments.questions.measured import Measured, Weights
from experiments.questions.results import Answers
from experiments.questions.sweep import Sweep
from experiments.strategies.delta import Delta
from experiments.strategies.strategy import Strategy

BLOCKS = ("effects", "factorial", "sweep", "levers")
"""The keys of a config that ask a question."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Questions:
    """What a config asks besides the comparison of its strategies."""

    effects: Effects | None = None
    factorial: Factorial | None = None
    sweep: Sweep | None = None
    levers: Levers | None = None

    @classmethod
    def of(cls, config: object) -> Self:
        """Return the questions of whatever has them under the keys of `BLOCKS`."""
        return cls(*(getattr(config, name) for name in BLOCKS))

    @property
    def blocks(self) -> Sequence[Effects | Factorial | Sweep | Levers]:
        """The questions that are asked."""
        every = (self.effects, self.factorial, self.sweep, self.levers)
        return [block for block in every if block is not None]

    def derived(self, strategies: Mapping[str, Strategy], reference: str) -> dict[str, Derived]:
        """Return the strategies that are simulated for them, by name.

        Raises:
            ValueError: a block names a strategy that is not declared, or says nothing.
        """
        found: dict[str, Derived] = {}
        for block in self.blocks:
            found |= block.derived(strategies, reference)
        return found

    def goals(self, reference: str, of: str) -> dict[str, Weights]:
        """Return what a stopping rule looks at: combinations of strategies, by name.

        `of` says which: `effect` (of deltas and levers) or `contrast` (of a factorial design).
        """
        if of == "contrast":
            return factorial.goals(self.factorial) if self.factorial else {}
        found: dict[str, Weights] = {}
        if self.effects is not None:
            found |= effects.goals(self.effects, reference)
        if self.levers is not None:
            found |= levers.goals(self.levers, reference)
        return found

    def answers(
        self,
        measured: Measured,
        reference: str,
        strategies: Mapping[str, Strategy],
        firms: Mapping[str, Any],
        days: float,
    ) -> Answers:
        """Return what the questions came to.

        Args:
            measured: of all strategies.
            reference: the run's.
            strategies: those that are declared.
            firms: their scenarios as plain values.
            days: what was measured.
        """
        found = Answers()
        if self.effects is not None:
            found = replace(found, effects=effects.answer(self.effects, reference, measured))
        if self.factorial is not None:
            found = replace(found, factorial=factorial.answer(self.factorial, reference, measured))
        if self.sweep is not None:
            swept = self.sweep.of(strategies)
            found = replace(
                found, sweep=sweep.answer(self.sweep, swept, reference, measured, firms)
            )
        if self.levers is not None:
            firm = self.firm(reference, firms, days)
            found = replace(found, levers=levers.answer(self.levers, reference, measured, firm))
        return found

    def portfolio(
        self, measured: Measured, reference: str, firms: Mapping[str, Any], days: float
    ) -> tuple[str, ...]:
        """Return the levers that are to be simulated together, where there are several."""
        if self.levers is None:
            return ()
        firm = self.firm(reference, firms, days)
        chosen = levers.chosen(self.levers, reference, measured, firm)
        return chosen if len(chosen) > 1 else ()

    def firm(self, reference: str, firms: Mapping[str, Any], days: float) -> Firm:
        """Return the size of the firm whose levers are priced."""
        assert self.levers is not None
        people = firms[self.levers.base(reference)]["population"]
        return Firm(int(people["customers"]), days)


def relocated(model: Model, change: Callable[[Delta], Delta]) -> Model:
    """Return a block with each of its deltas changed, such as by where its files are."""

    def walk(value: Any) -> Any:
        if isinstance(value, Delta):
            return change(value)
        if isinstance(value, BaseModel):
            return value.model_copy(update={k: walk(getattr(value, k)) for k in _fields(value)})
        return {k: walk(v) for k, v in value.items()} if isinstance(value, dict) else value

    found: Model = walk(model)
    return found


def _fields(model: BaseModel) -> Sequence[str]:
    return list(type(model).model_fields)
