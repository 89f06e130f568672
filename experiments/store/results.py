"""The results of a run: named tables and a manifest, kept in the run folder.

One Parquet file per table and `manifest.json`. The manifest is written last, so a folder
that has one holds a finished set of tables.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from sim.errors import InputError
from sim.inputs.files import cannot_write, read_bytes, read_json, write_atomically

FORMAT_VERSION = 2
"""Version of the folder's layout; raised when a column changes name or meaning. 2: checksums."""

MANIFEST = "manifest.json"
SEAL = "checksum"
ANSWERS = "answer_"
"""What the files of the tables of answers begin with."""
ANSWER_FILE = re.compile(rf"{ANSWERS}([a-z_]+)\.parquet")
AGAIN = "run the config again, which uses the finished replications"
MAX_TABLE = 2_000_000_000
"""Bytes of a table that are read; the metrics of a million replications have a tenth of it."""


def texts(*names: str) -> dict[str, pl.DataType]:
    """Columns that hold texts."""
    return dict.fromkeys(names, pl.String())


def counts(*names: str) -> dict[str, pl.DataType]:
    """Columns that hold whole numbers."""
    return dict.fromkeys(names, pl.Int64())


def floats(*names: str) -> dict[str, pl.DataType]:
    """Columns that hold numbers."""
    return dict.fromkeys(names, pl.Float64())


INTERVAL = floats("mean", "low", "high")
SCHEMAS: dict[str, dict[str, pl.DataType]] = {
    "metrics": texts("strategy") | counts("replication") | texts("metric") | floats("value"),
    "estimates": texts("strategy", "metric") | INTERVAL | counts("n"),
    "differences": texts("strategy", "reference", "metric")
    | INTERVAL
    | floats("p", "p_holm", "variance_ratio"),
    "best_sets": texts("metric", "strategy") | {"in_best_set": pl.Boolean()},
    "hourly": texts("strategy", "channel")
    | counts("hour")
    | floats("contacts", "mean_wait_s", "occupancy"),
    "flows": texts("strategy", "source", "target") | floats("contacts"),
    "survival": texts("strategy") | floats("day", "retained", "low", "high"),
    "decisions": texts("strategy", "kind", "action") | floats("share", "per_replication"),
    "provenance": texts("path", "value", "status", "source"),
}
"""Columns of every table with the type they are kept as; see docs/reference/results.md."""

MORE = {"differences": counts("n", "ties")}
"""Columns that older run folders lack: pairs of replications, and those of equal values."""


@dataclass(frozen=True, slots=True)
class RunResults:
    """What a run found: one frame per table of `SCHEMAS`, and the manifest.

    The frames hold the columns of `SCHEMAS` (more are allowed); a table without rows means
    that the run has nothing to say about it. Times in seconds, shares in 0–1. `answers` are the
    further tables of a run that was asked something (`experiments.questions.tables`), by name.
    """

    metrics: pl.DataFrame
    estimates: pl.DataFrame
    differences: pl.DataFrame
    best_sets: pl.DataFrame
    hourly: pl.DataFrame
    flows: pl.DataFrame
    survival: pl.DataFrame
    decisions: pl.DataFrame
    provenance: pl.DataFrame
    manifest: dict[str, Any]
    answers: dict[str, pl.DataFrame] = field(default_factory=dict)

    @classmethod
    def build(
        cls,
        frames: Mapping[str, pl.DataFrame],
        manifest: dict[str, Any],
        answers: Mapping[str, pl.DataFrame] | None = None,
    ) -> RunResults:
        """Results from the given frames, cast to `SCHEMAS`; a table not given is empty.

        Raises:
            InputError: a table has an unknown name, lacks a column or cannot be cast.
        """
        unknown = sorted(set(frames) - set(SCHEMAS))
        if unknown:
            raise InputError(f"unknown table {unknown[0]!r}; tables are {', '.join(SCHEMAS)}")
        return cls(
            **{name: conform(name, frames.get(name, empty(name))) for name in SCHEMAS},
            manifest=dict(manifest),
            answers=dict(answers or {}),
        )

    def frames(self) -> dict[str, pl.DataFrame]:
        """The tables by name, without the manifest and the answers."""
        return {name: getattr(self, name) for name in SCHEMAS}

    def save(self, folder: Path) -> None:
        """Write every table and then the manifest; each file appears whole or not at all.

        Raises:
            InputError: a table is malformed, or the folder cannot be written (disk full,
                no permission); no half-written file is left.
        """
        tables = {name: conform(name, frame) for name, frame in self.frames().items()}
        every = {f"{name}.parquet": frame for name, frame in tables.items()}
        every |= {f"{ANSWERS}{name}.parquet": frame for name, frame in self.answers.items()}
        files = {name: parquet_bytes(frame) for name, frame in every.items()}
        manifest = {**self.manifest, "format_version": FORMAT_VERSION}
        manifest["checksums"] = {name: sha256(data).hexdigest() for name, data in files.items()}
        plain = json.loads(json.dumps(manifest, default=str))
        text = json.dumps(_sealed(plain), indent=2, ensure_ascii=False) + "\n"
        # An old manifest must not vouch for a mixture of old and new tables.
        try:
            (folder / MANIFEST).unlink(missing_ok=True)
        except OSError as error:
            raise cannot_write(folder / MANIFEST, error) from error
        for name, data in files.items():
            write_atomically(folder / name, data)
        write_atomically(folder / MANIFEST, text.encode())

    @classmethod
    def load(cls, folder: Path) -> RunResults:
        """Read what `save` wrote.

        Raises:
            InputError: not a run folder, another format version, or a file that is not as `save`
                wrote it.
        """
        manifest = _read_manifest(folder)
        checksums = manifest.pop("checksums")
        tables = {name: _read_table(folder, name, checksums) for name in SCHEMAS}
        more = [found[1] for name in checksums if (found := ANSWER_FILE.fullmatch(name))]
        answers = {name: _read_table(folder, f"{ANSWERS}{name}", checksums) for name in more}
        return cls.build(tables, manifest, answers)


