"""The run folder: finished replications, each kept at once and whole.

Layout: `run.json` says what the folder is for; `replications/<strategy>/<number>/` holds one
finished replication: its tables as Parquet, its register if that was asked for, and `done.json`
with whose it is, the register's digest and the checksums of the tables. The folder of a replication
appears by one rename, so whatever kills the process leaves either all of it or nothing.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from experiments.pool import RunError
from experiments.results import write_atomically
from sim.errors import InputError
from sim.strict import local_path, nearest

STAMP = "run.json"
DONE = "done.json"
PILOT = "warm_up.json"
UNFINISHED = ".unfinished-"
REGISTER = "register"
LAYOUT = 1
FRAMES = {
    "hourly": ("channel", "hour", "contacts", "mean_wait_s", "occupancy"),
    "flows": ("source", "target", "contacts"),
    "survival": ("day", "retained"),
    "decisions": ("kind", "action", "count"),
}
"""The tables of one replication with the columns they must have, besides its metrics.

Units as in `experiments.results`; counts are of this replication. `survival` may carry `low` and
`high`, which are shown when it is the only replication.
"""


class Replication(Protocol):
    """What one replication gives; `experiments.replicate.ReplicationResult` is one."""

    @property
    def metrics(self) -> Mapping[str, float]: ...  # noqa: D102
    @property
    def hourly(self) -> pl.DataFrame: ...  # noqa: D102
    @property
    def flows(self) -> pl.DataFrame: ...  # noqa: D102
    @property
    def survival(self) -> pl.DataFrame: ...  # noqa: D102
    @property
    def decisions(self) -> pl.DataFrame: ...  # noqa: D102
    @property
    def digest(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, order=True)
class Job:
    """One replication of one strategy."""

    strategy: str
    replication: int

    def folder(self, run: Path) -> Path:
        """Return where its result stands in a run folder."""
        return run / "replications" / self.strategy / f"{self.replication:06d}"


@dataclass(frozen=True)
class Finished:
    """A replication that is kept: metrics by name, the register's digest, the four frames."""

    job: Job
    metrics: dict[str, float]
    digest: str
    frames: dict[str, pl.DataFrame]


def claim(folder: Path, stamp: Mapping[str, Any]) -> None:
    """Make `folder` the run folder of what `stamp` describes, or confirm that it is.

    Args:
        folder: made if missing; a folder with other content than a run's is refused.
        stamp: plain values by name that together determine the results; `digest` among them.

    Raises:
        InputError: the folder belongs to another version or config (both are named), holds
            something else, or cannot be written.
    """
    stamp = {"layout": LAYOUT, **stamp}
    path = folder / STAMP
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        _refuse_foreign(folder)
        write_atomically(path, (json.dumps(stamp, indent=2, ensure_ascii=False) + "\n").encode())
        return
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}: must be a mapping of what made the run")
    for key, value in stamp.items():
        if found.get(key) != value:
            raise InputError(
                f"{folder}: is the run folder of another {_called(key)}: has "
                f"{_short(found.get(key))}, this run has {_short(value)}; "
                "choose another folder with --out, or remove it"
            )


def store(
    run: Path, job: Job, result: Replication, export: Callable[[Path], str] | None = None
) -> None:
    """Keep a finished replication, in place of one that is there already.

    Args:
        run: the run folder.
        job: which replication.
        result: its result.
        export: writes the register into the folder given and returns the format's name.

    Raises:
        InputError: the folder cannot be written (disk full); nothing half-written is left.
    """
    place = job.folder(run)
    work: Path | None = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(dir=place.parent, prefix=UNFINISHED))
        done: dict[str, Any] = {**_whose(run, job), "digest": result.digest, "register": None}
        if export is not None:
            done["register"] = export(work)
        done["files"] = _write_frames(work, result)
        _write(work / DONE, (json.dumps(done, indent=2) + "\n").encode())
        os.chmod(work, 0o755)
        _place(work, place)
    except OSError as error:
        raise cannot_write(place, error) from None
    finally:
        if work is not None:
            shutil.rmtree(work, ignore_errors=True)


def release(folder: Path) -> None:
    """Give up a run folder in which nothing was finished, so that another config may have it."""
    if not any(folder.glob(f"replications/*/*/{DONE}")):
        shutil.rmtree(folder / "replications", ignore_errors=True)
        (folder / STAMP).unlink(missing_ok=True)
        with suppress(OSError):  # holds something else, such as an old report
            folder.rmdir()


