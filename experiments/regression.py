"""Regression: does the simulator still do what a baseline recorded?

Two comparisons. *Exact*: each replication's register has the digest that was recorded, and every
metric the value. It decides where it can: on the Python, NumPy and machine type of the baseline;
elsewhere the last bits of floating-point results may differ, so it is only reported.
*Statistical*: every metric's mean is shown to be within its tolerance of the recorded one (two
one-sided paired tests); it decides elsewhere, or everywhere when asked to.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import Field

from experiments.results import RunResults
from experiments.statistics import equivalent
from sim.errors import InputError
from sim.files import read_json, write_atomically
from sim.strict import StrictModel, validate

PLATFORM = ("python", "machine", "numpy", "scipy")
"""What must agree for digests to be comparable; of Python the minor version."""

State = Literal["identical", "equivalent", "moved", "undecided", "missing", "new"]
PASSING: tuple[State, ...] = ("identical", "equivalent", "new")


class Tolerance(StrictModel):
    """The largest difference that does not matter: `absolute + relative · |recorded mean|`."""

    absolute: Annotated[float, Field(ge=0)] = 0.0
    relative: Annotated[float, Field(ge=0)] = 0.02

    def width(self, mean: float) -> float:
        """Return the tolerance in the metric's unit."""
        return self.absolute + self.relative * abs(mean)


class MetricBaseline(StrictModel):
    """One metric: its tolerance, and by strategy one value per replication (null: undefined)."""

    tolerance: Tolerance = Tolerance()
    values: dict[str, tuple[float | None, ...]]


class Baseline(StrictModel):
    """What a run did: the file that `check --update` writes; tolerances may be edited in it."""

    format: Literal[1]
    name: str
    revision: str
    seed: int
    replications: Annotated[int, Field(ge=1)]
    horizon_days: float
    warm_up_days: float
    platform: dict[str, str]
    digests: dict[str, tuple[str, ...]]
    metrics: dict[str, MetricBaseline]


@dataclass(frozen=True)
class Row:
    """One metric of one strategy: recorded and new mean, difference with its 90% interval."""

    strategy: str
    metric: str
    before: float
    now: float
    low: float
    high: float
    tolerance: float
    state: State


@dataclass(frozen=True)
class Check:
    """The result of a comparison; `changed` are replications with another register, by strategy."""

    rows: tuple[Row, ...]
    changed: Mapping[str, tuple[int, ...]]
    other_platform: str
    exact: bool

    @property
    def same(self) -> bool:
        """Whether every register and every metric is the recorded one."""
        metrics = all(row.state in ("identical", "new") for row in self.rows)
        return metrics and not any(self.changed.values())

    @property
    def equivalent(self) -> bool:
        """Whether every metric is shown to be within its tolerance."""
        return all(row.state in PASSING for row in self.rows)

    @property
    def passed(self) -> bool:
        """Whether the check passes by the comparison that decides."""
        return self.equivalent and (self.same or not self.exact)


def platform_of(versions: Mapping[str, Any]) -> dict[str, str]:
    """Return what a baseline records of a run's versions."""
    found = {name: str(versions.get(name, "")) for name in PLATFORM}
    found["python"] = ".".join(found["python"].split(".")[:2])
    return found


def record(results: RunResults, previous: Baseline | None = None) -> Baseline:
    """Return the baseline of a run; tolerances of a previous one are kept."""
    manifest = results.manifest
    known = {} if previous is None else previous.metrics
    metrics = {
        name: {
            "tolerance": known[name].tolerance.model_dump() if name in known else {},
            "values": {strategy: list(found) for strategy, found in of.items()},
        }
        for name, of in _values(results.metrics).items()
    }
    raw = {
        "format": 1,
        **{key: manifest[key] for key in ("name", "revision", "seed", "replications")},
        **{key: float(manifest[key]) for key in ("horizon_days", "warm_up_days")},
        "platform": platform_of(manifest["versions"]),
        "digests": manifest["digests"],
        "metrics": metrics,
    }
    return validate(Baseline, raw, "baseline")


def save(baseline: Baseline, path: Path) -> None:
    """Write a baseline as JSON, whole or not at all.

    Raises:
        InputError: the file cannot be written.
    """
    text = json.dumps(baseline.model_dump(mode="json"), indent=1, ensure_ascii=False)
    write_atomically(path, (text + "\n").encode())