def empty(name: str) -> pl.DataFrame:
    """A table of `SCHEMAS` without rows."""
    return pl.DataFrame(schema=SCHEMAS[name])


def conform(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with the columns of `SCHEMAS[name]` in their kept types.

    Raises:
        InputError: a column is missing or holds values of another kind.
    """
    missing = [column for column in SCHEMAS[name] if column not in frame.columns]
    if missing:
        present = ", ".join(frame.columns) or "none"
        raise InputError(f"table {name!r} lacks the column {missing[0]!r}; it has: {present}")
    more = {key: kind for key, kind in MORE.get(name, {}).items() if key in frame.columns}
    try:
        return frame.cast(pl.Schema(SCHEMAS[name] | more))
    except pl.exceptions.PolarsError as error:
        raise InputError(f"table {name!r} has values of the wrong type: {error}") from error


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        document = read_json(path)
    except FileNotFoundError:
        raise InputError(f"{folder} is no finished run folder: it has no {MANIFEST}") from None
    manifest: dict[str, Any] = document if isinstance(document, dict) else {}
    version = manifest.get("format_version")
    if version != FORMAT_VERSION:
        raise InputError(
            f"{path}: format_version must be {FORMAT_VERSION}, got {version!r}; "
            "run the config again with this version"
        )
    if _sealed(manifest) != manifest or not isinstance(manifest.get("checksums"), dict):
        raise InputError(f"{path}: is not as the run wrote it (damaged, or changed); {AGAIN}")
    del manifest[SEAL]
    return manifest


def _sealed(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return a manifest of plain values with its own checksum."""
    content = {key: value for key, value in manifest.items() if key != SEAL}
    return content | {SEAL: sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()}


def _read_table(folder: Path, name: str, checksums: Mapping[str, object]) -> pl.DataFrame:
    path = folder / f"{name}.parquet"
    try:
        return read_table(path, checksums.get(path.name))
    except FileNotFoundError:
        raise InputError(f"{folder} lacks the table {path.name}; {AGAIN}") from None
    except ValueError:
        raise InputError(f"{path}: is not as the run wrote it; {AGAIN}") from None


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def read_table(path: Path, checksum: object) -> pl.DataFrame:
    """Return a table as it was written; ValueError if it has another SHA-256 or is damaged."""
    data = read_bytes(path, MAX_TABLE)
    if sha256(data).hexdigest() != checksum:
        raise ValueError(f"{path.name} is damaged")
    try:
        return pl.read_parquet(io.BytesIO(data))
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise ValueError("not a Parquet table") from error
