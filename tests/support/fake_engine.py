"""A stand-in for the simulator: arithmetic with a known answer, quick and picklable."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from experiments import ExperimentConfig
from experiments.running.engine import Engine, Firm
from experiments.store.replications import Replication
from sim import InputError
from sim.inputs import ProvenanceRow
from sim.metrics.metrics import Metric

EFFECT = {"plain": 0.0, "better": 0.05}


@dataclass(frozen=True)
class FakeResult:
    metrics: dict[str, float]
    hourly: pl.DataFrame
    flows: pl.DataFrame
    survival: pl.DataFrame
    decisions: pl.DataFrame
    daily: pl.DataFrame
    digest: str


def replicate(config: ExperimentConfig, strategy: str, replication: int) -> FakeResult:
    """Common luck by seed and replication, plus an effect and a little noise by strategy."""
    common = np.random.default_rng([config.seed, replication]).normal()
    own = np.random.default_rng([config.seed, replication, len(strategy)]).normal()
    retention = 0.8 + EFFECT.get(strategy, 0.0) + 0.02 * common + 0.001 * own
    metrics = {"retention": retention, "cost": 100 + common, "undefined": float("nan")}
    transient = np.where(np.arange(int(config.horizon_days)) < 20, 50.0, 0.0)
    noise = np.random.default_rng([config.seed, replication, 7]).normal(size=transient.size)
    return FakeResult(
        metrics=metrics,
        hourly=pl.DataFrame(
            {
                "channel": ["phone", "phone"],
                "hour": [9, 10],
                "contacts": [10.0 + replication, 0.0],
                "mean_wait_s": [20.0, None],
                "occupancy": [0.5, None],
            }
        ),
        flows=pl.DataFrame({"source": ["phone"], "target": ["resolved"], "contacts": [5.0]}),
        survival=pl.DataFrame(
            {"day": [0.0, 1.0], "retained": [1.0, retention], "low": [1.0, 0.0], "high": [1.0, 1.0]}
        ),
        decisions=pl.DataFrame(
            {"kind": ["entry", "entry"], "action": ["phone", "web"], "count": [3, 1]}
        ),
        daily=pl.DataFrame(
            {
                "metric": ["wait"] * transient.size,
                "day": list(range(transient.size)),
                "value": transient + noise,
            }
        ),
        digest=hashlib.sha256(repr((strategy, metrics)).encode()).hexdigest(),
    )


def slow(config: ExperimentConfig, strategy: str, replication: int) -> FakeResult:
    time.sleep(0.5)
    return replicate(config, strategy, replication)


def held(config: ExperimentConfig, strategy: str, replication: int) -> FakeResult:
    """Only the first replication ends: whoever waits for it meets a run that is under way."""
    if replication > 0:
        time.sleep(3600)
    return replicate(config, strategy, replication)


def broken(config: ExperimentConfig, strategy: str, replication: int) -> FakeResult:
    if replication == 2:
        raise ZeroDivisionError("division by zero")
    return replicate(config, strategy, replication)


def refused(config: ExperimentConfig, strategy: str, replication: int) -> FakeResult:
    raise InputError("strategies.plain: not possible")


def suicidal(config: ExperimentConfig, strategy: str, replication: int) -> FakeResult:
    if replication == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return replicate(config, strategy, replication)


def interrupted(config: ExperimentConfig, strategy: str, replication: int) -> FakeResult:
    if replication == 2:
        raise KeyboardInterrupt
    return replicate(config, strategy, replication)


def misshapen(config: ExperimentConfig, strategy: str, replication: int) -> FakeResult:
    found = replicate(config, strategy, replication)
    return replace(found, flows=found.flows.rename({"contacts": "count"}))


def describe(config: ExperimentConfig) -> Firm:
    row = ProvenanceRow("population.customers", 1000.0, "assumed", "")
    return Firm({name: {"of": config.scenario} for name in config.strategies}, (row,), "EUR")


def export(_result: Replication, folder: Path, form: str) -> None:
    (folder / f"register.{form}").write_text("rows", encoding="utf-8")


def engine(work=replicate) -> Engine:  # type: ignore[no-untyped-def]
    metrics = {
        "retention": Metric("retention", "Kept", "share", "retention", "higher", ""),
        "cost": Metric("cost", "Cost", "currency", "cost", "lower", ""),
    }
    return Engine(work, describe, export, metrics)
