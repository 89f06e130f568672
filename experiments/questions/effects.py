"""The block `effects`: what each of some deltas to a strategy is worth."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from experiments.questions.derived import Derived, base_name
from experiments.questions.measured import Measured, Weights, worths
from experiments.questions.results import Effect, EffectsAnswer, Worth
from experiments.strategies.delta import Delta
from experiments.strategies.names import check_titles
from experiments.strategies.strategy import Name, Strategy
from sim.inputs import StrictModel
from sim.metrics.metrics import OPEN_SHARE

NOTHING = "changes nothing: the strategy is what it was"


class Effects(StrictModel):
    """What is each of these changes worth?

    `of` is the strategy that is changed, by default the reference. Each of the `deltas` turns one
    thing on or off in it; it is simulated beside the strategy under the same luck, and answered as
    a paired difference, corrected for the number of deltas (Holm).
    """

    of: str = ""
    deltas: dict[Name, Delta] = Field(min_length=1)

    def base(self, reference: str) -> str:
        """Return the strategy that is changed."""
        return self.of or reference

    def derived(self, strategies: Mapping[str, Strategy], reference: str) -> dict[str, Derived]:
        """Return the strategies that are simulated for this, by name.

        Raises:
            ValueError: `of` is not declared, a delta is empty, or two have one title.
        """
        of = base_name(self.of, reference, strategies, "effects.of")
        check_titles(((n, d.title or n) for n, d in self.deltas.items()), "effects.deltas")
        return {
            strategy_of(name): derive(strategies, of, delta, f"effects.deltas.{name}")
            for name, delta in self.deltas.items()
        }


def strategy_of(delta: str) -> str:
    """Return the name of the derived strategy of a delta."""
    return f"effects {delta}"


def derive(strategies: Mapping[str, Strategy], of: str, delta: Delta, where: str) -> Derived:
    """Return a strategy with a delta that is to change something.

    Raises:
        ValueError: it says nothing that is to be changed.
    """
    if not delta.paths():
        raise ValueError(f"{where}: must change something; got no key of a strategy")
    return Derived(of, delta.applied(strategies[of]), where, NOTHING)


def goals(block: Effects, reference: str) -> dict[str, Weights]:
    """Return what a stopping rule looks at: each effect by a name of its own."""
    of = block.base(reference)
    return {strategy_of(name): {strategy_of(name): 1.0, of: -1.0} for name in block.deltas}


def answer(block: Effects, reference: str, measured: Measured) -> EffectsAnswer:
    """Return each delta's worth, largest first in the objective; then those that changed nothing.

    Args:
        block: the question.
        reference: the run's.
        measured: of the derived strategies and the one that they change.
    """
    of = block.base(reference)
    worth, unchanged = paired(measured, of, {n: strategy_of(n) for n in block.deltas})
    objective = measured.metrics[0]
    effects = [
        Effect(
            name=name,
            title=delta.title or name,
            strategy=strategy_of(name),
            unchanged=name in unchanged,
            worth=worth[name],
            left_open=left_open(measured, strategy_of(name), of),
        )
        for name, delta in block.deltas.items()
    ]
    effects.sort(key=lambda effect: (effect.unchanged, -mean_of(effect.worth, objective)))
    return EffectsAnswer(of=of, metrics=measured.metrics, effects=tuple(effects))


def paired(
    measured: Measured, of: str, strategies: Mapping[str, str]
) -> tuple[dict[str, dict[str, Worth]], set[str]]:
    """Return what strategies are worth against one, by key, and the keys that changed nothing.

    The latter have no worth, and no part in Holm's correction.
    """
    unchanged = {key for key, name in strategies.items() if measured.same(name, of)}
    weights: dict[str, Weights] = {
        key: {name: 1.0, of: -1.0} for key, name in strategies.items() if key not in unchanged
    }
    return worths(measured, weights) | {key: {} for key in unchanged}, unchanged


def left_open(measured: Measured, strategy: str, of: str) -> Worth | None:
    """Return how many more journeys a strategy leaves open than another, as a share."""
    if OPEN_SHARE not in measured.values or measured.same(strategy, of):
        return None
    return worths(measured, {"": {strategy: 1.0, of: -1.0}}, [OPEN_SHARE])[""][OPEN_SHARE]


def mean_of(worth: Mapping[str, Worth], metric: str) -> float:
    """Return the mean in a metric, minus infinity where there is none (it sorts last)."""
    mean = worth[metric].mean if metric in worth else None
    return -float("inf") if mean is None else mean
