"""The runner: the same result however it is run, and nothing finished is ever lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from experiments.run.identity import stamp
from experiments.run.runner import Settings, run_experiment
from experiments.runtime.pool import RunError
from experiments.store.results import RunResults
from experiments.store.run_folder import Job, find_run, load
from sim.errors import InputError
from tests.support import fake_engine
from tests.support.fake_engine import EFFECT, engine
from tests.support.fake_runs import RAW, config, in_process, tables
from tests.support.paths import ROOT


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


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failing_replication_is_named_and_the_others_are_kept(
    tmp_path: Path, workers: int
) -> None:
    folder = tmp_path / "run"
    with pytest.raises(RunError, match=r"'plain', replication 2 failed: ZeroDivisionError.*kept"):
        run_experiment(config(), engine(fake_engine.broken), in_process(folder, workers=workers))
    assert not (folder / "manifest.json").exists()
    assert load(folder, Job("plain", 1)) is not None or workers == 2
    repaired = run_experiment(config(), engine(), in_process(folder))
    assert repaired.simulated < 8 or workers == 2


@pytest.mark.parametrize("workers", [1, 2])
def test_bad_input_found_by_a_worker_is_bad_input_and_leaves_no_folder(
    tmp_path: Path, workers: int
) -> None:
    folder = tmp_path / "run"
    with pytest.raises(InputError, match="not possible"):
        run_experiment(config(), engine(fake_engine.refused), in_process(folder, workers=workers))
    assert not folder.exists()
    assert run_experiment(config(seed=5), engine(), in_process(folder)).simulated == 8


def test_bad_input_found_late_leaves_what_is_finished(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_experiment(config(replications=2), engine(), in_process(folder))
    before = tables(folder)
    with pytest.raises(InputError, match="not possible"):
        run_experiment(config(), engine(fake_engine.refused), in_process(folder))
    assert tables(folder) == before


def test_a_killed_worker_loses_only_its_own_replication(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with pytest.raises(RunError, match="worker process ended unexpectedly"):
        run_experiment(config(), engine(fake_engine.suicidal), in_process(folder, workers=2))
    run_experiment(config(), engine(), in_process(folder))
    run_experiment(config(), engine(), in_process(tmp_path / "fresh"))
    assert tables(folder) == tables(tmp_path / "fresh")


def test_an_interrupt_keeps_what_is_finished(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        run_experiment(config(), engine(fake_engine.interrupted), in_process(folder))
    assert not list(folder.rglob(".unfinished-*"))
    assert run_experiment(config(), engine(), in_process(folder)).simulated == 4


def wait_for_group(group: int) -> None:
    """Wait until no process of a group is left: a killed run leaves no worker behind."""
    for _ in range(600):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError("a worker outlived its parent")


# Runs until it is killed; says when its first two replications are kept and it hears Ctrl-C (which
# it does not while its workers start).
HELD = """
import signal, sys, threading, time
from pathlib import Path
import experiments.run.engine as engine
from experiments.cli.main import main
from tests.support import fake_engine


def tell():
    kept = Path("run").glob
    while (
        len(list(kept("replications/*/[0-9]*/done.json"))) < 2
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        time.sleep(0.01)
    Path("ready").touch()


threading.Thread(target=tell, daemon=True).start()
engine.simulator = lambda: fake_engine.engine(fake_engine.held)
sys.exit(main(["run", "config.yaml", "--workers", "2", "--out", "run"]))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_goes_on_and_ends_the_same(tmp_path: Path, number: signal.Signals) -> None:
    folder = tmp_path / "run"
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(RAW))
    process = subprocess.Popen(
        [sys.executable, "-c", HELD],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while process.poll() is None and not (tmp_path / "ready").exists():
        time.sleep(0.01)
    if number is signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does
        said = "optichannel: interrupted; finished replications are kept: run again\n"
        assert process.communicate(timeout=60)[1] == said
        assert process.returncode == 130
    else:
        process.kill()
        process.communicate(timeout=60)
    wait_for_group(process.pid)
    kept = len(list(folder.glob("replications/*/[0-9]*/done.json")))
    assert kept == 2
    resumed = run_experiment(config(), engine(), in_process(folder))
    assert resumed.simulated == 8 - kept
    run_experiment(config(), engine(), in_process(tmp_path / "fresh"))
    assert tables(folder) == tables(tmp_path / "fresh")


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


def test_a_full_disk_is_said_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    written = 0

    def full(_handle: int) -> None:
        nonlocal written
        written += 1
        if written > 15:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="the disk is full"):
        run_experiment(config(), engine(), in_process(folder))
    monkeypatch.undo()
    assert not list(folder.rglob(".unfinished-*"))
    assert run_experiment(config(), engine(), in_process(folder)).simulated == 6


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


def test_the_register_is_kept_when_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_experiment(config(), engine(), in_process(folder))
    assert not list(folder.rglob("register.*"))
    run_experiment(config(), engine(), in_process(folder, register="csv"))
    assert len(list(folder.glob("replications/*/*/register/register.csv"))) == 8
    run_experiment(config(), engine(), in_process(folder, register="xes"))
    assert len(list(folder.rglob("register.xes"))) == 8
    assert not list(folder.rglob("register.csv"))
    assert not list(folder.rglob(".unfinished-*"))


def damage_file(register: Path) -> None:
    register.joinpath("register.csv").write_text("row5")


def damage_missing(register: Path) -> None:
    register.joinpath("register.csv").unlink()


def damage_folder(register: Path) -> None:
    shutil.rmtree(register)


def damage_more(register: Path) -> None:
    register.joinpath("more.csv").write_text("rows")


def damage_pipe(register: Path) -> None:
    damage_missing(register)
    os.mkfifo(register / "register.csv")


def damage_record(register: Path) -> None:
    register.parent.joinpath("done.json").write_text("{")


def damage_lost_record(register: Path) -> None:
    register.parent.joinpath("done.json").unlink()


@pytest.mark.parametrize(
    "damage",
    [
        damage_file,
        damage_missing,
        damage_folder,
        damage_more,
        damage_pipe,
        damage_record,
        damage_lost_record,
    ],
)
def test_a_damaged_register_is_run_again_and_said(
    damage: Callable[[Path], None], tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    kept = in_process(folder, register="csv")
    run_experiment(config(), engine(), kept)
    before = {path: path.read_bytes() for path in folder.rglob("*.csv")}
    damage(folder / "replications" / "plain" / "000001" / "register")
    again = run_experiment(config(), engine(), kept)
    assert (again.simulated, again.damaged) == (1, (Job("plain", 1),))
    assert {path: path.read_bytes() for path in before} == before
    assert set(folder.rglob("register.csv")) == set(before)
    assert run_experiment(config(), engine(), kept).damaged == ()


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
