"""Finished replications of a run, each kept at once and whole.

`replications/<strategy>/<number>/` in the run folder holds one: its tables as Parquet, its register
if that was asked for, and `done.json` with whose it is, the register's digest and the checksums of
all these files. The folder of a replication appears by one rename, so whatever kills the process
leaves either all of it or nothing.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from experiments.runtime.pool import RunError
from experiments.store.results import parquet_bytes, read_table
from experiments.store.run_folder import DONE, STAMP, UNFINISHED
from sim.errors import InputError
from sim.inputs.files import cannot_write, read_json, write_atomically

REGISTER = "register"


FRAMES = {
    "hourly": ("channel", "hour", "contacts", "mean_wait_s", "occupancy"),
    "flows": ("source", "target", "contacts"),
    "survival": ("day", "retained"),
    "decisions": ("kind", "action", "count"),
}
"""The tables of one replication with the columns they must have, besides its metrics.

Units as in `experiments.store.results`; counts are of this replication. `survival` may carry `low`
and `high`, which are shown when it is the only replication.
"""


class Replication(Protocol):
    """What one replication gives; `experiments.running.replicate.ReplicationResult` is one."""

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
            done["register_files"] = _checksums(work / REGISTER)
        done["files"] = _write_frames(work, result)
        write_atomically(work / DONE, (json.dumps(done, indent=2) + "\n").encode())
        os.chmod(work, 0o755)
        _place(work, place)
    except (OSError, InputError) as error:
        said = cannot_write(place, error) if isinstance(error, OSError) else error
        raise InputError(f"{said}; what was finished is kept") from None
    finally:
        if work is not None:
            shutil.rmtree(work, ignore_errors=True)


class State(Enum):
    """Whether a replication is in the run folder as it is wanted."""

    KEPT = "kept"
    MISSING = "missing"
    DAMAGED = "damaged"


def state(run: Path, job: Job, register: str | None = None) -> State:
    """Tell whether a replication is kept, with its register in the format asked for, if any.

    The register's files are compared with their checksums; the other tables are when they are read.
    """
    place = job.folder(run)
    if not place.exists():
        return State.MISSING
    try:
        done = _done(run, job)
        if register is None:
            return State.KEPT
        if done["register"] != register:
            return State.MISSING
        whole = _checksums(place / REGISTER) == done["register_files"]
    except (OSError, InputError, ValueError, KeyError, TypeError):
        return State.DAMAGED
    return State.KEPT if whole else State.DAMAGED


def load(run: Path, job: Job) -> Finished | None:
    """Return a kept replication, or None when it is missing or damaged."""
    place = job.folder(run)
    try:
        done = _done(run, job)
        tables = {
            name: read_table(place / f"{name}.parquet", done["files"][name])
            for name in ("metrics", *FRAMES)
        }
        metrics = dict(tables.pop("metrics").select("metric", "value").iter_rows())
        return Finished(job, metrics, str(done["digest"]), tables)
    except (OSError, InputError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        return None


def _done(run: Path, job: Job) -> dict[str, Any]:
    """Return what `store` wrote of a replication; an error if it is another one's."""
    done: dict[str, Any] = read_json(job.folder(run) / DONE)
    for key, value in _whose(run, job).items():
        if done[key] != value:
            raise ValueError(f"{key} is {done[key]!r}, not {value!r}")
    return done


def _whose(run: Path, job: Job) -> dict[str, Any]:
    """Return whose a replication is: strategy, number, and the digest in the run's stamp."""
    try:
        digest = read_json(run / STAMP)["digest"]
    except (OSError, InputError, KeyError, TypeError):
        digest = None
    return {"strategy": job.strategy, "replication": job.replication, "run": digest}


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


def _write_frames(folder: Path, result: Replication) -> dict[str, str]:
    values = [(name, float(value)) for name, value in result.metrics.items()]
    schema = {"metric": pl.String(), "value": pl.Float64()}
    frames = {"metrics": pl.DataFrame(values, schema=schema, orient="row")}
    for name, columns in FRAMES.items():
        frames[name] = getattr(result, name)
        missing = [column for column in columns if column not in frames[name].columns]
        if missing:
            raise RunError(f"a replication's table '{name}' lacks the column '{missing[0]}'")
    files = {name: parquet_bytes(frame) for name, frame in frames.items()}
    for name, data in files.items():
        write_atomically(folder / f"{name}.parquet", data)
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}


def _checksums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a folder, by name; OSError if one is no regular file."""
    checksums = {}
    for path in sorted(folder.iterdir()):
        if not path.is_file():
            raise OSError(errno.EINVAL, "no regular file", str(path))
        with path.open("rb") as file:
            checksums[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return checksums
