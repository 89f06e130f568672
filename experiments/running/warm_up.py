"""The warm-up that a pilot shows to be enough (MSER-5)."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import polars as pl

from experiments.running.config.experiment import ExperimentConfig
from experiments.running.engine import Replicate, attempt
from experiments.runtime.pool import Pool
from experiments.runtime.progress import Report, silent
from experiments.statistics import mser5
from sim.errors import InputError

PILOTS = 3
"""Replications averaged before MSER-5; they share the first numbers of the run itself."""


def pilot_warm_up(
    config: ExperimentConfig,
    replicate: Replicate,
    workers: Pool,
    report: Report = silent,
) -> float:
    """Return the days to leave out: the longest that any strategy and daily metric needs.

    The pilot runs the horizon without warm-up; its results carry `daily`, a frame with the
    columns metric, day (0, 1, …) and value.

    Raises:
        InputError: the series is too short or still drifting, or the engine gives none.
    """
    jobs = [(name, number) for name in config.strategies for number in range(PILOTS)]
    work = partial(pilot, config=config.with_warm_up(0.0), replicate=replicate)
    series: dict[tuple[str, str], dict[int, list[float]]] = {}
    for done, (name, number, daily) in enumerate(workers(work, jobs), start=1):
        report("pilot", done, len(jobs))
        for metric, values in daily.items():
            series.setdefault((name, metric), {})[number] = values
    return float(max((_truncation(*key, runs) for key, runs in sorted(series.items())), default=0))


def pilot(
    job: tuple[str, int],
    *,
    config: ExperimentConfig,
    replicate: Replicate,
) -> tuple[str, int, dict[str, list[float]]]:
    """Run one pilot replication and return its daily series by metric."""
    name, number = job
    daily = getattr(attempt(replicate, config, name, number), "daily", None)
    if not isinstance(daily, pl.DataFrame) or daily.is_empty():
        raise _undetermined("no daily series is recorded")
    whole = daily.filter(pl.col("day") < math.floor(config.horizon_days)).sort("metric", "day")
    known = whole.with_columns(pl.col("value").cast(pl.Float64()).fill_null(math.nan))
    series = known.group_by("metric", maintain_order=True).agg("value")
    return name, number, dict(series.iter_rows())


def _truncation(strategy: str, metric: str, runs: dict[int, list[float]]) -> int:
    length = min(map(len, runs.values()))
    result = mser5(np.array([runs[number][:length] for number in sorted(runs)]))
    if result.truncate is None:
        raise _undetermined(f"{strategy}, {metric}: {result.reason}")
    return result.truncate


def _undetermined(why: str) -> InputError:
    return InputError(
        f"warm_up_days: 'auto' cannot tell: {why}; state a number of days, or lengthen horizon_days"
    )
