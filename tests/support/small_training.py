"""A training small enough for a test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from experiments.learning.config import TrainConfig

SMALL: dict[str, Any] = {
    "name": "small",
    "scenario": "helpdesk",
    "overrides": {"population": {"customers": 400}},
    "regime": "optichannel",
    "decides": ["entry", "wrap_up", "cancel"],
    "algorithm": {"use": "fitted_index", "params": {"crowding": [1.0], "margins": [0.0]}},
    "episodes": {"horizon_days": 7, "warm_up_days": 0, "warm_up_worlds": 1},
    "selection": {"seed": 5000, "replications": 2, "horizon_days": 2},
    "evaluation": {"seed": 6000, "replications": 3, "horizon_days": 3},
    "budget": {"steps": 600},
    "checkpoint_steps": 300,
    "select_every": 1,
}


def config(**changes: Any) -> TrainConfig:
    return TrainConfig.model_validate_json(json.dumps({**SMALL, **changes}))


def written(folder: Path, **changes: Any) -> str:
    path = folder / "train.yaml"
    path.write_text(yaml.safe_dump({**SMALL, **changes}))
    return str(path)
