"""A predictor's contents belong to a run's identity; the place of its file does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments.running.config.experiment import ExperimentConfig, policy_choice
from experiments.running.identity import policy_files, replication_content
from experiments.strategies.strategy import PolicyChoice
from sim import InputError
from sim.inputs import validate


def _config(file: Path) -> ExperimentConfig:
    raw: dict[str, Any] = {
        "name": "x",
        "scenario": "telco",
        "horizon_days": 1,
        "seed": 1,
        "replications": 2,
        "strategies": {
            "a": {"policy": {"use": "best_channel", "params": {"predictor": str(file)}}},
            "b": {"policy": "best_channel"},
        },
    }
    config: ExperimentConfig = validate(ExperimentConfig, raw, "test")
    return config


def test_contents_count_and_places_do_not(tmp_path: Path) -> None:
    one, other = tmp_path / "one.safetensors", tmp_path / "other.safetensors"
    one.write_bytes(b"weights")
    other.write_bytes(b"weights")
    assert policy_files(_config(one)) == policy_files(_config(other)) != {}
    assert replication_content(_config(one), {}) == replication_content(_config(other), {})
    other.write_bytes(b"other weights")
    assert policy_files(_config(one)) != policy_files(_config(other))
    with pytest.raises(InputError, match="predictor: must be a file"):
        policy_files(_config(tmp_path / "none"))


def test_a_predictor_is_found_beside_its_config(tmp_path: Path) -> None:
    choice = PolicyChoice(use="best_channel", params={"predictor": "p.safetensors"})
    found = policy_choice(choice, tmp_path)
    assert found.params == {"predictor": str(tmp_path / "p.safetensors")}
