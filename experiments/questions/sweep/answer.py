"""The answer to `sweep`: curves with bands, gaps between pairs of strategies, crossings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import Any

import numpy as np

from experiments.questions.measured import Measured, Weights, spread, worths
from experiments.questions.results import Axis, Crossing, Gap, Point, SweepAnswer
from experiments.questions.sweep.block import OF_STRATEGY, Sweep
from experiments.questions.sweep.crossing import zeros
from experiments.statistics import estimate
from experiments.statistics.samples import defined, mean_of
from experiments.statistics.scales import UNLIMITED
from sim.inputs.compose import keys_of
from sim.metrics.metrics import METRICS, limits


def answer(
    block: Sweep, swept: tuple[str, ...], reference: str, measured: Measured, firms: Any
) -> SweepAnswer:
    """Return what the strategies come to along the axes.

    Args:
        block: the question.
        swept: the strategies.
        reference: the run's.
        measured: of all points.
        firms: the scenario of each strategy, as plain values.
    """
    pairs = list(combinations(swept, 2))
    gaps: dict[Any, Weights] = {
        (first, second, at): {block.point_name(first, at): 1.0, block.point_name(second, at): -1.0}
        for (first, second), at in product(pairs, block.points())
    }
    found = worths(measured, gaps)
    names = {(name, at): block.point_name(name, at) for name, at in product(swept, block.points())}
    weights: dict[Any, Weights] = {key: {n: 1.0, reference: -1.0} for key, n in names.items()}
    worth = worths(measured, weights)
    return SweepAnswer(
        reference=reference,
        strategies=swept,
        metrics=measured.metrics,
        axes=tuple(
            Axis(key=key, unit=values.unit, x=values.x, now=_now(key, swept, firms))
            for key, values in block.keys.items()
        ),
        points=tuple(
            Point(strategy=key[0], at=key[1], values=_values(name, measured), worth=worth[key])
            for key, name in names.items()
        ),
        gaps=tuple(
            Gap(first=first, second=second, at=at, worth=gap)
            for (first, second, at), gap in found.items()
        ),
        crossings=tuple(
            crossing
            for (first, second), metric in product(pairs, measured.metrics)
            for crossing in _crossings(block, first, second, metric, measured)
        ),
        unmoved=tuple(name for name in swept if _unmoved(block, name, measured)),
    )


def _values(name: str, measured: Measured) -> dict[str, Any]:
    values = {}
    for metric in measured.metrics:
        known = METRICS.get(metric)
        within = UNLIMITED if known is None else limits(known.unit, known.group)
        step = measured.widths.get(metric, 0.0)
        values[metric] = spread(estimate(measured.values[metric][name], step=step, within=within))
    return values


def _unmoved(block: Sweep, strategy: str, measured: Measured) -> bool:
    first, *others = [block.point_name(strategy, at) for at in block.points()]
    return all(measured.same(other, first) for other in others)


def _crossings(
    block: Sweep, first: str, second: str, metric: str, measured: Measured
) -> Iterator[Crossing]:
    """Yield one crossing along the first axis for each value on the second, if there is one."""
    axis, *other = [values.x for values in block.keys.values()]
    better = -1 if metric in METRICS and METRICS[metric].better == "lower" else 1
    for beside in other[0] if other else (None,):
        gaps = []
        for x in axis:
            at = (x,) if beside is None else (x, beside)
            names = block.point_name(first, at), block.point_name(second, at)
            gaps.append(measured.gaps(metric, dict(zip(names, (1.0, -1.0), strict=True))))
        found = zeros(axis, np.array(gaps))
        ends = [better * mean_of(defined(gap)) for gap in (gaps[0], gaps[-1])]
        yield Crossing(
            metric=metric,
            first=first,
            second=second,
            beside=beside,
            at=found.at,
            low=found.low,
            high=found.high,
            apart=not found.anywhere,
            left=first if ends[0] >= 0 else second,
            right=first if ends[1] >= 0 else second,
        )


def _now(key: str, swept: tuple[str, ...], firms: Mapping[str, Any]) -> float | None:
    """Return the number that all strategies' scenarios have there, if it is one."""
    path = keys_of(key, "keys")
    if path[0] in OF_STRATEGY:
        return None
    found = {_at(firms.get(name), path) for name in swept}
    return found.pop() if len(found) == 1 else None


def _at(value: Any, path: list[str]) -> float | None:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    known = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if known else None
