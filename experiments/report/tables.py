"""The page's tables: metrics by strategy, differences, assumptions, settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import yaml

from experiments.report.formatting import (
    Scale,
    difference_scale,
    half_width,
    listing,
    scale_for,
    title,
)
from experiments.report.metrics import (
    TABLE_GROUPS,
    UNFINISHED,
    against,
    direction,
    headlines,
    rows_of,
)
from experiments.report.palette import Style
from sim.metrics.metrics import Metric

STATUSES = ("fitted", "published", "secondary", "assumed")
"""Provenance from the firmest to the softest."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with its interval; `best` where it cannot be told from the best."""

    value: str
    interval: str
    best: bool = False


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """A component, a team… over the strategies, in the page's order; `total` for all of them."""

    label: str
    cells: list[Cell]
    total: bool = False


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One metric over the strategies, in the page's order of strategies."""

    metric: Metric
    unit: str
    hint: str
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One paired difference in words; `shown` where it can be told from zero."""

    strategy: str
    metric: Metric
    value: str
    interval: str
    p: str
    variance_ratio: str


def metric_tables(
    metrics: Mapping[str, Metric], row_of: Callable[[Metric], MetricRow]
) -> dict[str, list[MetricRow]]:
    """The rows of each table of `TABLE_GROUPS`; tables without rows are left out."""
    known = {group for groups in TABLE_GROUPS.values() for group in groups}
    others = dict.fromkeys(m.group for m in metrics.values() if m.group not in known)
    tables = {
        heading: [row_of(m) for g in groups for m in metrics.values() if m.group == g]
        for heading, groups in {**TABLE_GROUPS, "Other": tuple(others)}.items()
    }
    return {heading: rows for heading, rows in tables.items() if rows}


def headline_rows(
    metrics: Mapping[str, Metric], available: Iterable[str], row_of: Callable[[Metric], MetricRow]
) -> list[MetricRow]:
    """The rows of retention, cost and net value, and of what was left undone at the end."""
    present = set(available)
    heads = list(headlines(metrics, present).values())
    heads += [metrics[name] for name in UNFINISHED if name in metrics and name in present]
    return [row_of(metric) for metric in heads]


def metric_row(
    estimates: pl.DataFrame,
    best_sets: pl.DataFrame,
    metric: Metric,
    *,
    styles: Mapping[str, Style],
    currency: str,
) -> MetricRow:
    """A metric over the strategies, on the scale and with the digits that suit all of them."""
    rows = rows_of(estimates, metric.name)
    blank = {"mean": None, "low": None, "high": None}
    cells = [rows.get(name, blank) for name in styles]
    scale = scale_for(metric.unit, [c["mean"] for c in cells], currency)
    digits = _digits(scale, cells)
    in_set = (pl.col("metric") == metric.name) & pl.col("in_best_set")
    best = set(best_sets.filter(in_set)["strategy"])
    # A set that holds everybody says nothing about anybody.
    marked = best if rows.keys() - best else set()
    shown = [
        Cell(
            scale.show(c["mean"], digits),
            scale.interval(c["low"], c["high"], digits),
            name in marked,
        )
        for name, c in zip(styles, cells, strict=True)
    ]
    hint = {1: "higher is better", -1: "lower is better"}.get(direction(metric), "")
    return MetricRow(metric, scale.unit, hint, shown)


def difference_rows(
    differences: pl.DataFrame,
    metrics: Mapping[str, Metric],
    styles: Mapping[str, Style],
    reference: str | None,
    currency: str,
) -> list[DifferenceRow]:
    """All differences against the reference, metric by metric."""
    rows = {(r["metric"], r["strategy"]): r for r in against(differences, reference).to_dicts()}
    return [
        row
        for name, metric in metrics.items()
        for row in _differences(
            metric, [rows[name, s] for s in styles if (name, s) in rows], styles, currency
        )
    ]


def _differences(
    metric: Metric, rows: Sequence[dict[str, Any]], styles: Mapping[str, Style], currency: str
) -> list[DifferenceRow]:
    scale = difference_scale(scale_for(metric.unit, [r["mean"] for r in rows], currency))
    digits = _digits(scale, rows)
    return [
        DifferenceRow(
            styles[r["strategy"]].label,
            metric,
            scale.show(r["mean"], digits, signed=True),
            scale.interval(r["low"], r["high"], digits, signed=True),
            _p(r["p_holm"]),
            "–" if r["variance_ratio"] is None else f"{r['variance_ratio']:.3g}",
        )
        for r in rows
    ]


def _digits(scale: Scale, rows: Sequence[Mapping[str, Any]]) -> int:
    halves = [half_width(row["low"], row["high"]) for row in rows]
    return scale.decimals([row["mean"] for row in rows], halves)


def _p(value: float | None) -> str:
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def status_counts(provenance: pl.DataFrame) -> list[tuple[str, int]]:
    """How many parameters have each status, from the firmest to the softest."""
    counts = dict(provenance.group_by("status").len().iter_rows())
    others = sorted(str(status) for status in counts if status not in STATUSES)
    return [(status, counts[status]) for status in (*STATUSES, *others) if status in counts]


def basis(counts: Sequence[tuple[str, int]]) -> str:
    """A sentence on how many of the scenario's numbers are only assumed."""
    total = sum(count for _, count in counts)
    if not total:
        return "The scenario states no source for its numbers: treat all of them as assumed."
    assumed = dict(counts).get("assumed", 0)
    share = 100 * assumed / total
    # Neither all nor none unless it is so.
    shown = min(max(round(share), 1), 99) if 0 < share < 100 else round(share)
    others = [f"{count:,} {status}" for status, count in counts if status != "assumed"]
    rest = f"; {listing(others)}" if others else ""
    return f"{shown}% of the {total:,} numbers behind this are assumed{rest}."


def settings(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The manifest's entries as label and text, without the long and the empty ones."""
    hidden = {"config", "description", "title", "format_version", "firms", "digests", "staff"}
    return [
        (title(str(key)), _plain(value))
        for key, value in manifest.items()
        if key not in hidden and value not in (None, "", {}, [])
    ]


def config_text(manifest: Mapping[str, Any]) -> str:
    """The resolved config as YAML, or an empty text."""
    config = manifest.get("config")
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=88) if config else ""


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_plain(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(v) for v in value)
    return str(value)
