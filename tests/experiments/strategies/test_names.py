"""Names that are folders, titles that are told apart, and suggestions that may be meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments import ExperimentConfig, load_config
from experiments.running.runner import Settings, run_experiment
from experiments.store.replications import Job, State, load, state
from experiments.store.run_folder import DONE
from experiments.strategies.names import folder_name
from experiments.tuning.config import TuneConfig
from sim import InputError
from sim.inputs import validate
from sim.inputs.names import closest, edits
from tests.support.fake_engine import engine

RAW: dict[str, Any] = {"name": "n", "scenario": "fake", "horizon_days": 9, "replications": 2}


def config(*names: str, **titles: str) -> ExperimentConfig:
    strategies = {n: {"policy": "a"} | ({"title": titles[n]} if n in titles else {}) for n in names}
    return validate(ExperimentConfig, RAW | {"strategies": strategies}, "test")


@pytest.mark.parametrize(
    "name", ["später", "Öffnung früh", "e\u0301te\u0301", "東京 2", "a.b", "A+B_c-d", "7 Tage"]
)
def test_letters_of_any_script_are_allowed_in_a_name(name: str, tmp_path: Path) -> None:
    outcome = run_experiment(config(name), engine(), Settings(workers=1, folder=tmp_path / "r"))
    assert outcome.results.manifest["reference"] == name
    assert (Job(name, 1).folder(tmp_path / "r") / DONE).is_file()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a/b", "must begin with a letter or digit and hold letters"),
        ("..", "must begin with a letter or digit"),
        ("-a", "must begin with a letter or digit"),
        ("a\u202eb", "must begin with a letter or digit and hold"),
        ("a\tb", "must begin with a letter or digit and hold"),
        ("a?", "must begin with a letter or digit and hold"),
        ("", "must begin with a letter or digit and hold"),
        ("a ", "must not end with a blank or a dot"),
        ("a.", "must not end with a blank or a dot"),
        ("CON", "must not be a device of Windows"),
        ("nul.txt", "must not be a device of Windows"),
        ("Com1", "must not be a device of Windows"),
        ("aux .b", "must not be a device of Windows"),
    ],
)
def test_what_cannot_be_a_folder_everywhere_is_refused(name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        config(name)
    with pytest.raises(InputError, match=f"name: {said}"):
        validate(ExperimentConfig, RAW | {"name": name, "strategies": {"a": {"policy": "a"}}}, "t")


def test_what_only_resembles_a_device_is_a_name() -> None:
    for name in ("console", "com", "com10", "a.con", "null"):
        assert folder_name(name) == name


@pytest.mark.parametrize(
    "pair", [("A", "a"), ("Straße", "STRASSE"), ("é", "e\u0301"), ("ÉTÉ", "e\u0301te\u0301")]
)
def test_names_that_are_one_folder_elsewhere_are_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(InputError) as caught:
        config(*pair)
    assert f"strategies: '{pair[0]}' and '{pair[1]}' are one folder" in str(caught.value)
    raw = RAW | {"objective": "sales", "strategies": {name: {"policy": "a"} for name in pair}}
    with pytest.raises(InputError, match="are one folder"):
        validate(TuneConfig, raw, "test")


def test_two_strategies_with_one_title_are_refused() -> None:
    with pytest.raises(InputError, match="'a' and 'b' must have different titles; both have 'X y'"):
        config("a", "b", a="x  Y", b="X y")
    with pytest.raises(InputError, match="'a' and 'b' must have different titles; both have 'b'"):
        config("a", "b", a="B")
    config("a", "b", a="b1")


def test_a_replication_of_another_strategy_number_or_run_is_not_taken(tmp_path: Path) -> None:
    run_experiment(config("a", "b"), engine(), Settings(workers=1, folder=tmp_path))
    mine, others = Job("a", 0), Job("b", 0)
    assert load(tmp_path, mine) is not None
    for key, value in (("strategy", "b"), ("replication", 1), ("run", "0" * 64)):
        path = mine.folder(tmp_path) / DONE
        kept = path.read_text()
        path.write_text(json.dumps(json.loads(kept) | {key: value}))
        assert load(tmp_path, mine) is None, key
        assert state(tmp_path, mine) is not State.KEPT, key
        path.write_text(kept)
    assert state(tmp_path, mine) is State.KEPT
    for path in others.folder(tmp_path).iterdir():
        (mine.folder(tmp_path) / path.name).write_bytes(path.read_bytes())
    assert load(tmp_path, mine) is None
    assert load(tmp_path, others) is not None
    again = run_experiment(config("a", "b"), engine(), Settings(workers=1, folder=tmp_path))
    assert again.simulated == 1


def test_a_name_with_a_dot_can_be_set(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(yaml.safe_dump(RAW | {"strategies": {"a.b": {"policy": "a"}}}))
    assert load_config(path, ['strategies."a.b".title=T']).strategies["a.b"].title == "T"


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("custommers", ["customers", "scale"], "customers"),
        ("fone", ["phone", "chat"], "phone"),
        ("Phone", ["phone"], "phone"),
        ("bb", ["a", "b"], "b"),
        ("nmae", ["name", "teams"], "name"),
        ("horizon", ["horizon_days", "overrides"], "horizon_days"),
        ("staff", ["staff_cost", "sales"], "staff_cost"),
        ("retention_rate", ["retention", "sales"], "retention"),
        ("b", ["a", "c"], None),
        ("wait", ["csat", "chat"], None),
        ("profit", ["policy", "pareto"], None),
        ("bot", ["cost", "chat"], None),
        ("airline", ["families", "frontline", "email"], None),
        ("twitter", ["title"], None),
        ("supervisors", ["seniors"], None),
        ("invoice", ["voicebot"], None),
        ("agents", ["pareto", "entry"], None),
        ("duration", ["retention", "description"], None),
    ],
)
def test_only_what_may_be_meant_is_suggested(
    name: str, options: list[str], expected: str | None
) -> None:
    assert closest(name, options) == expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [("", "", 0), ("", "ab", 2), ("kitten", "sitting", 3), ("nmae", "name", 1), ("ca", "abc", 3)],
)
def test_edits(a: str, b: str, expected: int) -> None:
    assert edits(a, b) == edits(b, a) == expected