def load(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        InputError: missing, not JSON, or not a baseline.
    """
    from sim.strict.document import missing_file

    try:
        raw = read_json(path)
    except FileNotFoundError:
        raise InputError(f"{missing_file(path)}; --update writes it") from None
    if not isinstance(raw, dict):
        raise InputError(f"{path}: must be a baseline, a JSON object")
    return validate(Baseline, raw, str(path))


def compare(results: RunResults, baseline: Baseline, exact: bool | None = None) -> Check:
    """Compare a run with a baseline.

    Args:
        results: a run of the config that the baseline was recorded for.
        baseline: what was recorded.
        exact: whether another register or value fails the check; None: on the baseline's platform
            only.

    Raises:
        InputError: the run has other strategies, replications, seed or horizon.
    """
    _check_comparable(results.manifest, baseline)
    other = _platform_difference(results.manifest["versions"], baseline.platform)
    digests: Mapping[str, list[str]] = results.manifest["digests"]
    changed = {
        strategy: tuple(
            number
            for number, (was, now) in enumerate(zip(recorded, digests[strategy], strict=True))
            if was != now
        )
        for strategy, recorded in baseline.digests.items()
    }
    found = _values(results.metrics)
    rows = [
        _row(strategy, name, found.get(name, {}).get(strategy), metric)
        for name, metric in baseline.metrics.items()
        for strategy in metric.values
    ]
    rows += [
        Row(strategy, name, math.nan, _mean(values), math.nan, math.nan, math.nan, "new")
        for name, of in found.items()
        if name not in baseline.metrics
        for strategy, values in of.items()
    ]
    return Check(tuple(rows), changed, other, not other if exact is None else exact)


def _check_comparable(manifest: Mapping[str, Any], baseline: Baseline) -> None:
    for key in ("seed", "replications", "horizon_days", "warm_up_days"):
        was, now = getattr(baseline, key), manifest[key]
        if was != now:
            raise InputError(
                f"{key}: must be as in the baseline ({was:g}); got {now:g}; "
                "--update records a new baseline"
            )
    if set(baseline.digests) != set(manifest["digests"]):
        was, now = ", ".join(baseline.digests), ", ".join(manifest["digests"])
        raise InputError(
            f"strategies: must be as in the baseline ({was}); got {now}; "
            "--update records a new baseline"
        )


def _platform_difference(versions: Mapping[str, Any], recorded: Mapping[str, str]) -> str:
    now = platform_of(versions)
    return ", ".join(
        f"{name} {recorded.get(name) or 'unknown'} → {value}"
        for name, value in now.items()
        if recorded.get(name) != value
    )


def _values(metrics: pl.DataFrame) -> dict[str, dict[str, tuple[float | None, ...]]]:
    """Return metric → strategy → values in the order of the replications."""
    ordered = metrics.sort("replication", maintain_order=True)
    groups = ordered.group_by("metric", "strategy", maintain_order=True).agg("value")
    found: dict[str, dict[str, tuple[float | None, ...]]] = {}
    for metric, strategy, values in groups.iter_rows():
        found.setdefault(metric, {})[strategy] = tuple(values)
    return found


def _row(
    strategy: str, name: str, now: tuple[float | None, ...] | None, metric: MetricBaseline
) -> Row:
    before = metric.values[strategy]
    mean = _mean(before)
    width = metric.tolerance.width(mean) if math.isfinite(mean) else 0.0
    if now is None:
        return Row(strategy, name, mean, math.nan, math.nan, math.nan, width, "missing")
    if now == before:
        return Row(strategy, name, mean, mean, 0.0, 0.0, width, "identical")
    found = equivalent(_numbers(now), _numbers(before), width)
    states: dict[str, State] = {"equivalent": "equivalent", "different": "moved"}
    state = states.get(found.verdict, "undecided")
    if [v is None for v in now] != [v is None for v in before]:
        state = "moved"  # a figure that was undefined is no longer, or the other way round
    return Row(strategy, name, mean, _mean(now), found.low, found.high, width, state)


def _numbers(values: tuple[float | None, ...]) -> list[float]:
    return [math.nan if value is None else value for value in values]


def _mean(values: tuple[float | None, ...]) -> float:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else math.nan


def as_plain(check: Check) -> dict[str, Any]:
    """Return a check as plain values for JSON; what is undefined is null."""
    rows = [
        {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in asdict(row).items()
        }
        for row in check.rows
    ]
    return {
        "passed": check.passed,
        "same": check.same,
        "equivalent": check.equivalent,
        "exact": check.exact,
        "other_platform": check.other_platform,
        "changed": {name: list(numbers) for name, numbers in check.changed.items()},
        "rows": rows,
    }
