"""Runs of the fake engine with fronts and a gap."""

from __future__ import annotations

from typing import Any

from experiments import ExperimentConfig
from sim.inputs import validate
from sim.metrics.metrics import Metric
from tests.support.fake_engine import FakeResult
from tests.support.fake_engine import replicate as fake

METRICS = {
    "retention": Metric("retention", "Kept", "share", "retention", "higher", "Kept."),
    "cost": Metric("cost", "Cost", "currency", "cost", "lower", "Spent."),
}
RAW: dict[str, Any] = {
    "name": "fake",
    "scenario": "fake",
    "horizon_days": 30,
    "replications": 8,
    "strategies": {
        "plain": {"policy": "a"},
        "rule": {"title": "Rule", "policy": {"use": "a", "params": {"k": 1}}},
        "better": {"policy": "b"},
        "bound": {"policy": "b", "title": "<b>Bound</b>"},
    },
    "pareto": {
        "metrics": ["retention", "cost"],
        "families": {
            "rule": {"of": "rule", "sweep": {"w": [0, 1, 2], "v": [5, 6, 7]}},
            "others": {"title": "Others <i>", "members": ["plain", "better"]},
        },
    },
    "gap": {
        "metric": {"retention": 100, "cost": -1},
        "rules": ["plain", "rule"],
        "policies": ["better"],
        "bound": "bound",
    },
}
GAIN = {"better": 0.03, "bound": 0.06}


def config(**changes: Any) -> ExperimentConfig:
    return validate(ExperimentConfig, {**RAW, **changes}, "test")


def work(config: ExperimentConfig, strategy: str, replication: int) -> FakeResult:
    """Weight w keeps more customers at a growing cost; the luck is common."""
    found = fake(config, strategy, replication)
    w = config.strategies[strategy].policy.params.get("w", 0)
    luck = found.metrics["cost"] - 100
    retention = 0.8 + 0.01 * w + GAIN.get(strategy, 0.0) + 0.01 * luck
    found.metrics.clear()
    found.metrics.update(retention=retention, cost=100 + w**2 + luck)
    return found
