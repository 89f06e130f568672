"""Observed figures of a log beside predicted ones: measures, groups, intervals, verdicts.

A frame has one row per call or event. Each measure is the mean or median of a column of it, nulls
left out; each group is a column whose values are labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl

OVERALL = "overall"
FEWEST = 20  # observed values under which a row is not shown
LEVEL = 0.90
Verdict = Literal["agreed", "failed"]
SCHEMA = {
    "group": pl.String,
    "label": pl.String,
    "measure": pl.String,
    "n": pl.Int64,
    "value": pl.Float64,
}


@dataclass(frozen=True)
class Measure:
    """A figure: the column and how it is summed up, and how far a prediction may be off.

    `aim` and `acceptance` are relative errors; None: the observed value must lie in the interval.
    """

    name: str
    title: str
    unit: str = ""
    median: bool = False
    aim: float | None = 0.10
    acceptance: float | None = 0.20


@dataclass(frozen=True)
class LogRow:
    """One figure of one group, observed beside predicted; `n` values were observed."""

    group: str
    label: str
    measure: str
    unit: str
    n: int
    observed: float
    predicted: float
    low: float
    high: float
    error: float | None
    aim: float | None
    acceptance: float | None
    aim_met: bool
    in_interval: bool
    verdict: Verdict


def figures(
    frame: pl.DataFrame, measures: Sequence[Measure], groups: Sequence[str]
) -> pl.DataFrame:
    """All measures overall and by each column of `groups`; columns as `SCHEMA`."""
    chosen = [m for m in measures if m.name in frame.columns]
    found = [pl.DataFrame(schema=SCHEMA)]
    for group in (OVERALL, *groups):
        labels = pl.lit("all") if group == OVERALL else pl.col(group).cast(pl.String)
        parts = frame.with_columns(label=labels).drop_nulls("label").group_by("label")
        for measure in chosen:
            column = pl.col(measure.name).cast(pl.Float64)
            value = column.median() if measure.median else column.mean()
            found.append(
                parts.agg(n=column.count().cast(pl.Int64), value=value)
                .with_columns(group=pl.lit(group), measure=pl.lit(measure.name))
                .select(list(SCHEMA))
            )
    return pl.concat(found).filter(pl.col("n") > 0)


def single(label: str, values: dict[str, float], n: int) -> pl.DataFrame:
    """Figures that are no means over rows, as overall ones."""
    rows = [(OVERALL, label, name, n, value) for name, value in values.items()]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def compared(
    observed: pl.DataFrame,
    predicted: Sequence[pl.DataFrame],
    spread: Sequence[pl.DataFrame],
    measures: Sequence[Measure],
) -> tuple[list[LogRow], int]:
    """Rows in the order of the groups, and how many were left out for having too few values.

    observed: `figures` of the log. predicted: those of each replication, whose mean is the
    prediction. spread: those whose 5% and 95% points are the interval.
    """
    means = _drawn(predicted)
    ranges = _drawn(spread)
    known = {measure.name: measure for measure in measures}
    order = list(known)
    rows: list[LogRow] = []
    few = 0
    groups = list(dict.fromkeys(observed["group"].to_list()))

    def place(figure: tuple[Any, ...]) -> tuple[int, str, int]:
        return groups.index(figure[0]), figure[1], order.index(figure[2])

    for group, label, name, n, value in sorted(observed.iter_rows(), key=place):
        key = (group, label, name)
        if group != OVERALL and n < FEWEST:
            few += 1
        elif key in means and key in ranges:
            rows.append(_row(key, int(n), float(value), means[key], ranges[key], known[name]))
    return rows, few


def _drawn(frames: Sequence[pl.DataFrame]) -> dict[tuple[str, str, str], list[float]]:
    """Values over replications by group, label and measure."""
    found: dict[tuple[str, str, str], list[float]] = {}
    for frame in frames:
        for group, label, name, _, value in frame.iter_rows():
            found.setdefault((group, label, name), []).append(float(value))
    return found


def _row(
    key: tuple[str, str, str],
    n: int,
    observed: float,
    predicted: Sequence[float],
    spread: Sequence[float],
    measure: Measure,
) -> LogRow:
    mean = float(np.mean(predicted))
    low, high = (float(x) for x in np.quantile(spread, ((1 - LEVEL) / 2, (1 + LEVEL) / 2)))
    inside = low <= observed <= high
    error = mean / observed - 1 if observed != 0 else None
    exact = error is None and mean == 0

    def within(limit: float | None) -> bool:
        if limit is None:
            return inside
        return exact if error is None else abs(error) <= limit

    return LogRow(
        group=key[0],
        label=key[1],
        measure=measure.title,
        unit=measure.unit,
        n=n,
        observed=observed,
        predicted=mean,
        low=low,
        high=high,
        error=error,
        aim=measure.aim,
        acceptance=measure.acceptance,
        aim_met=within(measure.aim),
        in_interval=inside,
        verdict="agreed" if within(measure.acceptance) else "failed",
    )


def deciding(rows: Sequence[LogRow], *, strict: bool = False) -> list[LogRow]:
    """The overall rows, which decide the exit code; with `strict`, every row."""
    return [row for row in rows if strict or row.group == OVERALL]


def passed(rows: Sequence[LogRow], *, strict: bool = False) -> bool:
    """Whether every row that decides agrees."""
    return all(row.verdict == "agreed" for row in deciding(rows, strict=strict))
