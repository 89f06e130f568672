"""A regime that cannot be is refused by the command: one message, exit code 2, no run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments.cli.main import main

CASES: dict[str, tuple[dict[str, Any], str]] = {
    "a rate above one": (
        {"match_rate": 1.2},
        "match_rate: must be less than or equal to 1; got 1.2",
    ),
    "a rate below zero": (
        {"wrong_match_rate": -0.1},
        "wrong_match_rate: must be greater than or equal to 0",
    ),
    "an accuracy above one": (
        {"intent_accuracy": 2},
        "intent_accuracy: must be less than or equal to 1; got 2",
    ),
    "more matches than attempts": (
        {"match_rate": 0.9, "wrong_match_rate": 0.2},
        "match_rate + wrong_match_rate must be at most 1; got 0.9 + 0.2",
    ),
    "an unknown word": ({"context": "sometimes"}, "context"),
    "a key that is gone": ({"context_passes": True}, "context_passes"),
    "a key that is none": ({"identity": 0.5}, "identity"),
    "no number": ({"match_rate": "half"}, "match_rate"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_message_and_exit_code_2(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    changes, said = CASES[name]
    raw = {
        "name": "n",
        "scenario": "helpdesk",
        "horizon_days": 1,
        "replications": 1,
        "strategies": {
            "one": {"policy": "customer_choice", "regime": {"extends": "omnichannel", **changes}}
        },
    }
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(raw))
    assert main(["run", "c.yaml", "--workers", "1"]) == 2
    message = capsys.readouterr().err
    assert said in message.replace("\n", " ")
    assert message.count("\n") == 1
    assert not list(tmp_path.glob("runs/*/replications"))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("channels.phone.intent_accuracy", 1.5, "intent_accuracy: must be less than or equal to 1"),
        ("signals.repeat_accuracy", -1, "repeat_accuracy: must be greater than or equal to 0"),
    ],
)
def test_probabilities_of_a_firm_are_within_bounds(
    key: str,
    value: float,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, *rest = reversed(key.split("."))
    overrides: dict[str, Any] = {first: value}
    for name in rest:
        overrides = {name: overrides}
    raw = {
        "name": "n",
        "scenario": "helpdesk",
        "horizon_days": 1,
        "replications": 1,
        "strategies": {"one": {"policy": "customer_choice", "overrides": overrides}},
    }
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(raw))
    assert main(["run", "c.yaml", "--workers", "1"]) == 2
    message = capsys.readouterr().err
    assert said in message.replace("\n", " ")
    assert message.count("\n") == 1
