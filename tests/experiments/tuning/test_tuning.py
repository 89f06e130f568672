"""Tuning: it finds what is there, loses nothing, repeats nothing, and says what is wrong."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from experiments import ExperimentConfig, RunResults, load_config
from experiments.runtime.pool import RunError
from experiments.tuning.outcome import BEST, TRIALS
from experiments.tuning.search import leader
from experiments.tuning.tune import Tuning, unseen
from sim import InputError
from tests.support import fake_engine
from tests.support.tunings import HERE, breaks, ran, refuses, simulated

pytest.importorskip("optuna")


# -- the whole --------------------------------------------------------------------------------
def test_the_search_finds_the_optimum_and_saves_replications(tmp_path: Path) -> None:
    (found,) = ran(tmp_path / "t", search={"mine": {"wait_s": {}, "style": {}}}).tuned
    assert found.changed
    assert abs(found.best.params["wait_s"] - 700) < 150
    assert found.best.params["style"] == "warm"
    assert found.seen.low > 0.3  # the start loses 0.36 + 0.05
    assert found.trials[0].params == {"wait_s": 100.0, "style": "plain"}
    assert found.trials[0].gain == 0.0
    pruned = [t for t in found.trials if t.state == "pruned"]
    assert pruned and all(len(t.scores) < 4 for t in pruned)
    assert all(t.gain <= found.best.gain for t in found.trials if t.state == "complete")
    assert set(found.importance) == {"wait_s", "style"}
    assert sum(found.importance.values()) == pytest.approx(1)


def plain(tuning: Tuning) -> Any:
    return [(t.number, t.state, dict(t.params), t.scores) for t in tuning.tuned[0].trials]


def test_any_number_of_workers_gives_the_same_trials(tmp_path: Path) -> None:
    # Worker processes import this module by name, as they would a user's.
    one = ran(tmp_path / "one", trials=13)
    two = ran(tmp_path / "two", trials=13, workers=2)
    assert plain(one) == plain(two)
    assert (tmp_path / "one" / BEST).read_bytes() == (tmp_path / "two" / BEST).read_bytes()


@pytest.mark.parametrize("after", [2, 17, 30])
def test_a_killed_search_goes_on_as_if_it_had_not_been(tmp_path: Path, after: int) -> None:
    whole = ran(tmp_path / "whole", trials=13)
    calls: list[Mapping[str, Any]] = []

    def killed(config: ExperimentConfig, strategy: str, number: int) -> fake_engine.FakeResult:
        if len(calls) == after:
            raise KeyboardInterrupt
        calls.append(config.strategies[strategy].policy.params)
        return simulated(config, strategy, number)

    with pytest.raises(KeyboardInterrupt):
        ran(tmp_path / "t", killed, trials=13)
    rest: list[int] = []

    def counted(config: ExperimentConfig, strategy: str, number: int) -> fake_engine.FakeResult:
        rest.append(number)
        return simulated(config, strategy, number)

    resumed = ran(tmp_path / "t", counted, resume=True, trials=13)
    assert plain(resumed) == plain(whole)
    distinct = {(json.dumps(dict(t.params), sort_keys=True), len(t.scores)) for t in
                whole.tuned[0].trials}  # fmt: skip
    assert after + len(rest) == sum(n for _, n in distinct)


def test_more_trials_extend_and_do_nothing_again(tmp_path: Path) -> None:
    ran(tmp_path / "t", trials=8)
    longer = ran(tmp_path / "t", resume=True, trials=16)
    assert plain(longer) == plain(ran(tmp_path / "fresh", trials=16))

    def never(*_: Any) -> fake_engine.FakeResult:
        raise AssertionError("nothing is left to simulate")

    assert plain(ran(tmp_path / "t", never, resume=True, trials=16)) == plain(longer)


def test_trials_are_not_taken_over_unasked(tmp_path: Path) -> None:
    ran(tmp_path / "t", trials=4)
    with pytest.raises(InputError, match="has trials already; go on with --resume"):
        ran(tmp_path / "t", trials=4)
    with pytest.raises(InputError, match="run folder of another"):
        ran(tmp_path / "t", resume=True, trials=4, objective={"cost": -1})


def test_refused_parameters_are_trials_that_failed(tmp_path: Path) -> None:
    (found,) = ran(tmp_path / "t", refuses, trials=16, search={"mine": {"wait_s": {}}}).tuned
    states = [t.state for t in found.trials]
    assert len(states) == 16 and "refused" in states
    assert 100 < found.best.params["wait_s"] <= 400
    with pytest.raises(InputError, match=r"strategies\.mine: Mine\.wait_s: not more than 400"):
        ran(
            tmp_path / "u",
            refuses,
            strategies={"mine": {"policy": {"use": f"{HERE}:Mine", "params": {"wait_s": 500.0}}}},
        )


def test_what_goes_wrong_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the metric undefined is undefined in replication 0"):
        ran(tmp_path / "t", objective="undefined")
    with pytest.raises(RunError, match=r"ZeroDivisionError.*wait_s"):
        ran(tmp_path / "u", breaks)


def test_the_gain_is_checked_on_unseen_luck_and_can_be_extended(tmp_path: Path) -> None:
    search = {"mine": {"wait_s": {}}}
    check = {"seed": 5, "replications": 6}
    folder = tmp_path / "t"
    tuning = ran(folder, trials=16, search=search, validation=check)
    (found,) = tuning.tuned
    gain = found.unseen["objective"]
    assert gain.n == 6 and gain.mean == pytest.approx(found.seen.mean)  # the luck is additive
    assert tuning.validation is not None and tuning.validation.manifest["seed"] == 5
    (folder / "config.yaml").write_text(
        "extends: best.yaml\nname: next\nscenario: helpdesk\nhorizon_days: 9\nreplications: 3\n"
    )
    strategy = load_config(folder / "config.yaml").strategies["mine"]
    assert strategy.policy.params == found.best.params
    assert "on others" in (folder / BEST).read_text()
    rows = list(csv.DictReader((folder / TRIALS).open()))
    assert len(rows) == 16 and sum(int(row["best"]) for row in rows) == 1
    best = next(row for row in rows if row["best"] == "1")
    assert float(best["wait_s"]) == found.best.params["wait_s"]
    assert float(best["gain"]) == found.best.gain
    # More trials may choose other parameters: the old validation gives way to a new one.
    again = ran(folder, resume=True, trials=28, search=search, validation=check)
    assert again.validation is not None
    params = again.validation.manifest["config"]["strategies"]["mine tuned"]["policy"]["params"]
    assert params == dict(again.tuned[0].best.params)


def test_without_a_better_trial_the_untuned_policy_stays(tmp_path: Path) -> None:
    fixed = {"mine": {"policy": {"use": f"{HERE}:Mine", "params": {"wait_s": 700.0}}}}
    search = {"mine": {"wait_s": {}}}
    (found,) = ran(tmp_path / "t", trials=8, strategies=fixed, search=search).tuned
    assert not found.changed and found.best == leader(found.trials)
    assert found.seen.mean == 0


def test_unseen_luck_that_ties_is_no_certainty() -> None:
    rows = [
        (name, i, metric, value)
        for name, kept in (("a", 0.99), ("a tuned", 0.991))
        for i in range(3)
        for metric, value in (("retention", kept), ("customers", 1000.0))
    ]
    frame = pl.DataFrame(rows, ["strategy", "replication", "metric", "value"], orient="row")
    found = unseen(RunResults.build({"metrics": frame}, {}), "a", {"retention": 1.0})["retention"]
    assert found.mean == pytest.approx(0.001)
    assert found.low < 0 < found.high and found.p > 0.05
