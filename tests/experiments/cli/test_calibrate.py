"""`optichannel calibrate`: what is written where, and refusals before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from experiments.calibration.console import emit
from experiments.cli.main import main
from tests.support.log_data import call_log, case_log

DAYS, HALF = tuple(range(1, 11)), "1,2,3,4,5,6,7,8"


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    path = tmp_path / "calls.tsv"
    path.write_text(call_log(DAYS))
    return path


def test_a_log_that_is_too_short_leaves_no_file(
    tmp_path: Path, calls: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "fit.yaml"
    calls.write_text("".join(calls.read_text().splitlines(keepends=True)[:4]))
    assert main(["calibrate", "bank", "--calls", str(calls), "--out", str(out)]) == 2
    caught = capsys.readouterr()
    assert "at least 30 services" in caught.err and "Traceback" not in caught.err
    assert not out.exists() and caught.out == ""


def test_a_fragment_is_written_whole(tmp_path: Path) -> None:
    emit({"a": {"value": 1.5}}, tmp_path / "fit.yaml")
    found = yaml.safe_load((tmp_path / "fit.yaml").read_text(encoding="utf-8"))
    assert found == {"a": {"value": 1.5}}


def test_fits_print_yaml_with_the_days_they_are_from(
    tmp_path: Path,
    calls: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fragment(used: pl.DataFrame, counts: None, *, source: str, hourly_source: str) -> Any:
        return {"source": source, "days": used["day"].n_unique()}

    # The small log has none of the redials that the fit needs; its own tests have.
    monkeypatch.setattr("experiments.calibration.bank.bank_fragment", fragment)
    assert main(["calibrate", "bank", "--calls", str(calls), "--days", HALF]) == 0
    printed = capsys.readouterr()
    assert "February 1999, days 1, 2, 3, 4, 5, 6, 7, 8" in printed.out
    assert yaml.safe_load(printed.out)["days"] == 8
    assert calls.name in printed.err  # what was left out of it
    cases = tmp_path / "cases.csv"
    cases.write_text(case_log(1))
    assert main(["calibrate", "desk", "--journeys", str(cases)]) == 0
    assert isinstance(yaml.safe_load(capsys.readouterr().out), dict)


@pytest.mark.parametrize(("command", "option"), [("replay", "--train"), ("predict", "--days")])
def test_days_held_out_are_shown_beside_their_prediction(
    calls: Path, capsys: pytest.CaptureFixture[str], command: str, option: str
) -> None:
    arguments = ["calibrate", command, "--calls", str(calls), "--replications", "2"]
    assert main([*arguments, option, HALF]) == 0
    shown = capsys.readouterr().out
    assert "Fitted on February 1999, days 1, 2, 3, 4, 5, 6, 7, 8" in shown
    assert "observed" in shown and "predicted" in shown
    assert main([*arguments, option, "11"]) == 2
    assert f"{option}: '11' is not a day of the log; nearest is 10" in capsys.readouterr().err
