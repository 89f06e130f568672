"""How many replications each strategy gets: a fixed number, or as a stopping rule decides.

Every target of a rule is about a combination of strategies: one strategy's mean, a difference, an
effect, a contrast. The declared strategies are replicated alike, until all targets about them are
reached. What a question adds is replicated target by target: an effect that is precise enough gets
no more, and the replications go to the others.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from experiments.questions.measured import Weights
from experiments.running.config.experiment import ExperimentConfig, Precision
from experiments.running.summary import FloatArray, Values, steps
from experiments.statistics import Precision as Goal
from experiments.statistics import StoppingRule
from sim.errors import InputError
from sim.metrics.metrics import Metric

DECLARED = "declared"
"""The group of all targets about the declared strategies."""


@dataclass(frozen=True)
class Wish:
    """One target: a combination of strategies in a metric, and the group it is decided with."""

    name: str
    metric: str
    weights: Weights
    group: str


def wishes(config: ExperimentConfig, wanted: Precision) -> list[Wish]:
    """Return every target of a config's stopping rule."""
    return list(_wishes(config, wanted))


def _wishes(config: ExperimentConfig, wanted: Precision) -> Iterator[Wish]:
    reference = config.reference_name
    for metric, target in wanted.precision.items():
        if target.of in ("effect", "contrast"):
            for name, weights in config.questions.goals(reference, target.of).items():
                yield Wish(f"{name}: {metric}", metric, weights, name)
            continue
        for name in config.strategies:
            weights = {name: 1.0}
            if target.of == "difference":
                if name == reference:
                    continue
                weights[reference] = -1.0
            yield Wish(f"{name}: {metric}", metric, weights, DECLARED)


def start(config: ExperimentConfig) -> dict[str, int]:
    """Return how many replications each strategy gets at first, those of the questions included."""
    wanted = config.replications
    n = wanted if isinstance(wanted, int) else wanted.min
    return dict.fromkeys([*config.strategies, *config.derived], n)


def more(
    config: ExperimentConfig,
    numbers: Mapping[str, int],
    values: Values,
    metrics: Mapping[str, Metric],
) -> dict[str, int]:
    """Return how many replications each strategy gets next; the same numbers: enough.

    The rule has no memory beside `numbers`, which follow from the values alone, so that a run that
    goes on where it stopped decides as one that never stopped.

    Args:
        config: with the stopping rule.
        numbers: replications so far, by strategy.
        values: what they came to.
        metrics: directions, units and groups.

    Raises:
        InputError: a target over a metric that was not measured.
    """
    wanted = config.replications
    if isinstance(wanted, int):
        return dict(numbers)
    asked = wishes(config, wanted)
    rule = StoppingRule(
        targets=tuple(_goal(wish, wanted) for wish in asked),
        minimum=wanted.min,
        maximum=wanted.max,
        step=wanted.step,
    )
    widths = steps(values, metrics)
    groups: dict[str, list[Wish]] = {}
    for wish in asked:
        groups.setdefault(wish.group, []).append(wish)
    result = dict(numbers)
    for name, group in groups.items():
        about = list(config.strategies) if name == DECLARED else list(group[0].weights)
        n = min(numbers[strategy] for strategy in about)
        decision = rule.decide(
            {wish.name: _combined(wish, values)[:n] for wish in group},
            {w.name: widths[w.metric] * max(map(abs, w.weights.values())) for w in group},
            {wish.name for wish in group},
        )
        for strategy in about:
            result[strategy] = max(result[strategy], n + decision.more)
    # What has no target of its own goes along with the declared strategies.
    aimed_at = {strategy for wish in asked for strategy in wish.weights}
    most = max(result[name] for name in config.strategies)
    along = [name for name in numbers if name in config.strategies or name not in aimed_at]
    return result | dict.fromkeys(along, most)


def _goal(wish: Wish, wanted: Precision) -> Goal:
    target = wanted.precision[wish.metric]
    return Goal(metric=wish.name, absolute=target.absolute, relative=target.relative)


def _combined(wish: Wish, values: Values) -> FloatArray:
    """Return a combination's value by replication, NaN where one is missing."""
    if wish.metric not in values:
        known = ", ".join(values)
        raise InputError(f"replications.precision.{wish.metric}: no such metric; has {known}")
    of = values[wish.metric]
    terms = [weight * of[strategy] for strategy, weight in wish.weights.items()]
    total: FloatArray = np.sum(terms, axis=0)
    return total


def afforded(
    numbers: Mapping[str, int], wanted: Mapping[str, int], same: Mapping[str, str], most: int | None
) -> dict[str, int]:
    """Return as many of the wanted replications as a budget has room for, each in proportion.

    Args:
        numbers: replications so far, by strategy.
        wanted: replications wanted, at least as many.
        same: by strategy, the equal one that is run in its place.
        most: replications of all strategies together; None: no budget.
    """
    left = None if most is None else most - runs(numbers, same)
    asked = runs(wanted, same) - runs(numbers, same)
    if left is None or asked <= left:
        return dict(wanted)
    part = max(0.0, left / asked)
    return {name: n + math.floor(part * (wanted[name] - n)) for name, n in numbers.items()}


def runs(numbers: Mapping[str, int], same: Mapping[str, str]) -> int:
    """Return how many replications are run, equal strategies once."""
    return sum(by_cell(numbers, same).values())


def by_cell(numbers: Mapping[str, int], same: Mapping[str, str]) -> dict[str, int]:
    """Return how often each strategy that is run is replicated: as any equal to it needs."""
    cells: dict[str, int] = {}
    for name, n in numbers.items():
        cell = same.get(name, name)
        cells[cell] = max(cells.get(cell, 0), n)
    return cells
