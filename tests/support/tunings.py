"""Searches over a policy whose optimum is known, on the fake engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from experiments.report import MetricInfo
from experiments.run.config.experiment import ExperimentConfig
from experiments.run.engine import Engine
from experiments.run.runner import Settings
from experiments.tuning.config import TuneConfig
from experiments.tuning.tune import Tuning, tune
from policies.base import Policy
from policies.parameters import parameter
from sim.errors import InputError
from sim.inputs import validate
from tests.support import fake_engine

HERE = __name__
BETTER = {"retention": "higher", "cost": "lower", "undefined": "higher", "contacts": "neither"}
INFO = {name: MetricInfo(name, name, "", "journey", way, "") for name, way in BETTER.items()}
RAW: dict[str, Any] = {
    "name": "fake",
    "scenario": "helpdesk",
    "horizon_days": 5,
    "seed": 1_000_000,
    "replications": 4,
    "objective": "retention",
    "trials": 24,
    "strategies": {"mine": {"policy": f"{HERE}:Mine"}},
}


class Mine(Policy):
    """A user's own policy, with a parameter of every kind."""

    wait_s: float = parameter(100.0, low=0.0, high=1000.0)
    tries: int = parameter(1, low=1, high=5)
    scale: float = parameter(1.0, low=0.01, high=100.0, log=True)
    bold: bool = parameter(False)
    style: str = parameter("plain", choices=("plain", "warm"))
    weight: dict[str, float] = parameter({}, keys="segments", low=0.0, high=2.0)
    free: float = parameter(1.0)


def simulated(config: ExperimentConfig, strategy: str, replication: int) -> fake_engine.FakeResult:
    """A firm whose retention is best at 700 seconds, warm; the luck is common to all."""
    found = fake_engine.replicate(config, strategy, replication)
    params = config.strategies[strategy].policy.params
    gain = -(((params.get("wait_s", 100.0) - 700) / 1000) ** 2)
    gain += 0.05 if params.get("style") == "warm" else 0.0
    luck = found.metrics["cost"] - 100
    metrics = {"retention": 0.5 + gain + 10 * luck, "cost": 100 + gain, "contacts": 5.0}
    return replace(found, metrics=metrics | {"undefined": float("nan")})


def refuses(config: ExperimentConfig, strategy: str, replication: int) -> fake_engine.FakeResult:
    if config.strategies[strategy].policy.params["wait_s"] > 400:
        raise InputError("Mine.wait_s: not more than 400 with bold")
    return simulated(config, strategy, replication)


def breaks(config: ExperimentConfig, strategy: str, replication: int) -> fake_engine.FakeResult:
    if config.strategies[strategy].policy.params["wait_s"] != 100:
        raise ZeroDivisionError("division by zero")
    return simulated(config, strategy, replication)


def engine(work: Any = simulated) -> Engine:
    return Engine(work, fake_engine.describe, fake_engine.export, INFO)


def config(**changes: Any) -> TuneConfig:
    return validate(TuneConfig, {**RAW, **changes}, "test")


def ran(folder: Path, work: Any = simulated, resume: bool = False, **changes: Any) -> Tuning:
    settings = Settings(workers=changes.pop("workers", 1), folder=folder)
    return tune(config(**changes), engine(work), settings, resume=resume)
