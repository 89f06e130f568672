"""`optichannel validate faults` and `coverage`: what they print, and their exit codes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from experiments.cli.main import main
from experiments.statistics.coverage import cases
from experiments.validation.faults import kills, mutations


@pytest.mark.parametrize(("problems", "code"), [((), 0), (("kill 3: plain/0 was lost",), 1)])
def test_kill_says_what_was_lost(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    problems: tuple[str, ...],
    code: int,
) -> None:
    def kill_runs(config: str, number: int, *, workers: int, seed: int) -> kills.Kills:
        assert (config, number, workers, seed) == ("regression_bank", 5, 2, 7)
        return kills.Kills(number, 2, 4, problems)

    monkeypatch.setattr(kills, "kill_runs", kill_runs)
    options = ["--kills", "5", "--config", "regression_bank", "--workers", "2", "--seed", "7"]
    assert main(["validate", "faults", "kill", *options]) == code
    shown = capsys.readouterr().out
    assert shown.startswith("5 kills, 4 of them with finished replications in place; 2 runs")
    assert all(problem in shown for problem in problems)


@pytest.mark.parametrize(("caught", "code"), [(["regression"], 0), ([], 1)])
def test_mutate_fails_when_a_change_goes_unnoticed(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    caught: list[str],
    code: int,
) -> None:
    def try_mutations(tried: Any, configs: list[str]) -> list[Any]:
        assert configs == ["regression"]
        return [(mutation, caught) for mutation in tried]

    monkeypatch.setattr(mutations, "try_mutations", try_mutations)
    assert main(["validate", "faults", "mutate", "--config", "regression"]) == code
    shown = capsys.readouterr().out
    assert ("UNNOTICED" in shown) == bool(code)
    assert f"{0 if code else 20} of 20 changes caught" in shown


def test_numbers_counts_for_each_scenario(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def number_mutations(scenario: str, count: int, seed: int) -> list[mutations.Mutation]:
        return [mutations.Mutation(scenario, f"number {n}", "", "") for n in range(count)]

    def try_mutations(tried: Any, configs: list[str]) -> list[Any]:
        return [(mutation, configs if n else []) for n, mutation in enumerate(tried)]

    monkeypatch.setattr(mutations, "number_mutations", number_mutations)
    monkeypatch.setattr(mutations, "try_mutations", try_mutations)
    assert main(["validate", "faults", "numbers", "--count", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 * len(mutations.regressions())
    assert "UNNOTICED helpdesk: number 0" in lines
    assert "helpdesk: 2 of 3 numbers caught" in lines


def test_coverage_prints_json_or_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    names = {case.name for case in cases()}
    assert main(["validate", "coverage", "--experiments", "2", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {row["name"] for row in report["rows"]} == names
    assert all(row["low"] <= row["share"] <= row["high"] for row in report["rows"])
    assert main(["validate", "coverage", "--experiments", "2"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in names)
