"""The section on the gap: how much of the way from the best rule to a bound is closed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from experiments.report.formatting import PERCENT, PLAIN, decimals_for, half_width
from experiments.report.palette import Style
from experiments.running.config.fronts import Gap
from experiments.statistics import Estimate, PairedDifference, paired_difference, ratio_of_means
from experiments.store.results import RunResults
from sim.inputs import validate

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GapRow:
    """A policy in the table: its gain over the best rule, and the share closed, as texts.

    `figures` holds the same as numbers: `gain`, `closed`, each with `_low` and `_high`.
    """

    label: str
    gain: str
    gain_interval: str
    closed: str
    closed_interval: str
    figures: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class GapView:
    """What the section shows; `rows` begins with the bound."""

    measure: str
    best_rule: str
    bound: str
    rows: list[GapRow]
    note: str


def gap(results: RunResults, styles: Mapping[str, Style], level: float) -> GapView | None:
    """The gap that the run's config declares; None where it declares none."""
    raw = (results.manifest.get("config") or {}).get("gap")
    if not isinstance(raw, Mapping):
        return None
    asked = validate(Gap, raw, "gap")
    names = (*asked.rules, *asked.policies, asked.bound)
    values = {name: measured(results.metrics, name, asked.weights) for name in names}
    best = max(asked.rules, key=lambda name: _rank(values[name]))
    room = values[asked.bound] - values[best]
    space = paired_difference(values[asked.bound], values[best], level)
    ahead = space.mean > 0 and space.p < 1 - level
    others = [name for name in dict.fromkeys((*asked.policies, *asked.rules)) if name != best]
    rows = [
        _row(styles[name].label, values[name] - values[best], room, level, shown=ahead)
        for name in [asked.bound, *others]
    ]
    note = ""
    if not ahead:
        note = (
            f"{styles[asked.bound].label} cannot be told from {styles[best].label} here, so there "
            "is no gap of which a share could be given."
        )
    return GapView(_formula(asked), styles[best].label, styles[asked.bound].label, rows, note)


def measured(metrics: pl.DataFrame, strategy: str, weights: Mapping[str, float]) -> Array:
    """The weighted sum of metrics, shape (replications,), NaN where one is undefined."""
    rows = metrics.filter(pl.col("strategy") == strategy)
    total: Array | None = None
    for name, weight in weights.items():
        of = rows.filter(pl.col("metric") == name).sort("replication")
        column = of["value"].cast(pl.Float64).fill_null(math.nan).to_numpy()
        total = weight * column if total is None else total + weight * column
    return np.empty(0) if total is None else total


def _row(label: str, gain: Array, room: Array, level: float, *, shown: bool) -> GapRow:
    """A policy's gain and the share of the bound's lead that it is: a ratio of means.

    Args:
        label: the policy's.
        gain: policy minus best rule, shape (replications,).
        room: bound minus best rule, the same replications.
        level: coverage of the intervals.
        shown: whether the share is given.
    """
    found = paired_difference(gain, np.zeros_like(gain), level)
    decimals = decimals_for([found.mean], [half_width(found.low, found.high)], 1.0)
    closed = ratio_of_means(gain, room, level) if shown else None
    figures = _ends("gain", found) | _ends("closed", closed)
    return GapRow(
        label,
        PLAIN.show(found.mean, decimals, signed=True),
        PLAIN.interval(found.low, found.high, decimals, signed=True),
        "–" if closed is None else PERCENT.show(closed.mean, 0),
        "" if closed is None else PERCENT.interval(closed.low, closed.high, 0),
        figures,
    )


def _ends(name: str, of: PairedDifference | Estimate | None) -> dict[str, float | None]:
    mean, low, high = (None, None, None) if of is None else (of.mean, of.low, of.high)
    return {name: mean, f"{name}_low": low, f"{name}_high": high}


def _rank(values: Array) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else -math.inf


def _formula(asked: Gap) -> str:
    if isinstance(asked.metric, str):
        return asked.metric
    terms = (f"{w:g} × {n}" if w != 1 else n for n, w in asked.metric.items())
    return " + ".join(terms)
