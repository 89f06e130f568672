"""The baseline of a regression: what a run did, as the file that `check --update` writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import Field

from experiments.regression.tolerances import Tolerance
from experiments.store.results import RunResults
from sim.errors import InputError
from sim.inputs import StrictModel, validate
from sim.inputs.document import missing_file
from sim.inputs.files import read_json, write_atomically

PLATFORM = ("python", "machine", "numpy", "scipy")
"""What must agree for digests to be comparable; of Python the minor version."""


class MetricBaseline(StrictModel):
    """One metric by strategy: one value per replication (null: undefined).

    `tolerance` is given where it is another than `experiments.regression.tolerances` says.
    """

    tolerance: Tolerance | None = None
    values: dict[str, tuple[float | None, ...]]


class Baseline(StrictModel):
    """What a run did: the file that `check --update` writes; tolerances may be edited in it.

    `engine` is the one that ran (empty: the file is older than that was noted).
    """

    format: Literal[1]
    name: str
    revision: str
    engine: str = ""
    seed: int
    replications: Annotated[int, Field(ge=1)]
    horizon_days: float
    warm_up_days: float
    platform: dict[str, str]
    digests: dict[str, tuple[str, ...]]
    metrics: dict[str, MetricBaseline]


def platform_of(versions: Mapping[str, Any]) -> dict[str, str]:
    """Return what a baseline records of a run's versions."""
    platform = {name: str(versions.get(name, "")) for name in PLATFORM}
    return platform | {"python": ".".join(platform["python"].split(".")[:2])}


def record(results: RunResults, previous: Baseline | None = None) -> Baseline:
    """Return the baseline of a run; tolerances of a previous one are kept."""
    manifest = results.manifest
    metrics: dict[str, dict[str, Any]] = {
        name: {"values": {strategy: list(values) for strategy, values in of.items()}}
        for name, of in values_of(results.metrics).items()
    }
    for name, edited in (previous.metrics if previous else {}).items():
        if name in metrics and edited.tolerance is not None:
            metrics[name]["tolerance"] = edited.tolerance.model_dump(exclude_defaults=True)
    raw = {
        "format": 1,
        **{key: manifest[key] for key in ("name", "revision", "seed", "replications")},
        **{key: float(manifest[key]) for key in ("horizon_days", "warm_up_days")},
        "engine": str(manifest["versions"].get("engine", "")),
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
    plain = baseline.model_dump(mode="json", exclude_unset=True)
    write_atomically(path, (json.dumps(plain, indent=1, ensure_ascii=False) + "\n").encode())


def load(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        InputError: missing, not JSON, or not a baseline.
    """
    try:
        raw = read_json(path)
    except FileNotFoundError:
        raise InputError(f"{missing_file(path)}; --update writes it") from None
    if not isinstance(raw, dict):
        raise InputError(f"{path}: must be a baseline, a JSON object")
    return validate(Baseline, raw, str(path))


def values_of(metrics: pl.DataFrame) -> dict[str, dict[str, tuple[float | None, ...]]]:
    """Return metric → strategy → values in the order of the replications."""
    ordered = metrics.sort("replication", maintain_order=True)
    groups = ordered.group_by("metric", "strategy", maintain_order=True).agg("value")
    by_metric: dict[str, dict[str, tuple[float | None, ...]]] = {}
    for metric, strategy, values in groups.iter_rows():
        by_metric.setdefault(metric, {})[strategy] = tuple(values)
    return by_metric
