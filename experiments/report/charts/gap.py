"""The section on the gap: how much of the way from the best rule to a bound is closed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from experiments.questions.results import Answers
from experiments.questions.sweep import point_name
from experiments.report.answers.numbers import place as place_of
from experiments.report.formatting import PERCENT, PLAIN, decimals_for, half_width
from experiments.report.palette import Style
from experiments.running.config.fronts import Gap
from experiments.statistics import Estimate, PairedDifference, bootstrap_ratio, paired_difference
from experiments.store.results import RunResults
from sim.inputs import validate

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GapRow:
    """A policy in the table: its gain over the best rule, and the share closed, as texts.

    `place` is the point of a sweep that it is for; empty: as the strategies are declared. `figures`
    holds the same as numbers: `gain`, `closed`, each with `_low` and `_high`.
    """

    place: str
    label: str
    gain: str
    gain_interval: str
    closed: str
    closed_interval: str
    figures: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class GapView:
    """What the section shows; the rows of each place begin with the bound."""

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
    names = tuple(dict.fromkeys((*asked.rules, *asked.policies, asked.bound)))
    values = {name: measured(results.metrics, name, asked.weights) for name in names}
    best = max(asked.rules, key=lambda name: _rank(values[name]))
    rows, shut = [], []
    for place, of in [("", values), *_swept(results, names, asked.weights)]:
        space = paired_difference(of[asked.bound], of[best], level)
        ahead = space.mean > 0 and space.p < 1 - level
        shut += [] if ahead else [f" ({place})" if place else ""]
        others = [name for name in names if name not in (best, asked.bound)]
        for name in (asked.bound, *sorted(others, key=_policies_first(asked))):
            room = of[asked.bound] - of[best]
            rows.append(
                _row(place, styles[name].label, of[name] - of[best], room, level, shown=ahead)
            )
    note = " ".join(
        f"{styles[asked.bound].label} cannot be told from {styles[best].label} here{where}, so "
        "there is no gap of which a share could be given."
        for where in shut
    )
    return GapView(_formula(asked), styles[best].label, styles[asked.bound].label, rows, note)


def _policies_first(asked: Gap) -> Callable[[str], bool]:
    return lambda name: name not in asked.policies


def _swept(
    results: RunResults, names: tuple[str, ...], weights: Mapping[str, float]
) -> Iterator[tuple[str, dict[str, Array]]]:
    """Each point of the run's sweep, where all the strategies are swept: in words, and values."""
    answers, cells = Answers.of(results.manifest), results.answers.get("cells")
    swept = None if answers is None else answers.sweep
    if swept is None or cells is None or not set(names) <= set(swept.strategies):
        return
    same = results.manifest.get("same_cells") or {}
    table = pl.concat(
        [
            cells.rename({"cell": "strategy"}),
            results.metrics.select("strategy", "replication", "metric", "value"),
        ]
    )
    axes = [axis.x for axis in swept.axes]
    for at in dict.fromkeys(point.at for point in swept.points):
        values = zip(swept.axes, at, strict=True)
        place = ", ".join(f"{axis.key} {place_of(x, axis)}" for axis, x in values)
        points = {name: point_name(name, axes, at) for name in names}
        yield (
            place,
            {
                name: measured(table, same.get(point, point), weights)
                for name, point in points.items()
            },
        )


def measured(metrics: pl.DataFrame, strategy: str, weights: Mapping[str, float]) -> Array:
    """The weighted sum of metrics, shape (replications,), NaN where one is undefined."""
    rows = metrics.filter(pl.col("strategy") == strategy)
    total: Array | None = None
    for name, weight in weights.items():
        of = rows.filter(pl.col("metric") == name).sort("replication")
        column = of["value"].cast(pl.Float64).fill_null(math.nan).to_numpy()
        total = weight * column if total is None else total + weight * column
    return np.empty(0) if total is None else total


def _row(place: str, label: str, gain: Array, room: Array, level: float, *, shown: bool) -> GapRow:
    """A policy's gain and the share of the bound's lead that it is: a ratio of means.

    Args:
        place: the point of a sweep, in words.
        label: the policy's.
        gain: policy minus best rule, shape (replications,).
        room: bound minus best rule, the same replications.
        level: coverage of the intervals.
        shown: whether the share is given.
    """
    found = paired_difference(gain, np.zeros_like(gain), level)
    decimals = decimals_for([found.mean], [half_width(found.low, found.high)], 1.0)
    closed = bootstrap_ratio(gain, room, level) if shown else None
    figures = _ends("gain", found) | _ends("closed", closed)
    return GapRow(
        place,
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
