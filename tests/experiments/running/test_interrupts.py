"""What fails, is killed or interrupted loses only what was under way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from experiments.running.runner import run_experiment
from experiments.runtime.pool import RunError
from experiments.store.replications import Job, load
from sim import InputError
from tests.support import fake_engine
from tests.support.fake_engine import engine
from tests.support.fake_runs import RAW, config, in_process, tables
from tests.support.paths import ROOT


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
import experiments.running.engine as engine
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


signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
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
