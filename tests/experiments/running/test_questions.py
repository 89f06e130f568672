"""Runs that are asked something: equal strategies once, precision where it decides, resuming."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from experiments import RunResults
from experiments.questions.results import Answers
from experiments.running.plan import plan_of
from experiments.running.precision import afforded, by_cell, runs
from experiments.running.runner import run_experiment
from experiments.store.replications import Job
from sim import InputError
from sim.metrics.metrics import EXPECTED
from tests.support import known_world
from tests.support.fake_runs import in_process, tables
from tests.support.known_world import config, engine, on

ASKED: dict[str, Any] = {
    "replications": 5,
    "strategies": {"plain": {"policy": "x"}, "b on": {"policy": "x", **on(b=1)}},
    "effects": {"deltas": {"a": on(a=1), "b": on(b=1)}},
    "factorial": {"factors": {"a": {"on": on(a=1)}, "c": {"on": on(c=1)}}},
    "sweep": {"strategies": ["plain"], "keys": {"on.a": [1, 2]}},
    "levers": {
        "budget": 10,
        "levers": {
            "a": {**on(a=1), "price": {"once": 1}},
            "d": {**on(d=1), "price": {"once": 1}},
        },
    },
}


def folders(run: Path) -> set[str]:
    return {path.name for path in (run / "replications").iterdir()}


def test_equal_strategies_are_run_once(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    found = run_experiment(config(**ASKED | {"replications": 3}), engine(), in_process(folder))
    assert folders(folder) == {
        *("plain", "b on", "effects a", "factorial 01", "factorial 11"),
        *("sweep plain 2", "levers d", "levers a + d"),
    }
    assert found.simulated == 3 * 8
    answers = Answers.of(found.results.manifest)
    assert answers is not None
    # 2 deltas, 4 cells, 2 points, 2 levers and the portfolio
    assert (answers.derived, answers.simulated) == (11, 6)
    assert found.results.manifest["same_cells"] == {
        "effects b": "b on",
        "factorial 00": "plain",
        "factorial 10": "effects a",
        "sweep plain 1": "effects a",
        "levers a": "effects a",
    }


def test_the_declared_strategies_are_compared_as_if_nothing_were_asked(tmp_path: Path) -> None:
    asked = run_experiment(config(**ASKED), engine(), in_process(tmp_path / "asked")).results
    own = config(strategies=ASKED["strategies"], replications=5)
    alone = run_experiment(own, engine(), in_process(tmp_path / "alone")).results
    for name, frame in alone.frames().items():
        assert frame.equals(getattr(asked, name)), name
    assert asked.manifest["firms"].keys() == alone.manifest["firms"].keys()
    assert (alone.answers, alone.manifest.get("answers")) == ({}, None)


def test_answers_are_kept_as_tables_too(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    found = run_experiment(config(**ASKED), engine(), in_process(folder)).results
    kept = RunResults.load(folder)
    assert kept.answers.keys() == found.answers.keys()
    assert set(kept.answers) == {
        *("cells", "effects", "contrasts", "shapley", "sweep", "levers", "portfolio"),
    }
    for name, frame in found.answers.items():
        assert frame.equals(kept.answers[name]), name
    answers, again = Answers.of(found.manifest), Answers.of(kept.manifest)
    assert answers == again and answers is not None and answers.effects is not None
    row = kept.answers["effects"].filter(delta="a", metric=EXPECTED).row(0, named=True)
    assert row["mean"] == answers.effects.effects[0].worth[EXPECTED].mean
    cells = kept.answers["cells"].filter(cell="effects a", metric=EXPECTED)
    base = kept.metrics.filter(strategy="plain", metric=EXPECTED)
    gaps = cells.sort("replication")["value"] - base.sort("replication")["value"]
    assert gaps.mean() == pytest.approx(row["mean"])
    # A table that is named in the manifest and gone is missed.
    (folder / "answer_levers.parquet").unlink()
    with pytest.raises(InputError, match=r"lacks the table answer_levers\.parquet"):
        RunResults.load(folder)


def test_a_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    run_experiment(config(**ASKED), engine(), in_process(whole))

    def failing(*job: Any) -> Any:
        if job[1:] == ("factorial 11", 1):
            raise KeyboardInterrupt
        return known_world.replicate(*job)

    broken = replace(engine(), replicate=failing)
    folder = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        run_experiment(config(**ASKED), broken, in_process(folder))
    first = len(list(folder.glob("replications/*/*/done.json")))
    again = run_experiment(config(**ASKED), engine(), in_process(folder))
    assert 0 < first < 40 and again.simulated == 40 - first
    assert tables(folder) == tables(whole)


NOISY = {"effects": {"deltas": {"quiet": on(d=1), "loud": on(loud=1)}}}


def rule(of: str, **more: Any) -> dict[str, Any]:
    target = {"absolute": 0.3, "of": of}
    return {"replications": {"max": 150, "precision": {EXPECTED: target}, **more}}


def test_replications_go_to_the_effect_that_needs_them(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    found = run_experiment(config(**NOISY, **rule("effect")), engine(), in_process(folder))
    answers = Answers.of(found.results.manifest)
    assert answers is not None and answers.effects is not None
    effects = {effect.name: effect.worth[EXPECTED] for effect in answers.effects.effects}
    loud, quiet = effects["loud"], effects["quiet"]
    assert 20 <= quiet.n <= 30 < 40 < loud.n
    for worth in (loud, quiet):
        assert (worth.high - worth.low) / 2 < 0.3  # type: ignore[operator]
    assert found.results.manifest["replications"] == loud.n  # the base of both
    assert len(list(folder.glob("replications/effects quiet/*"))) == quiet.n
    # However often it is interrupted: the same.
    again = run_experiment(config(**NOISY, **rule("effect")), engine(), in_process(folder))
    assert again.simulated == 0
    assert again.results.answers["effects"].equals(found.results.answers["effects"])


def test_contrasts_may_be_wanted_precisely(tmp_path: Path) -> None:
    factors = {"a": {"on": on(a=1)}, "loud": {"on": on(loud=1)}}
    asked = config(factorial={"factors": factors}, **rule("contrast"))
    found = run_experiment(asked, engine(), in_process(tmp_path / "run"))
    answers = Answers.of(found.results.manifest)
    assert answers is not None and answers.factorial is not None
    for contrast in answers.factorial.contrasts:
        worth = contrast.worth[EXPECTED]
        assert worth.n > 30 and (worth.high - worth.low) / 2 < 0.3  # type: ignore[operator]


def test_a_budget_ends_it(tmp_path: Path) -> None:
    asked = config(**NOISY, **rule("effect"), most_runs=90)
    found = run_experiment(asked, engine(), in_process(tmp_path / "run"))
    assert 60 < found.simulated <= 90


def test_what_has_no_target_goes_along(tmp_path: Path) -> None:
    sweep = {"keys": {"on.b": [0.5, 2]}}
    asked = config(**NOISY, sweep=sweep, **rule("effect"))
    found = run_experiment(asked, engine(), in_process(tmp_path / "run")).results
    points = found.answers["sweep"].filter(metric=EXPECTED)
    assert points["n"].unique().to_list() == [found.manifest["replications"]]


def test_a_budget_is_shared_in_proportion() -> None:
    numbers, same = {"x": 10, "y": 10, "z": 10}, {"z": "y"}
    assert by_cell({"x": 1, "y": 2, "z": 3}, same) == {"x": 1, "y": 3}
    assert runs(numbers, same) == 20
    wanted = {"x": 10, "y": 50, "z": 30}
    assert afforded(numbers, wanted, same, None) == wanted
    assert afforded(numbers, wanted, same, 60) == wanted
    assert afforded(numbers, wanted, same, 40) == {"x": 10, "y": 30, "z": 20}
    assert afforded(numbers, wanted, same, 20) == numbers


def test_a_plan_says_what_the_run_takes(tmp_path: Path) -> None:
    folder, asked = tmp_path / "run", config(**ASKED | {"replications": 3})
    before = plan_of(asked, engine(), folder, workers=2)
    assert not folder.exists()
    assert (before.declared, before.derived, before.cells) == (2, 10, 7)
    assert (before.least, before.most, before.kept, before.portfolio) == (21, 21, 0, True)
    assert (before.source, before.pilot_days) == ("pilot", 7.0)
    minutes = 21 * before.seconds_per_run / 2 / 60
    assert before.minutes == (pytest.approx(minutes), pytest.approx(minutes))
    found = run_experiment(asked, engine(), in_process(folder))
    assert found.simulated == before.least + 3  # and the portfolio
    after = plan_of(asked, engine(), folder, workers=1)
    assert (after.kept, after.source, after.minutes) == (21, "stored", (0, 0))
    assert after.seconds_per_run == found.results.manifest["seconds_per_run"]
    longer = plan_of(config(**ASKED | rule("effect")), engine(), folder, workers=1)
    assert (longer.kept, longer.least, longer.most) == (21, 7 * 20, 7 * 150)


def test_a_portfolio_that_does_not_fit_is_said_with_its_levers(tmp_path: Path) -> None:
    def describe(given: Any) -> Any:
        for name in given.strategies:
            if name == "levers a + d":
                raise InputError(f"strategies.{name}: known: cannot be had together")
        return known_world.describe(given)

    own = replace(engine(), describe=describe)
    with pytest.raises(InputError, match=r"^levers\.levers \(a with d\): known: cannot be had"):
        run_experiment(config(**ASKED), own, in_process(tmp_path / "run"))


def test_derived_strategies_are_in_no_table_of_the_comparison(tmp_path: Path) -> None:
    found = run_experiment(config(**ASKED), engine(), in_process(tmp_path / "run")).results
    for name, frame in found.frames().items():
        if "strategy" in frame.columns:
            assert set(frame["strategy"]) <= {"plain", "b on"}, name
    assert Job("effects a", 0).folder(tmp_path / "run").is_dir()
    assert found.answers["cells"].select(pl.col("cell").n_unique()).item() == 11
