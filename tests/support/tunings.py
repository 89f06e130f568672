"""Searches over a policy whose optimum is known, on the fake engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from experiments import ExperimentConfig
from experiments.running.engine import Engine
from experiments.running.runner import Settings
from experiments.tuning.config import TuneConfig
from experiments.tuning.tune import Tuning, tune
from policies import BySegment, LogScaled, Policy
from sim import InputError
from sim.inputs import validate
from sim.metrics.metrics import Metric
from tests.support import fake_engine

HERE = __name__
BETTER = {"retention": "higher", "cost": "lower", "undefined": "higher", "contacts": "neither"}
INFO = {name: Metric(name, name, "", "journey", way, "") for name, way in BETTER.items()}
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

    wait_s: float = Field(100.0, ge=0.0, le=1000.0)
    tries: int = Field(1, ge=1, le=5)
    scale: LogScaled = Field(1.0, ge=0.01, le=100.0)
    bold: bool = Field(False)
    style: Literal["plain", "warm"] = Field("plain")
    weight: BySegment[Annotated[float, Field(ge=0.0, le=2.0)]] = Field({})
    free: float = Field(1.0)
    most: int = Field(3, gt=0, lt=8)
    note: str = Field("", description="no word of a list, so it is not searched")


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
