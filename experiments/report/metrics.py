"""What the page knows about each metric: label, unit, group, direction, definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from sim.metrics.metrics import EXPECTED, OPEN_SHARE, Metric

HEADLINE_GROUPS = ("retention", "cost", "value", "net")

TABLE_GROUPS: dict[str, tuple[str, ...]] = {
    "Customers": ("retention", "customer"),
    "Journeys": ("journey",),
    "Contacts": ("contact",),
    "Agents": ("agent",),
    "What tells who leaves": ("prediction",),
    "Money": ("cost", "net", "money"),
}
"""The page's tables and the metric groups in each."""

UNFINISHED = (OPEN_SHARE, "backlog_hours")
"""What a run leaves undone at its end, said beside its headline figures."""


def direction(metric: Metric) -> int:
    """+1 where a higher value is better, -1 where a lower one is, 0 where neither."""
    return {"higher": 1, "lower": -1}.get(metric.better, 0)


def apart(metrics: Mapping[str, Metric], group: str) -> dict[str, Metric]:
    """The metrics that are not of a group."""
    return {name: metric for name, metric in metrics.items() if metric.group != group}


def against(differences: pl.DataFrame, reference: str | None) -> pl.DataFrame:
    """The differences from the reference that are known; none without a reference."""
    of_reference = pl.col("reference") == pl.lit(reference, pl.String)
    return differences.filter(of_reference & pl.col("mean").is_not_null())


def rows_of(table: pl.DataFrame, metric: str) -> dict[str, dict[str, Any]]:
    """The rows of a metric whose mean is known, by strategy."""
    rows = table.filter((pl.col("metric") == metric) & pl.col("mean").is_not_null())
    return {row["strategy"]: row for row in rows.iter_rows(named=True)}


def headlines(metrics: Mapping[str, Metric], available: Iterable[str]) -> dict[str, Metric]:
    """The metric that stands for each of `HEADLINE_GROUPS`, where available; expected value is one.

    The first of its group; but what is counted per customer goes before totals, because a
    strategist can set it beside a price.
    """
    present = set(available)
    found: dict[str, Metric] = {}
    for group in HEADLINE_GROUPS:
        of = [m for name, m in metrics.items() if name in present and _head(m) == group]
        of.sort(key=lambda m: group != "retention" and not m.unit.endswith("customer"))
        if of:
            found[group] = of[0]
    return found


def _head(metric: Metric) -> str:
    return "value" if metric.name == EXPECTED else metric.group


def complete(metrics: Mapping[str, Metric], available: Iterable[str]) -> dict[str, Metric]:
    """`metrics` without those that have no data, plus plain entries for undescribed names."""
    names = dict.fromkeys(available)
    known = {name: metric for name, metric in metrics.items() if name in names}
    labels = {name: name.replace("_", " ").capitalize() for name in names if name not in known}
    return known | {
        name: Metric(name, label, "", "journey", "neither", "No definition given.")
        for name, label in labels.items()
    }
