"""Every row that ships has a number, a question and an answer that fits its config."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from experiments import load_config
from experiments.cli.main import main
from experiments.rows import mechanisms as module
from experiments.rows.mechanisms import FOLDER, Mechanisms, mechanisms, row_config, row_names
from experiments.rows.recorded import Recorded, answer_file, asked, is_stale, load
from experiments.rows.wording import NOTHING, headline, told
from experiments.running.cells import cells_of
from experiments.running.engine import simulator
from sim import InputError
from sim.inputs import validate

ROWS = list(row_names())
OURS = [f"M{n}" for n in (3, 4, 5, 7, 14, 15, 16, 17)]
"""Mechanisms that the simulator has, so that a row must show them."""
TUNED = 1_000_000
"""Seeds from here on are for tuning, never for reports (docs/how-to/tune.md)."""


def test_all_thirty_mechanisms_are_listed_with_a_row_or_with_what_is_missing() -> None:
    assert list(mechanisms()) == [f"M{n}" for n in range(1, 31)]
    assert all(mechanisms()[number].rows for number in OURS)


def test_every_config_in_the_folder_is_one_row() -> None:
    assert sorted(ROWS) == sorted(path.stem for path in FOLDER.glob("*.yaml"))
    assert sorted(ROWS) == sorted(path.stem for path in FOLDER.glob("*.json"))
    assert sum(len(of.rows) for of in mechanisms().values()) == len(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_has_a_question_and_a_recorded_answer_that_fits(name: str) -> None:
    config, recorded = row_config(name), load(name)
    assert config.name == name and config.title.endswith("?") and config.description
    assert not is_stale(name), f"record it again: optichannel record {name}"
    assert recorded.engine.startswith("compiled")
    assert "+" not in recorded.revision, "record it from a committed tree"
    assert recorded.recorded <= date.today()
    assert recorded.replications == config.replications
    assert config.seed < TUNED


@pytest.mark.parametrize("name", ROWS)
def test_a_row_says_something_with_an_interval_or_that_it_changed_nothing(name: str) -> None:
    for finding in load(name).every:
        assert finding.unchanged == (not finding.worth)
        for amount in finding.worth.values():
            assert None not in (amount.mean, amount.low, amount.high)
            assert amount.low <= amount.mean <= amount.high  # type: ignore[operator]


@pytest.mark.parametrize("name", ROWS)
def test_a_row_fits_its_firm(name: str) -> None:
    cells = cells_of(row_config(name), simulator())
    assert len(cells.whole.strategies) > 1


@pytest.mark.parametrize("name", ["siloes", "../regression"])
def test_an_unknown_row_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["record", name]) == 2
    said = capsys.readouterr().err
    assert f"got '{name}'" in said and "list --rows" in said


def test_an_answer_is_stale_when_the_question_or_the_firm_changes_but_not_its_words(
    tmp_path: Path,
) -> None:
    config = row_config("silos")
    assert asked(config.model_copy(update={"title": "Other?", "description": ""})) == asked(config)
    for changes in ({"seed": 7}, {"horizon_days": 14.0}, {"factorial": None}):
        assert asked(config.model_copy(update=changes)) != asked(config)
    firms = []
    for share in ("0.71", "0.72"):
        firm = tmp_path / f"firm{share}.yaml"
        firm.write_text(f"extends: telco\nreturns: {{recontact_probability: {share}}}\n")
        firms.append(asked(config.model_copy(update={"scenario": str(firm)})))
    assert len({asked(config), *firms}) == 3


def test_rows_are_run_by_name() -> None:
    assert load_config("rows/silos").name == "silos"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"recorded": "yesterday"}, "recorded"),
        ({"findings": [], "points": []}, "needs findings or points"),
        ({"replications": 2}, "replications"),
        ({"worth": 1}, "worth"),
        ({"config": "abc"}, "config"),
    ],
)
def test_a_damaged_answer_is_refused_with_its_place(change: dict[str, Any], said: str) -> None:
    raw = json.loads(answer_file("silos").read_text())
    with pytest.raises(InputError, match=said):
        validate(Recorded, raw | change, "silos.json")


@pytest.mark.parametrize(
    ("of", "said"),
    [
        ({"M1": {"title": "A claim"}}, "give rows, or say what is missing"),
        ({"M0": {"title": "A claim", "says": "no"}}, "M0"),
        ({"M1": {"title": "", "says": "no"}}, "title"),
    ],
)
def test_damaged_mechanisms_are_refused(of: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        validate(Mechanisms, {"of": of}, "mechanisms.yaml")


def test_a_row_with_a_sweep_says_where_it_turns_and_what_does_not_move() -> None:
    recorded = load("triage_bot")
    assert recorded.turns and all("channels.voicebot" in said for said in recorded.turns)
    assert not any("changes nothing" in said for said in recorded.turns)
    assert any("changes nothing" in said for said in recorded.says)


def test_what_changed_nothing_is_said_to_be_no_result() -> None:
    raw = json.loads(answer_file("silos").read_text())
    raw["findings"][0] = {"of": "Nothing at all", "unchanged": True, "worth": {}}
    recorded = validate(Recorded, raw, "silos.json")
    assert headline(recorded)[0] == f"Nothing at all: {NOTHING}"
    assert next(told(recorded, recorded.findings[:1])) == {"finding": "Nothing at all", "": NOTHING}


def test_list_rows_names_every_mechanism_and_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--rows", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [of["mechanism"] for of in found] == list(mechanisms())
    listed = [row for of in found for row in of["rows"]]
    assert [row["row"] for row in listed] == ROWS and not any(row["stale"] for row in listed)
    assert main(["list", "--rows"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in [*ROWS, *mechanisms()])


def test_recording_keeps_what_a_run_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A small row of the small firm, recorded by the command into a folder of its own."""
    (tmp_path / "small.yaml").write_text(SMALL)
    catalogue = tmp_path / "mechanisms.yaml"
    catalogue.write_text("M7: {title: Silos, rows: [small]}\n")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    monkeypatch.setattr(module, "FILE", catalogue)
    run = ["record", "small", "--out", str(tmp_path / "run"), "--workers", "1"]
    assert main(run) == 0
    recorded = load("small")
    assert [f.of for f in recorded.findings][-1] == "No offers"
    assert recorded.findings[-1].unchanged and recorded.runs == 15 and recorded.replications == 3
    assert [p.of for p in recorded.points] == [
        "A against B at population.scale 0.1",
        "A against B at population.scale 0.2",
    ]
    assert len(recorded.turns) == 1 and not is_stale("small")
    out = capsys.readouterr().out
    assert "What now?" in out and NOTHING in out


SMALL = """
name: small
title: What now?
description: Little.
scenario: helpdesk
overrides: {population: {scale: 0.2}}
horizon_days: 3
replications: 3
strategies:
  a: {title: A, regime: omnichannel, policy: customer_choice}
  b: {title: B, regime: multichannel, policy: customer_choice}
effects:
  deltas:
    apart: {title: No context, regime: multichannel}
    none: {title: No offers, overrides: {offers: {discount: {cost: 41}}}}
sweep: {keys: {population.scale: [0.1, 0.2]}}
"""
