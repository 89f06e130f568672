"""What was measured, as the answers need it; and the worth of linear combinations of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from experiments.questions.results import Spread, Worth
from experiments.statistics import Estimate, PairedDifference, estimate, holm, paired_difference
from experiments.statistics.samples import FloatArray, defined_pairs, differences
from experiments.statistics.student import two_sided_p
from sim.errors import InputError
from sim.metrics.metrics import EXPECTED

OBJECTIVES = (EXPECTED, "net_value_per_customer")
"""What things are ranked by: the first that was measured, as the verdict does."""
BESIDE = ("retention", "cost_per_customer", "decision_value")
"""What answers are given in besides, as far as it was measured."""

Weights = Mapping[str, float]
"""A linear combination of strategies: a weight for each of them."""


@dataclass(frozen=True)
class Measured:
    """What the strategies of a run came to.

    `values`: metric → strategy → shape (replications,), NaN where a strategy lacks a replication or
    the metric is undefined. `widths`: of the lattices on which metrics lie (`statistics`; absent:
    none). `digests`: of the registers, by strategy, in the order of the replications.
    """

    values: Mapping[str, Mapping[str, FloatArray]]
    widths: Mapping[str, float]
    digests: Mapping[str, tuple[str, ...]]

    @property
    def metrics(self) -> tuple[str, ...]:
        """The objective, then retention, cost and decision value, as far as they were measured.

        Raises:
            InputError: there is no objective.
        """
        objective = next((name for name in OBJECTIVES if name in self.values), None)
        if objective is None:
            raise InputError(f"questions: need one of the metrics {', '.join(OBJECTIVES)}")
        return (objective, *(name for name in BESIDE if name in self.values))

    def same(self, strategy: str, base: str) -> bool:
        """Tell whether two strategies had the same registers and metrics in all replications."""
        pairs = list(zip(self.digests[strategy], self.digests[base], strict=False))
        if any(own != other for own, other in pairs):
            return False
        # Prices are no part of a register.
        n = len(pairs)
        return bool(pairs) and all(
            np.array_equal(of[strategy][:n], of[base][:n], equal_nan=True)
            for of in self.values.values()
        )

    def combined(self, metric: str, weights: Weights) -> tuple[FloatArray, FloatArray]:
        """Return what is added and what is taken off, each of shape (replications,)."""
        of = self.values[metric]
        size = len(next(iter(of.values())))
        plus, minus = np.zeros(size), np.zeros(size)
        for strategy, weight in weights.items():
            if weight > 0:
                plus = plus + weight * of[strategy]
            elif weight < 0:
                minus = minus - weight * of[strategy]
        return plus, minus

    def gaps(self, metric: str, weights: Weights) -> FloatArray:
        """Return a combination per replication, shape (replications,), NaN where undefined."""
        plus, minus = self.combined(metric, weights)
        known = ~(np.isnan(plus) | np.isnan(minus))
        result = np.full(plus.size, math.nan)
        result[known] = differences(plus[known], minus[known])
        return result


def worths(
    measured: Measured,
    combinations: Mapping[Any, Weights],
    metrics: Iterable[str] | None = None,
) -> dict[Any, dict[str, Worth]]:
    """Return the worth of each combination in every metric, by its key; corrected for each other.

    Args:
        measured: the values.
        combinations: weights of strategies; they sum to zero.
        metrics: in which of them; None: the objective, retention and cost.
    """
    found: dict[Any, dict[str, Worth]] = {key: {} for key in combinations}
    for metric in measured.metrics if metrics is None else metrics:
        pairs = {key: measured.combined(metric, of) for key, of in combinations.items()}
        steps = {
            key: measured.widths.get(metric, 0.0) * max(map(abs, of.values()), default=0.0)
            for key, of in combinations.items()
        }
        adjusted = holm([_cautious(*pair, steps[key]) for key, pair in pairs.items()])
        for (key, (plus, minus)), p_holm in zip(pairs.items(), adjusted, strict=True):
            row = paired_difference(plus, minus, step=steps[key])
            found[key][metric] = worth_of(row, float(p_holm))
    return found


def worth_of(row: PairedDifference, p_holm: float) -> Worth:
    """Return a paired difference as the answers have it."""
    ends = {name: finite(getattr(row, name)) for name in ("mean", "low", "high", "p")}
    return Worth(**ends, p_holm=finite(p_holm), n=row.n, ties=row.ties)


def spread_of(values: Any, step: float = 0.0) -> Spread:
    """Return a mean with its interval, from values of shape (replications,)."""
    return spread(estimate(values, step=step))


def spread(row: Estimate) -> Spread:
    """Return an estimate as the answers have it."""
    return Spread(mean=finite(row.mean), low=finite(row.low), high=finite(row.high), n=row.n)


def finite(value: float) -> float | None:
    """Return a number, or None for what could not be said."""
    return float(value) if math.isfinite(value) else None


def _cautious(plus: FloatArray, minus: FloatArray, step: float) -> float:
    return two_sided_p(differences(*defined_pairs(plus, minus)), step=step, cautious=True)
