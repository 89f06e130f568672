"""Runs of the shipped firms, small enough for a test."""

from __future__ import annotations

from typing import Any

from experiments import ExperimentConfig
from sim.inputs import validate

SCALE = {"bank": 0.02, "helpdesk": 0.2, "telco": 0.05}


def config(scenario: str, **changes: Any) -> ExperimentConfig:
    raw = {
        "name": "same",
        "scenario": scenario,
        "overrides": {"population": {"scale": SCALE[scenario]}},
        "horizon_days": 3,
        "warm_up_days": 1,
        "replications": 3,
        "seed": 11,
        "strategies": {
            "silo": {"regime": "multichannel", "policy": "silo"},
            "steered": {"regime": "optichannel", "policy": "value_at_risk"},
            "random": {"regime": "optichannel", "policy": "random"},
        },
    }
    return validate(ExperimentConfig, {**raw, **changes}, "test")
