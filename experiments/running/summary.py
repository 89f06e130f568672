"""From finished replications to the tables of a run: estimates, differences, averages.

Sums are taken in a fixed order, so that the same replications give the same bytes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from experiments.statistics import best_set, compare_all, estimate
from experiments.statistics.samples import defined, mean_of
from experiments.statistics.scales import UNLIMITED
from experiments.store.replications import Finished
from experiments.store.results import INTERVAL, MORE, SCHEMAS
from sim.metrics.metrics import Metric, limits, one_case

FloatArray = np.ndarray[tuple[int], np.dtype[np.float64]]
Values = dict[str, dict[str, FloatArray]]
"""Metric → strategy → shape (replications,), NaN where undefined."""
Row = dict[str, Any]


def values_of(finished: Sequence[Finished]) -> Values:
    """Return the metrics as arrays over the replications, NaN where a strategy has fewer of them.

    Args:
        finished: the first replications of each strategy, in their order.
    """
    by_strategy: dict[str, list[Finished]] = {}
    for one in finished:
        by_strategy.setdefault(one.job.strategy, []).append(one)
    most = max((len(group) for group in by_strategy.values()), default=0)
    names = dict.fromkeys(name for one in finished for name in one.metrics)

    def values(name: str, group: list[Finished]) -> FloatArray:
        known = [one.metrics.get(name, math.nan) for one in group]
        return np.array(known + [math.nan] * (most - len(group)), dtype=float)

    return {name: {s: values(name, group) for s, group in by_strategy.items()} for name in names}


def summarise(
    finished: Sequence[Finished], reference: str, metrics: Mapping[str, Metric]
) -> dict[str, pl.DataFrame]:
    """Return the tables of `experiments.store.results.SCHEMAS`, provenance apart.

    Args:
        finished: by strategy, and within it by replication.
        reference: the strategy that the others are compared with.
        metrics: directions, units and groups; without a direction no best set is given.
    """
    values = values_of(finished)
    widths = steps(values, metrics)
    return {
        "metrics": _frame("metrics", _metric_rows(finished)),
        "estimates": _frame("estimates", _estimates(values, metrics, widths)),
        "differences": _frame("differences", _differences(values, reference, widths)),
        "best_sets": _frame("best_sets", _best_sets(values, metrics, widths)),
        "hourly": _averaged("hourly", finished, ("channel", "hour"), _hour),
        "flows": _averaged("flows", finished, ("source", "target"), _flow),
        "survival": _averaged("survival", finished, ("day",), _survival),
        "decisions": _shares(_averaged("decisions", finished, ("kind", "action"), _decision)),
    }


def steps(values: Values, metrics: Mapping[str, Metric]) -> dict[str, float]:
    """Return the width of the lattice on which a metric's values lie, by metric; 0: none.

    One case (a customer, a journey, a contact) more or less changes a share by 1 ÷ cases. The
    cases are the mean over the replications of the strategy that has fewest.
    """
    return {name: _step(values, metrics.get(name)) for name in values}


def _step(values: Values, metric: Metric | None) -> float:
    found = one_case(metric.unit, metric.group) if metric is not None else None
    if found is None:
        return 0.0
    change, cases = found
    if not cases:
        return change
    means = (mean_of(defined(of)) for of in values.get(cases, {}).values())
    fewest = min((mean for mean in means if not math.isnan(mean)), default=0.0)
    return change / fewest if fewest > 0 else 0.0


def _frame(name: str, rows: Iterable[Row]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=SCHEMAS[name] | MORE.get(name, {}), orient="row")


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _numbers(source: object, *names: str) -> Row:
    return {name: _finite(getattr(source, name)) for name in names}


def _metric_rows(finished: Sequence[Finished]) -> Iterable[Row]:
    for one in finished:
        for name, value in one.metrics.items():
            yield asdict(one.job) | {"metric": name, "value": _finite(value)}


def _estimates(
    values: Values, metrics: Mapping[str, Metric], widths: Mapping[str, float]
) -> Iterable[Row]:
    strategies = dict.fromkeys(name for of in values.values() for name in of)
    for strategy in strategies:
        for metric, of in values.items():
            about = metrics.get(metric)
            within = UNLIMITED if about is None else limits(about.unit, about.group)
            about_mean = estimate(of[strategy], step=widths[metric], within=within)
            names = {"strategy": strategy, "metric": metric}
            yield {**names, **_numbers(about_mean, *INTERVAL), "n": about_mean.n}


def _differences(values: Values, reference: str, widths: Mapping[str, float]) -> Iterable[Row]:
    for metric, of in values.items():
        for row in compare_all(of, reference, step=widths[metric]):
            known = _numbers(row, *INTERVAL, "p", "p_holm", "variance_ratio")
            names = {"strategy": row.strategy, "reference": reference, "metric": metric}
            yield {**names, **known, "n": row.n, "ties": row.ties}


def _best_sets(
    values: Values, metrics: Mapping[str, Metric], widths: Mapping[str, float]
) -> Iterable[Row]:
    for metric, of in values.items():
        better = metrics[metric].better if metric in metrics else "neither"
        if better in ("higher", "lower"):
            best = best_set(of, higher_is_better=better == "higher", step=widths[metric])
            for strategy in of:
                yield {"metric": metric, "strategy": strategy, "in_best_set": strategy in best}


def _averaged(
    name: str,
    finished: Sequence[Finished],
    keys: tuple[str, ...],
    average: Callable[[list[Row], int], Row],
) -> pl.DataFrame:
    """Return one row per strategy and key; `average` gets its rows and the replications."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    counts = Counter(one.job.strategy for one in finished)
    for one in finished:
        for row in one.frames[name].iter_rows(named=True):
            group = (one.job.strategy, *(row[key] for key in keys))
            groups.setdefault(group, []).append(row)
    order = list(counts)
    return _frame(
        name,
        (
            dict(zip(("strategy", *keys), group, strict=True))
            | average(groups[group], counts[group[0]])
            for group in sorted(groups, key=lambda group: (order.index(group[0]), group[1:]))
        ),
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None and not math.isnan(value)]
    return math.fsum(known) / len(known) if known else None


