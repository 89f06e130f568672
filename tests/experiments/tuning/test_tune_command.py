"""The command `tune`, and the shipped searches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from experiments.cli.main import main
from experiments.running.runner import Settings
from experiments.tuning.config import TuneConfig, load_tune_config
from experiments.tuning.objective import weights_of
from experiments.tuning.outcome import CHECK
from experiments.tuning.tune import space_of, tune
from sim.inputs import validate
from tests.support.tunings import RAW, engine

pytest.importorskip("optuna")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("experiments.running.engine.simulator", engine)
    (tmp_path / "c.yaml").write_text(yaml.safe_dump({**RAW, "trials": 5}))
    return tmp_path


def test_the_command(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["tune", "c.yaml", "--workers", "1", "--out", "there"]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert "wait_s" in out and "which flatters" in out and "there/best.yaml" in out
    assert main(arguments) == 2
    assert "--resume" in capsys.readouterr().err
    assert main([*arguments, "--resume", "--trials", "7", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["strategies"]["mine"]["trials"] == 7
    assert found["objective"] == "retention"


def test_the_command_on_bad_input(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, said in (
        (["tune", "nowhere"], "did you mean"),
        (["tune", "c.yaml", "--set", "objective=retntion"], "did you mean 'retention'"),
        (["tune", "c.yaml", "--set", "strategies.mine.policy=thresholdz"], "'thresholds'"),
        (["tune", "quickstart"], "looks like a config for `run`"),
        (["tune", "c.yaml", "--trials", "0"], "trials"),
    ):
        assert main([*arguments, "--workers", "1"]) == 2, arguments
        assert said in capsys.readouterr().err or arguments[1] == "nowhere"


def test_without_optuna_the_message_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "optuna", None)
    assert main(["tune", "c.yaml", "--workers", "1"]) == 2
    assert "optichannel[learn]" in capsys.readouterr().err


def test_the_shipped_tuning_configs_are_valid() -> None:
    from experiments.running.config.experiment import SHIPPED
    from sim import METRICS

    names = sorted(path.stem for path in SHIPPED.folder.glob("tune_*.yaml"))
    assert "tune_telco" in names
    for name in names:
        found = load_tune_config(name)
        assert all(space_of(found, strategy) for strategy in found.strategies)
        weights_of(found.objective, {key: str(metric.better) for key, metric in METRICS.items()})


@pytest.mark.slow
def test_a_shipped_rule_is_tuned_in_the_simulator(tmp_path: Path) -> None:
    from experiments.running.engine import simulator

    raw = {
        **RAW,
        "objective": {"expected_value_per_customer": 1, "margin_kept": 3},
        "replications": 2,
        "trials": 3,
        "strategies": {"v": {"regime": "optichannel", "policy": "value_at_risk"}},
        "search": {"v": {"recovery_return": {}}},
        "validation": {"seed": 3, "replications": 2},
    }
    settings = Settings(workers=1, folder=tmp_path / "t")
    found = tune(validate(TuneConfig, raw, "test"), simulator(), settings)
    assert len(found.tuned[0].trials) == 3
    assert set(found.tuned[0].unseen) >= {"objective", "margin_kept", "retention"}
    assert (tmp_path / "t" / CHECK / "manifest.json").exists()
