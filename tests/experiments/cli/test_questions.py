"""What `run` says of a firm that ships, when it is asked every question at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments import RunResults
from experiments.cli.main import main
from experiments.questions.results import Answers
from sim.metrics.metrics import EXPECTED
from tests.support import asked_runs

DESK = {"title": "One desktop", "overrides": {"agent_desktop": {"integrated_desktop": True}}}
CALM = {"overrides": {"returns": {"recontact_probability": "-50%"}}}
RAW: dict[str, Any] = {
    "name": "asked",
    "scenario": "helpdesk",
    "horizon_days": 14,
    "warm_up_days": 1,
    "replications": 3,
    "strategies": {
        "free": {"policy": "customer_choice", "regime": "omnichannel"},
        "short": {"policy": "least_expected_wait", "regime": "optichannel"},
    },
    "effects": {
        "deltas": {
            "desk": DESK,
            "calm": CALM,
            # This policy never recovers, whatever it costs.
            "dear": {"title": "A [bold]dear[/] amends", "overrides": {"recovery": {"cost": 99}}},
        }
    },
    "factorial": {
        "factors": {
            "desk": {"on": DESK},
            "calm": {"on": CALM},
            "people": {"on": {"overrides": {"teams": {"desk": {"agents_factor": "+50%"}}}}},
        },
        "resolution": 3,
    },
    "sweep": {"keys": {"choice.failure_aversion": {"from": "-50%", "to": "+50%", "points": 3}}},
    "levers": {
        "budget": 1e6,
        "levers": {"desk": {**DESK, "price": {"once": 10}}, "calm": {**CALM, "price": {}}},
    },
}


def test_every_question_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    Path("asked.yaml").write_text(yaml.safe_dump(RAW, sort_keys=False), encoding="utf-8")
    assert main(["run", "asked.yaml", "--dry-run", "--workers", "2"]) == 0
    plan = capsys.readouterr().out
    assert "2 declared and 16 derived strategies; 7 are equal to others" in plan
    assert "11 × 3 = 33 runs." in plan
    assert "by a pilot of 7 simulated days of the reference" in plan
    assert not Path("runs").exists()

    assert main(["run", "asked.yaml", "--workers", "1", "--out", "r"]) == 0
    out = capsys.readouterr().out
    told = " ".join(out.split())
    assert "effects: What each change of Free is worth" in told
    assert "'A [bold]dear[/] amends' changed nothing" in told
    assert "Fraction 1/2 of resolution III: 4 of 8 combinations of 3 factors in Free" in told
    assert "Defining relation: I = desk × calm × people." in told
    assert "all against none exceeds their sum by" in told
    assert "choice.failure_aversion" in told
    assert "Gains are for the whole firm of" in told
    blocks = asked_runs.blocks(RunResults.load(Path("r")))
    for key, block in blocks.items():
        assert f"{key}: {' '.join(block.verdict)}" in told
    assert "page: r/report.html" in told.replace("\\", "/")

    assert main(["run", "asked.yaml", "--workers", "1", "--out", "r", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    answers = Answers.of(found)
    assert answers is not None and answers == Answers.of(RunResults.load(Path("r")).manifest)
    assert answers.effects is not None and answers.factorial is not None
    assert [effect.unchanged for effect in answers.effects.effects] == [False, False, True]
    # The same strategies, so the same differences, whoever asks.
    alone = answers.factorial.alone["desk"][EXPECTED]
    desk = next(e for e in answers.effects.effects if e.name == "desk").worth[EXPECTED]
    assert (alone.mean, alone.low, alone.high) == (desk.mean, desk.low, desk.high)
    assert main(["run", "asked.yaml", "--workers", "1", "--out", "r", "--dry-run"]) == 0
    again = capsys.readouterr().out
    assert "33 of them finished" in again
    assert "as stored by an earlier run in the folder" in again


def test_a_run_that_is_asked_nothing_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    plain = {k: v for k, v in RAW.items() if k not in ("effects", "factorial", "sweep", "levers")}
    Path("asked.yaml").write_text(yaml.safe_dump(plain, sort_keys=False), encoding="utf-8")
    assert main(["run", "asked.yaml", "--workers", "1", "--json", "--out", "r"]) == 0
    assert json.loads(capsys.readouterr().out)["answers"] is None
    assert not list(Path("r").glob("answer_*"))