def _hour(rows: list[Row], n: int) -> Row:
    """Contacts per replication; the wait per contact; occupancy over the replications."""
    waited = [row for row in rows if row["mean_wait_s"] is not None and row["contacts"]]
    contacts = math.fsum(row["contacts"] for row in waited)
    total = math.fsum(row["contacts"] * row["mean_wait_s"] for row in waited)
    return {
        "contacts": math.fsum(row["contacts"] for row in rows) / n,
        "mean_wait_s": total / contacts if contacts else None,
        "occupancy": _mean(row["occupancy"] for row in rows),
    }


def _flow(rows: list[Row], n: int) -> Row:
    return {"contacts": math.fsum(row["contacts"] for row in rows) / n}


def _survival(rows: list[Row], n: int) -> Row:
    """Mean retained share; its interval over replications, or within the only one."""
    if n == 1:
        return {name: rows[0].get(name) for name in ("retained", "low", "high")}
    retained = estimate([row["retained"] for row in rows], within=limits("share", "retention"))
    return {"retained": _finite(retained.mean)} | _numbers(retained, "low", "high")


def _decision(rows: list[Row], n: int) -> Row:
    return {"share": None, "per_replication": math.fsum(row["count"] for row in rows) / n}


def _shares(decisions: pl.DataFrame) -> pl.DataFrame:
    """Return the decisions with each action's share of its kind."""
    total = pl.col("per_replication").sum().over("strategy", "kind")
    share = pl.when(total > 0).then(pl.col("per_replication") / total)
    return decisions.with_columns(share=share).select(list(SCHEMAS["decisions"]))
