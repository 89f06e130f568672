"""Runs of the fake engine: their config, how they are run, and what they leave."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from experiments import ExperimentConfig
from experiments.running.runner import Settings
from sim.inputs import validate

RAW = {
    "name": "fake",
    "scenario": "fake",
    "horizon_days": 120,
    "replications": 4,
    "strategies": {"plain": {"policy": "a"}, "better": {"policy": "b"}},
}


def config(**changes: object) -> ExperimentConfig:
    return validate(ExperimentConfig, {**RAW, **changes}, "test")


def in_process(folder: Path, **changes: object) -> Settings:
    return replace(Settings(workers=1, folder=folder), **changes)


def tables(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix == ".parquet" or path.name == "done.json"
    }
