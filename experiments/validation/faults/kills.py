"""Kill a run again and again, resuming each time, and see whether anything is lost."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from experiments.store.run_folder import DONE
from experiments.validation.faults.snapshot import environment, snapshot
from sim.errors import InputError

# Small enough that a run takes seconds, with several replications of several strategies.
QUICK = ("population.scale=0.2", "horizon_days=10", "warm_up_days=0", "replications=16")


@dataclass(frozen=True)
class Kills:
    """What killing showed: kills in all, runs completed, and what went wrong, in words."""

    kills: int
    completed: int
    interrupted: int
    problems: tuple[str, ...]


def run_command(
    config: str, folder: Path, settings: Sequence[str] = (), workers: int = 1
) -> list[str]:
    """Return the command of a run into a folder; settings of the scenario go to `overrides`."""
    own = ("horizon_days", "warm_up_days", "replications", "seed")
    sets = [s if s.split("=")[0] in own else f"overrides.{s}" for s in settings]
    options = [word for setting in sets for word in ("--set", setting)]
    run = [sys.executable, "-m", "experiments.cli", "run", config, "--json"]
    return [*run, "--workers", str(workers), "--out", str(folder), *options]


def kill_runs(
    config: str, kills: int, settings: Sequence[str] = QUICK, workers: int = 1, seed: int = 1
) -> Kills:
    """Kill -9 a run at random moments, resuming each time; compare with one left in peace.

    A run that completes is compared and a new one begun, until `kills` have struck a live run.
    With several workers half of the kills strike the parent alone: its workers find out by
    themselves, perhaps only when the resumed run is at work in the same folder.
    """
    luck, problems, struck, completed, interrupted = random.Random(seed), list[str](), 0, 0, 0
    with TemporaryDirectory(prefix="optichannel-kill-") as temporary:
        root = Path(temporary)
        source = snapshot(root)
        began = time.monotonic()
        _finish(source, run_command(config, root / "peace", settings, workers))
        length = time.monotonic() - began
        expected = _outcome(root / "peace")
        folder = root / "0"
        while struck < kills:
            before = _finished(folder)
            command = run_command(config, folder, settings, workers)
            began = time.monotonic()
            alone = workers > 1 and luck.random() < 0.5
            struck_now = _killed(source, command, luck.uniform(0.0, length), alone)
            after = _finished(folder)
            problems += [
                f"kill {struck}: {job} was lost or changed"
                for job, digest in before.items()
                if after.get(job) != digest
            ]
            struck += struck_now
            interrupted += struck_now and bool(after)
            if not struck_now:
                # Moments shall fall inside a run, however fast the machine is just now.
                length = 0.5 * (length + time.monotonic() - began)
                problems += _compared(folder, expected, completed)
                completed += 1
                folder = root / str(completed)
        if folder.exists():
            _finish(source, run_command(config, folder, settings, workers))
            problems += _compared(folder, expected, completed)
            completed += 1
    return Kills(struck, completed, int(interrupted), tuple(problems))


def _finish(source: Path, command: Sequence[str]) -> None:
    done = subprocess.run(
        command, cwd=source, env=environment(source), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise InputError(f"the run itself fails: {done.stderr.strip()[-400:]}")


def _killed(source: Path, command: Sequence[str], after_s: float, alone: bool) -> bool:
    """Start a command and kill it, alone or with its children; return False if it ended before."""
    process = subprocess.Popen(
        command,
        cwd=source,
        env=environment(source),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        if alone:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    if process.returncode:
        raise InputError(f"a resumed run failed with exit code {process.returncode}")
    return False


def _finished(folder: Path) -> dict[str, str]:
    """Digest by finished replication."""
    return {
        str(path.parent.relative_to(folder)): json.loads(path.read_text())["digest"]
        for path in folder.glob(f"replications/*/*/{DONE}")
        if not path.parent.name.startswith(".")
    }


def _outcome(folder: Path) -> dict[str, bytes]:
    """The result tables' bytes, and the registers' digests."""
    tables = {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet"))}
    manifest = json.loads((folder / "manifest.json").read_text())
    return tables | {"digests": json.dumps(manifest["digests"], sort_keys=True).encode()}


def _compared(folder: Path, expected: dict[str, bytes], number: int) -> list[str]:
    found = _outcome(folder)
    names = sorted(expected.keys() | found.keys())
    return [
        f"run {number}: {name} differs" for name in names if expected.get(name) != found.get(name)
    ]
