"""Spoilt scenarios and configs: refused in one clear message, or run; never a traceback.

Fifty examples of each kind here; 500 with `--hypothesis-profile thorough`
(docs/how-to/validate.md).
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments import ExperimentConfig, RunResults
from experiments.cli.main import main
from experiments.learning.config import SHIPPED as TRAININGS
from experiments.learning.train import Training
from experiments.running.config.experiment import SHIPPED
from experiments.running.engine import Engine, Replicate, simulator
from experiments.running.replicate import prepared
from experiments.store.replications import Replication
from sim import Scenario
from sim.scenario.load import shipped_folder
from tests.support import mutated

SMALL = {"population": {"scale": 0.02}}
MOST_CALLS, MOST_ROWS = 8, 5_000
CLEAR = re.compile(r"\S.*: \S")
UNCLEAR = ("Traceback", "pydantic", "object at 0x", "NoneType", "<class", "KeyError", "TypeError")
ELSEWHERE = {"overrides", "params", "rule"}
"""Refused where they are used: by the scenario's name and key, and by the policy's."""
Example = tuple[bytes, tuple[str | int, ...] | None]
FULL: dict[str, Any] = {
    "name": "full",
    "title": "All that a config can say",
    "scenario": "helpdesk",
    "overrides": {"population": {"scale": 0.1}, "satisfaction": {"given_up": -0.4}},
    "warm_up_days": 1,
    "horizon_days": 7,
    "replications": {"min": 2, "max": 2, "precision": {"retention": {"relative": 0.5}}},
    "seed": 3,
    "reference": "a",
    "strategies": {
        "a": {"policy": "longest_idle", "regime": "omnichannel", "decides": ["dispatch"]},
        "b": {
            "title": "B",
            "policy": {"use": "best_channel", "params": {"effort": 1.5}},
            "regime": {"visible": "own", "latency": "nightly", "intent_accuracy": 0.9},
            "channels": ["phone", "email"],
            "staffing": {"desk": 9},
            "overrides": {"agent_desktop": {"repeat_s": 50}},
        },
        "bound": {"policy": "oracle"},
    },
    "pareto": {
        "metrics": ["retention", "cost_per_customer"],
        "families": {"b": {"of": "b", "sweep": {"effort": [1, 2]}}, "rest": {"members": ["a"]}},
    },
    "gap": {"metric": {"sales": 1, "retention": 9}, "rules": ["a"], "policies": ["b"]}
    | {"bound": "bound"},
}


def small(path: Path, **changes: Any) -> bytes:
    """Return a shipped config on a fiftieth of its customers."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    return mutated.dumped({**raw, "overrides": SMALL, **changes})


SCENARIOS = [(shipped_folder() / f"{name}.yaml").read_bytes() for name in ("helpdesk", "telco")]
RUNS = [mutated.dumped(FULL), small(SHIPPED.folder / "regression_telco.yaml", replications=2)]
TUNINGS = [small(SHIPPED.folder / "tune_telco.yaml")]
TAUGHT = [small(TRAININGS.folder / f"{name}.yaml") for name in ("helpdesk", "telco")]


def weight(scenario: Scenario) -> float:
    """Return how many customers, agents and needs a day a scenario has."""
    population = scenario.population
    needs = max(
        segment.needs_factor * intent.needs_per_month * segment.intent_factor.get(name, 1.0)
        for segment in scenario.segments.values()
        for name, intent in scenario.intents.items()
    )
    agents = sum(shift.agents for team in scenario.teams.values() for shift in team.shifts)
    return population.scale * (population.customers * (1 + needs / 30) + agents)


class Brief:
    """The simulator for half a day; who waits too long, or for too much, presses Ctrl-C."""

    def __init__(self, replicate: Replicate) -> None:
        self.replicate, self.calls = replicate, 0

    def __call__(self, config: ExperimentConfig, strategy: str, replication: int) -> Replication:
        self.calls += 1
        scenario = prepared(config, strategy).scenario
        if self.calls > MOST_CALLS or weight(scenario) > MOST_ROWS:
            raise KeyboardInterrupt
        brief = {"horizon_days": min(config.horizon_days, 0.5), "warm_up_days": 0.0}
        return self.replicate(config.model_copy(update=brief), strategy, replication)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No example simulates or trains for long."""
    pytest.importorskip("optuna")

    def untrained(_: Training) -> dict[str, Any]:
        raise KeyboardInterrupt

    def brief(engine: Engine) -> Engine:
        return replace(engine, replicate=Brief(engine.replicate))

    monkeypatch.setattr("experiments.running.engine.simulator", lambda: brief(simulator()))
    monkeypatch.setattr(Training, "run", untrained)


def judge(
    folder: Path, example: Example, capsys: pytest.CaptureFixture[str], command: str, config: str
) -> None:
    """Run a command on a spoilt file; look at what it says and what it leaves."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    capsys.readouterr()
    workers = [] if command == "train" else ["--workers", "1"]
    code = main([command, str(folder / config), "--out", str(out), "--json", *workers])
    said = capsys.readouterr()
    assert code in (0, 2, 130), said.err
    if code == 2:
        refused(said.err, example[1])
        assert said.out == ""
        assert not out.exists(), said.err
    elif command == "run" and code == 0:
        assert RunResults.load(out).manifest["digests"]
    assert not list(out.rglob(".unfinished-*"))


def refused(message: str, path: tuple[str | int, ...] | None) -> None:
    """One message; each line names a place and a rule; the place is where the fault is."""
    assert message.startswith("optichannel: ") and message.endswith("\n")
    for line in message.removeprefix("optichannel: ").splitlines():
        assert CLEAR.search(line) and len(line) < 600, message
    assert not any(word in message for word in UNCLEAR), message
    assert all(char.isprintable() or char == "\n" for char in message), message
    if path is not None and not ELSEWHERE & set(path):
        keys = [str(key) for key in path if not isinstance(key, int)]
        assert any(key in message for key in keys), (keys, message)


def test_scenarios(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    strategies = {
        "a": {"policy": "best_channel"},
        "b": {"policy": "random", "regime": {"visible": "own"}},
    }
    config = {"name": "spoilt", "scenario": "firm.yaml", "overrides": SMALL, "horizon_days": 1}
    config |= {"replications": 2, "strategies": strategies}
    (tmp_path / "run.yaml").write_bytes(mutated.dumped(config))

    @settings(max_examples=settings().max_examples // 2)
    @given(st.sampled_from(SCENARIOS).flatmap(mutated.mutated))
    def check(example: Example) -> None:
        (tmp_path / "firm.yaml").write_bytes(example[0])
        judge(tmp_path, example, capsys, "run", "run.yaml")

    check()


@pytest.mark.parametrize(
    ("command", "texts"), [("run", RUNS), ("tune", TUNINGS), ("train", TAUGHT)]
)
def test_configs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, texts: list[bytes]
) -> None:
    @settings(max_examples=settings().max_examples // 2)
    @given(st.sampled_from(texts).flatmap(mutated.mutated))
    def check(example: Example) -> None:
        (tmp_path / "config.yaml").write_bytes(example[0])
        judge(tmp_path, example, capsys, command, "config.yaml")

    check()
