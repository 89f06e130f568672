"""One command at a time in a folder, whatever became of the one before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.learning.config import TrainConfig
from experiments.learning.train import train
from experiments.running.runner import run_experiment
from experiments.store.lock import LOCK, locked
from sim import InputError
from tests.support.fake_engine import engine
from tests.support.fake_runs import config, in_process, tables
from tests.support.paths import ROOT

HOLD = """
import sys, time
from pathlib import Path
from experiments.store.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def hold(folder: Path) -> subprocess.Popen[str]:
    """A process that has a folder until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def killed(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=30)


def test_a_second_run_is_refused_and_touches_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_experiment(config(replications=2), engine(), in_process(folder))
    unfinished = folder / "replications" / "plain" / ".unfinished-of-the-first"
    unfinished.mkdir()
    before = tables(folder)
    first = hold(folder)
    said = rf"in use by process {first.pid} on '.+' since 20.*--out"
    with pytest.raises(InputError, match=said):
        run_experiment(config(), engine(), in_process(folder))
    assert tables(folder) == before and unfinished.is_dir()
    killed(first)
    assert (folder / LOCK).exists()  # a killed process leaves the file, but not the lock
    assert run_experiment(config(), engine(), in_process(folder)).simulated == 4
    assert not (folder / LOCK).exists() and not unfinished.exists()


def test_a_record_of_another_computer_is_believed_until_it_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_experiment(config(replications=2), engine(), in_process(folder))
    record = {"process": 12, "host": "elsewhere", "started": "2026-01-01T00:00:00+00:00"}
    (folder / LOCK).write_text(json.dumps(record))
    said = r"in use by process 12 on 'elsewhere' since 2026-01-01.*if it has ended, remove .*\.lock"
    with pytest.raises(InputError, match=said):
        run_experiment(config(), engine(), in_process(folder))
    assert json.loads((folder / LOCK).read_text()) == record
    (folder / LOCK).unlink()
    run_experiment(config(), engine(), in_process(folder))


@pytest.mark.parametrize("left", [b"", b"{", b"[1]", b"\xff\x00", b'{"process": 1}'])
def test_what_a_killed_process_left_half_written_is_no_obstacle(
    left: bytes, tmp_path: Path
) -> None:
    (tmp_path / LOCK).write_bytes(left)
    with locked(tmp_path), pytest.raises(InputError, match="in use"), locked(tmp_path):
        pass


def test_a_folder_in_which_nothing_was_kept_is_given_up(tmp_path: Path) -> None:
    with locked(tmp_path / "new" / "run"):
        assert (tmp_path / "new" / "run").is_dir()
    assert not (tmp_path / "new" / "run").exists()
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="cannot be written"), locked(tmp_path / "file"):
        pass


RACE = """
import sys, time
from pathlib import Path
from experiments.store.lock import locked
from sim import InputError
folder, log, until, won = Path(sys.argv[1]), Path(sys.argv[2]), time.time() + 3, 0
while time.time() < until:
    try:
        with locked(folder):
            mine = log / "inside"
            mine.touch(exist_ok=False)  # fails if another one is inside
            mine.unlink()
            won += 1
    except InputError:
        pass
print(won)
"""


def test_no_two_processes_are_ever_inside_at_once(tmp_path: Path) -> None:
    """Folder and file come and go all the time here, as each of them removes what it leaves."""
    command = [sys.executable, "-c", RACE, str(tmp_path / "run"), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    racers = [
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for racer in racers:
        won, complained = racer.communicate(timeout=60)
        assert (racer.returncode, complained) == (0, "")
        assert int(won) > 0


def test_a_training_has_its_folder_to_itself(tmp_path: Path) -> None:
    raw = {
        "name": "small",
        "scenario": "helpdesk",
        "algorithm": {"use": "lin_ucb"},
        "budget": {"steps": 1},
    }
    first = hold(tmp_path)
    with pytest.raises(InputError, match="in use"):
        train(TrainConfig.model_validate_json(json.dumps(raw)), tmp_path)
    killed(first)
    assert os.listdir(tmp_path) == [LOCK]


def test_a_run_cut_off_by_kill_leaves_no_lock(tmp_path: Path) -> None:
    script = (
        "import json, sys; from pathlib import Path\n"
        "from tests.support import fake_engine\n"
        "from tests.support.fake_runs import config, in_process\n"
        "from experiments.running.runner import run_experiment\n"
        "run_experiment(config(), fake_engine.engine(fake_engine.held), in_process(Path('run')))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
    )
    folder = tmp_path / "run"
    while process.poll() is None and not list(folder.glob("replications/*/[0-9]*/done.json")):
        time.sleep(0.01)
    with pytest.raises(InputError, match=f"in use by process {process.pid}"):
        run_experiment(config(), engine(), in_process(folder))
    process.kill()
    process.wait(30)
    assert run_experiment(config(), engine(), in_process(folder)).simulated < 8
