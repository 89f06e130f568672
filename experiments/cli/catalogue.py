"""What ships: scenarios, policies, configs and trainings, each with a line on what it is."""

from __future__ import annotations

from pathlib import Path

from experiments.running.config.experiment import SHIPPED
from sim.inputs import read_yaml


def catalogue() -> dict[str, dict[str, str]]:
    """Return kind → name → title (empty if it has none), in alphabetical order."""
    from experiments.learning.config import SHIPPED as TRAININGS
    from policies.registry import describe
    from sim.scenario import scenario_names, shipped_folder

    return {
        "scenarios": {name: _title(shipped_folder(), name) for name in scenario_names()},
        "policies": {policy.name: policy.summary for policy in describe()},
        "configs": {name: _title(SHIPPED.folder, name) for name in SHIPPED.names()},
        "trainings": {name: _title(TRAININGS.folder, name) for name in TRAININGS.names()},
    }


def features_of(scenario: str) -> dict[str, dict[str, str]]:
    """Return the environment's features of a scenario: name → bounds, unit and who sees it."""
    from sim.decisions.features import features_as_rows
    from sim.scenario import load_scenario

    rows = features_as_rows(load_scenario(scenario))
    described = {
        row["feature"]: f"{row['low']} to {row['high']} {row['unit']}; {row['shown by']}"
        for row in rows
    }
    return {"features": described}


def _title(folder: Path, name: str) -> str:
    raw = read_yaml(folder / f"{name}.yaml")
    return " ".join(str(raw.get("title") or raw.get("description") or "").split())
