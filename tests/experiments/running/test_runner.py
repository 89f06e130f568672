"""The runner: the same result however it is run, and nothing finished is ever lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments import RunResults
from experiments.running.identity import stamp
from experiments.running.runner import Settings, run_experiment
from experiments.runtime.pool import RunError
from experiments.store.replications import Job, load
from experiments.store.run_folder import find_run
from sim import InputError
from tests.support import fake_engine
from tests.support.fake_engine import EFFECT, engine
from tests.support.fake_runs import config, in_process, tables


def test_results_are_saved_and_paired(tmp_path: Path) -> None:
    outcome = run_experiment(config(replications=12), engine(), in_process(tmp_path / "run"))
    results = RunResults.load(tmp_path / "run")
    for name, frame in outcome.results.frames().items():
        assert frame.equals(getattr(results, name)), name
    found = results.differences.filter(metric="retention").row(0, named=True)
    assert (found["strategy"], found["reference"]) == ("better", "plain")
    assert found["low"] < EFFECT["better"] < found["high"]
    assert found["variance_ratio"] > 50  # the common luck cancels
    best = results.best_sets.filter(metric="retention", in_best_set=True)["strategy"].to_list()
    assert best == ["better"]
    assert results.provenance["path"].to_list() == ["population.customers"]
    assert results.manifest["currency"] == "EUR"
    assert len(results.manifest["digests"]["plain"]) == 12


def test_averages_over_replications(tmp_path: Path) -> None:
    results = run_experiment(config(), engine(), in_process(tmp_path / "run")).results
    nine, ten = results.hourly.filter(strategy="plain").rows(named=True)
    assert nine["contacts"] == pytest.approx(11.5)  # 10, 11, 12, 13
    assert nine["mean_wait_s"] == pytest.approx(20)
    assert ten["mean_wait_s"] is None
    shares = results.decisions.filter(strategy="plain")
    assert dict(zip(shares["action"], shares["share"], strict=True)) == {"phone": 0.75, "web": 0.25}
    last = results.survival.filter(strategy="plain", day=1.0).row(0, named=True)
    estimate = results.estimates.filter(strategy="plain", metric="retention").row(0, named=True)
    assert last["retained"] == pytest.approx(estimate["mean"])
    undefined = results.estimates.filter(strategy="plain", metric="undefined").row(0, named=True)
    assert (undefined["mean"], undefined["n"]) == (None, 0)


def test_a_second_run_reuses_and_extends(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert run_experiment(config(), engine(), in_process(folder)).simulated == 8
    again = run_experiment(config(), engine(), in_process(folder))
    assert again.simulated == 0
    longer = run_experiment(config(replications=6), engine(), in_process(folder))
    assert longer.simulated == 4
    fresh = run_experiment(config(replications=6), engine(), in_process(tmp_path / "fresh"))
    assert longer.results.estimates.equals(fresh.results.estimates)


def test_a_fresh_run_reuses_nothing_and_leaves_what_is_not_a_replication(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    own = config(warm_up_days="auto")
    run_experiment(own, engine(), in_process(folder))
    before = tables(folder)
    (folder / "notes.txt").write_text("mine")
    assert run_experiment(own, engine(), in_process(folder)).simulated == 0
    assert run_experiment(own, engine(), in_process(folder, fresh=True)).simulated == 8
    assert tables(folder) == before
    assert (folder / "notes.txt").read_text() == "mine"
    assert not list(folder.rglob(".unfinished-*"))
    with pytest.raises(InputError, match="run folder of another config"):
        run_experiment(config(seed=9), engine(), in_process(folder, fresh=True))


def test_another_config_or_version_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_experiment(config(), engine(), in_process(folder))
    before = tables(folder)
    with pytest.raises(InputError, match=r"run folder of another config.*--out"):
        run_experiment(config(seed=2), engine(), in_process(folder))
    stamp = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(stamp | {"numpy": "0.1"}))
    with pytest.raises(InputError, match=r"another version \(numpy\): has 0\.1"):
        run_experiment(config(), engine(), in_process(folder))
    assert tables(folder) == before


def test_a_folder_with_other_content_is_refused(tmp_path: Path) -> None:
    (tmp_path / "holiday.txt").write_text("photos")
    with pytest.raises(InputError, match="not empty and not a run folder"):
        run_experiment(config(), engine(), in_process(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.txt"]


def test_what_does_not_decide_a_replication_does_not_change_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_experiment(config(), engine(), in_process(folder))
    same = config(title="Another title", reference="better", description="words")
    assert run_experiment(same, engine(), in_process(folder)).simulated == 0


def test_a_damaged_replication_is_run_again(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_experiment(config(), engine(), in_process(folder))
    whole = tables(folder)
    place = Job("plain", 1).folder(folder)
    (place / "metrics.parquet").write_bytes(b"cut short")
    (Job("better", 2).folder(folder) / "done.json").write_text("{")
    assert load(folder, Job("plain", 1)) is None
    assert run_experiment(config(), engine(), in_process(folder)).simulated == 2
    assert tables(folder) == whole


def test_a_result_of_another_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"table 'flows' lacks the column 'contacts'"):
        run_experiment(config(), engine(fake_engine.misshapen), in_process(tmp_path / "run"))


def test_the_source_of_a_users_policy_is_part_of_what_a_run_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    module = tmp_path / "own_policy.py"
    own = config(strategies={"plain": {"policy": "own_policy:Mine"}})
    stamps = []
    for text in ("a = 1", "a = 2", "a = 1"):
        module.write_text(text)
        stamps.append(stamp(own, fake_engine.describe(own)))
    assert stamps[0] == stamps[2]
    assert stamps[0] | {"code": ""} == stamps[1] | {"code": ""}
    assert stamps[0]["code"] != stamps[1]["code"]


def test_replicates_until_precise(tmp_path: Path) -> None:
    target = {"retention": {"absolute": 0.01}}
    wanted = {"min": 4, "max": 400, "step": 4, "precision": target}
    outcome = run_experiment(config(replications=wanted), engine(), in_process(tmp_path / "run"))
    rows = outcome.results.estimates.filter(metric="retention").rows(named=True)
    assert all(row["high"] - row["low"] <= 0.02 for row in rows)
    assert 4 < rows[0]["n"] < 400
    difference = {"retention": {"absolute": 0.01, "of": "difference"}}
    fewer = run_experiment(
        config(replications=wanted | {"precision": difference}),
        engine(),
        in_process(tmp_path / "run"),
    )
    assert fewer.results.manifest["replications"] < rows[0]["n"]  # common luck cancels
    assert fewer.simulated == 0


def test_precision_of_an_unknown_metric_is_refused(tmp_path: Path) -> None:
    wanted = {"min": 2, "max": 4, "precision": {"retentoin": {"relative": 0.1}}}
    with pytest.raises(InputError, match="retentoin"):
        run_experiment(config(replications=wanted), engine(), in_process(tmp_path / "run"))


def test_warm_up_is_found_by_a_pilot(tmp_path: Path) -> None:
    auto = config(warm_up_days="auto")
    results = run_experiment(auto, engine(), in_process(tmp_path / "run")).results
    assert results.manifest["warm_up_days"] == 20  # where the fake's transient ends
    with pytest.raises(InputError, match=r"warm_up_days: 'auto' cannot tell.*at least"):
        short = config(warm_up_days="auto", horizon_days=30)
        run_experiment(short, engine(), in_process(tmp_path / "short"))
    assert not (tmp_path / "short").exists()
    with pytest.raises(RunError, match="ZeroDivisionError"):
        run_experiment(auto, engine(fake_engine.broken), in_process(tmp_path / "broken"))


def test_a_run_is_found_by_name_or_the_nearest_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = run_experiment(config(), engine(), Settings(workers=1))
    assert outcome.folder.parent == Path("runs")
    assert outcome.folder.name.startswith("fake-")
    assert find_run(outcome.folder.name) == outcome.folder
    with pytest.raises(InputError, match=f"did you mean '{outcome.folder.name}'"):
        find_run(outcome.folder.name[:-1])
