"""Disks, memory and clusters fail: one message, the right exit code, nothing half-written."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from experiments import ExperimentConfig
from experiments.cli.main import main
from experiments.running.replicate import ReplicationResult, replicate
from experiments.store.replications import FRAMES, REGISTER, Job, State, state, store
from sim import InputError
from sim.inputs import validate
from sim.register.export import export
from sim.register.register import TABLES
from tests.support import fake_engine
from tests.support.fake_command import METRICS, RAW, use
from tests.support.paths import ROOT

RUN = ["run", "config.yaml", "--workers", "1", "--out", "run"]
REAL: dict[str, Any] = {
    "name": "real",
    "scenario": "helpdesk",
    "horizon_days": 1,
    "replications": 2,
    "overrides": {"population": {"customers": 200}},
    "strategies": {"a": {"policy": "customer_choice"}},
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a config, where the simulator is the fake one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sim.metrics.metrics.METRICS", METRICS)
    use(monkeypatch, fake_engine.replicate)
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(RAW))
    return tmp_path


def one_message(capsys: pytest.CaptureFixture[str]) -> str:
    """What was complained of, which is one line."""
    said = capsys.readouterr().err
    assert said.startswith("optichannel: ") and said.count("\n") == 1, said
    return said


def halves(folder: Path) -> list[Path]:
    """Files that were begun and not finished."""
    return [path for path in folder.rglob(".*")]


@pytest.fixture(scope="module")
def replication() -> ReplicationResult:
    return replicate(validate(ExperimentConfig, REAL, "test"), "a", 0)


@pytest.mark.parametrize("form", ["parquet", "csv", "xes"])
def test_a_disk_that_is_full_at_any_moment_of_keeping_a_replication(
    form: str, replication: ReplicationResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(folder: Path) -> str:
        export(replication.register, folder / REGISTER, form, replication.compiled)
        return form

    left = 0

    def full(_: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(28, "No space left on device")

    job, moments = Job("a", 0), 0
    for moment in range(100):
        left = moment
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            try:
                store(tmp_path, job, replication, write)
                break
            except InputError as error:
                assert "the disk is full; what was finished is kept" in str(error)
        moments += 1
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert moments == (1 if form == "xes" else len(TABLES)) + len(FRAMES) + 2  # metrics, done.json
    assert state(tmp_path, job, form) is State.KEPT


def test_memory_that_runs_out_while_the_page_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(RUN) == 0
    page = folder / "run" / "report.html"
    before = page.read_bytes()

    def exhausted(*_: object) -> str:
        raise MemoryError

    capsys.readouterr()
    monkeypatch.setattr("experiments.report.page.render_page", exhausted)
    assert main(RUN) == 70
    said = one_message(capsys)
    assert "not enough memory; finished replications are kept: run again" in said
    assert page.read_bytes() == before and halves(folder) == []


def mutated(text: str, luck: random.Random) -> str:
    """The manifest with a value or a key of another kind, or as text with a piece changed."""
    if luck.random() < 0.2:
        at = luck.randrange(len(text))
        return text[:at] + luck.choice(["", "9", '"', "{", "null"]) + text[at + luck.randrange(9) :]
    whole = json.loads(text)
    place: Any = whole
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = luck.choice(keys)
        below = place[key]
        if not isinstance(below, dict | list) or not below or luck.random() < 0.3:
            break
        place = below
    if luck.random() < 0.2:
        del place[key]
    else:
        place[key] = luck.choice([None, -1, 1e300, "x", [], {}, [None], {"x": 1}, True, "9" * 99])
    return json.dumps(whole)


def test_a_manifest_that_is_not_as_the_run_wrote_it_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(RUN) == 0
    path = folder / "run" / "manifest.json"
    page = (folder / "run" / "report.html").read_bytes()
    whole, luck = path.read_text(encoding="utf-8"), random.Random(1)
    capsys.readouterr()
    for _ in range(40):
        text = mutated(whole, luck)
        if json.dumps(json.loads(whole)) in (text, whole):
            continue
        path.write_text(text, encoding="utf-8")
        code = main(["report", "run"])
        if code == 0:  # spaces only, or true for 1: what it says is the same
            assert json.loads(text) == json.loads(whole)
            capsys.readouterr()
            continue
        assert code == 2
        assert "manifest.json" in one_message(capsys)
    assert (folder / "run" / "report.html").read_bytes() == page
    path.write_text(whole, encoding="utf-8")
    assert main(["report", "run"]) == 0


def test_a_table_of_another_run_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(RUN) == 0
    other = [*RUN[:-1], "other", "--set", "seed=2"]
    assert main(other) == 0
    capsys.readouterr()
    (folder / "other" / "estimates.parquet").replace(folder / "run" / "estimates.parquet")
    assert main(["report", "run"]) == 2
    assert "estimates.parquet: is not as the run wrote it" in one_message(capsys)
    assert main(RUN) == 0 and main(["report", "run"]) == 0


def test_damaged_replications_are_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(RUN) == 0
    (folder / "run" / "replications" / "better" / "000003" / "done.json").write_text("{")
    capsys.readouterr()
    assert main(RUN) == 0
    assert "damaged, so run again: replications better 3" in one_message(capsys)


def address_in(path: Path) -> str:
    """Return a scheduler's address, once its file is written to the end."""
    while True:
        try:
            return str(json.loads(path.read_text())["address"])
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.05)


@pytest.mark.slow
def test_a_cluster_whose_scheduler_is_killed(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    common: Any = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(ROOT)}}
    start = [sys.executable, "-m"]
    file = ["--scheduler-file", "scheduler.json", "--no-dashboard"]
    (tmp_path / "config.yaml").write_text(yaml.safe_dump({**RAW, "replications": 20}))
    module, host = "distributed.cli.dask_scheduler", ["--host", "127.0.0.1", "--port", "0"]
    scheduler = subprocess.Popen([*start, module, *host, *file], **quiet, **common)
    one = ["--nworkers", "1", "--nthreads", "1", "--death-timeout", "60"]
    worker = subprocess.Popen(
        [*start, "distributed.cli.dask_worker", *one, *file], **quiet, **common
    )
    try:
        address = address_in(tmp_path / "scheduler.json")
        script = (
            "import sys, experiments.running.engine as e; from tests.support import fake_engine\n"
            "from experiments.cli.main import main\n"
            "e.simulator = lambda: fake_engine.engine(fake_engine.slow)\n"
            f"sys.exit(main(['run', 'config.yaml', '--out', 'run', '--cluster', '{address}']))"
        )
        run = subprocess.Popen(
            [sys.executable, "-c", script], stderr=subprocess.PIPE, text=True, **common
        )
        done = "run/replications/*/[0-9]*/done.json"
        while run.poll() is None and not list(tmp_path.glob(done)):
            assert worker.poll() is None, "the worker ended before its work"
            time.sleep(0.05)
        scheduler.kill()
        said = run.communicate(timeout=120)[1]
    finally:
        for process in (worker, scheduler):
            process.kill()
            process.wait(30)
    assert run.returncode == 70, said
    assert said.startswith("optichannel: the cluster at") and said.count("\n") == 1
    assert "finished replications are kept" in said and list(tmp_path.glob(done))
