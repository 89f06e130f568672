"""The section on the gap: how much of the way from the best rule to a bound is closed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from experiments.report.formatting import MINUS, decimals_for
from experiments.report.palette import Style
from experiments.running.config.fronts import Gap
from experiments.statistics import Estimate, paired_difference, ratio_of_means
from experiments.store.results import RunResults
from sim.inputs import validate

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GapRow:
    """A policy in the table: its gain over the best rule, and the share closed, as texts."""

    label: str
    gain: str
    gain_interval: str
    closed: str
    closed_interval: str


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


def closed(gain: Array, room: Array, level: float) -> Estimate:
    """The share of a bound's lead that a policy's gain is: a ratio of means, by the jackknife.

    Args:
        gain: policy minus best rule, shape (replications,).
        room: bound minus best rule, the same replications.
        level: coverage of the interval.
    """
    return ratio_of_means(gain, room, level)


def _row(label: str, gain: Array, room: Array, level: float, *, shown: bool) -> GapRow:
    found = paired_difference(gain, np.zeros_like(gain), level)
    half = (found.high - found.low) / 2
    decimals = decimals_for([found.mean], [half if math.isfinite(half) else None], 1.0)
    share: Any = closed(gain, room, level) if shown else None
    return GapRow(
        label,
        _number(found.mean, decimals, signed=True),
        _span(found.low, found.high, decimals, signed=True),
        "–" if share is None else _number(100 * share.mean, 0) + "%",
        "" if share is None else _span(100 * share.low, 100 * share.high, 0, "%"),
    )


def _rank(values: Array) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else -math.inf


def _formula(asked: Gap) -> str:
    if isinstance(asked.metric, str):
        return asked.metric
    terms = (f"{w:g} × {n}" if w != 1 else n for n, w in asked.metric.items())
    return " + ".join(terms)


def _number(value: float, decimals: int, *, signed: bool = False) -> str:
    if not math.isfinite(value):
        return "–"
    shown = round(value, decimals)
    sign = MINUS if shown < 0 else "+" if signed and shown > 0 else ""
    return f"{sign}{abs(shown):,.{decimals}f}"


def _span(low: float, high: float, decimals: int, suffix: str = "", *, signed: bool = False) -> str:
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    first = _number(low, decimals, signed=signed)
    return f"{first} to {_number(high, decimals, signed=signed)}{suffix}"