def discard(run: Path) -> None:
    """Remove the finished replications of a claimed run folder and what was learned from them.

    Each goes by one rename, so that none is ever there in part.

    Raises:
        InputError: the folder cannot be written.
    """
    try:
        (run / PILOT).unlink(missing_ok=True)
        for place in sorted((run / "replications").glob("*/[0-9]*")):
            place.rename(place.with_name(f"{UNFINISHED}{place.name}"))
    except OSError as error:
        raise cannot_write(run, error) from None
    sweep(run)


def is_finished(run: Path, job: Job, register: str | None = None) -> bool:
    """Tell whether a replication is kept, with its register in the format asked for, if any."""
    try:
        done = _done(run, job)
        return register is None or done["register"] == register
    except (OSError, ValueError, KeyError, TypeError):
        return False


def load(run: Path, job: Job) -> Finished | None:
    """Return a kept replication, or None when it is missing or damaged."""
    place = job.folder(run)
    try:
        done = _done(run, job)
        tables = {name: _read(place, name, done["files"][name]) for name in ("metrics", *FRAMES)}
        digest = str(done["digest"])
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        return None
    metrics = tables.pop("metrics")
    values = dict(zip(metrics["metric"].to_list(), metrics["value"].to_list(), strict=True))
    return Finished(job, values, digest, tables)


def _done(run: Path, job: Job) -> dict[str, Any]:
    """Return what `store` wrote of a replication; an error if it is another one's."""
    done: dict[str, Any] = json.loads((job.folder(run) / DONE).read_text(encoding="utf-8"))
    for key, value in _whose(run, job).items():
        if done[key] != value:
            raise ValueError(f"{key} is {done[key]!r}, not {value!r}")
    return done


def _whose(run: Path, job: Job) -> dict[str, Any]:
    """Return whose a replication is: strategy, number, and the digest in the run's stamp."""
    try:
        digest = json.loads((run / STAMP).read_text(encoding="utf-8"))["digest"]
    except (OSError, ValueError, KeyError, TypeError):
        digest = None
    return {"strategy": job.strategy, "replication": job.replication, "run": digest}


def sweep(run: Path) -> None:
    """Remove what killed runs left unfinished."""
    for path in (run / "replications").glob(f"*/{UNFINISHED}*"):
        shutil.rmtree(path, ignore_errors=True)


def find_run(name: str) -> Path:
    """Return the run folder given by path, or by name below `runs`.

    Raises:
        InputError: there is none; names the nearest.
    """
    for path in (local_path(name), Path("runs") / name):
        if path.is_dir():
            return path
    runs = sorted(path.parent.name for path in Path("runs").glob(f"*/{STAMP}"))
    raise InputError(f"run: no such folder '{name}'{nearest(name, runs)}")


def cannot_write(path: Path, error: OSError) -> InputError:
    """Return the error for a file that cannot be written, in plain words."""
    reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
    return InputError(f"{path}: cannot be written: {reason}; what was finished is kept")


def _place(work: Path, place: Path) -> None:
    """Move a finished folder to its place; what is kept there stays whole at every instant."""
    try:
        os.rename(work, place)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        # The same replication has the same tables, so they can be exchanged one by one.
        for path in sorted(work.iterdir(), key=lambda path: path.name == DONE):
            if path.is_dir():  # the register, asked for later or in another format
                shutil.rmtree(place / path.name, ignore_errors=True)
            os.replace(path, place / path.name)


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: must be a folder, but is a file")
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"{folder}: is not empty and not a run folder (it has no {STAMP})")


def _write_frames(folder: Path, result: Replication) -> dict[str, str]:
    names = list(result.metrics)
    values = [float(result.metrics[name]) for name in names]
    schema = {"metric": pl.String(), "value": pl.Float64()}
    frames = {"metrics": pl.DataFrame({"metric": names, "value": values}, schema=schema)}
    for name, columns in FRAMES.items():
        frames[name] = getattr(result, name)
        missing = [column for column in columns if column not in frames[name].columns]
        if missing:
            raise RunError(f"a replication's table '{name}' lacks the column '{missing[0]}'")
    checksums = {}
    for name, frame in frames.items():
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        _write(folder / f"{name}.parquet", buffer.getvalue())
        checksums[name] = hashlib.sha256(buffer.getvalue()).hexdigest()
    return checksums


def _write(path: Path, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _read(folder: Path, name: str, checksum: str) -> pl.DataFrame:
    data = (folder / f"{name}.parquet").read_bytes()
    if hashlib.sha256(data).hexdigest() != checksum:
        raise ValueError(f"{name} is damaged")
    return pl.read_parquet(io.BytesIO(data))


def _called(key: str) -> str:
    return {"digest": "config", "code": "version of the source", "layout": "format"}.get(
        key, f"version ({key})"
    )


def _short(value: object) -> str:
    text = str(value)
    return text[:12] if len(text) == 64 else text
