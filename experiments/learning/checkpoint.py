"""Checkpoints: arrays and plain values in one file, whole or not there, never pickled."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from experiments.learning.job import State
from sim.errors import InputError

PLAIN = "plain"


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that whatever kills the process leaves the old or the new one.

    Raises:
        OSError: the disk is full or the folder cannot be written; the old file stays.
    """
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def save_checkpoint(path: Path, state: State, plain: dict[str, Any]) -> None:
    """Write a learner's arrays and the trainer's plain values."""
    arrays: dict[str, Any] = {f"state.{name}": array for name, array in state.items()}
    arrays[PLAIN] = np.frombuffer(json.dumps(plain).encode(), np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    write_atomically(path, buffer.getvalue())


def load_checkpoint(path: Path) -> tuple[State, dict[str, Any]]:
    """Return arrays and plain values.

    Raises:
        InputError: the file is no checkpoint, or is damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as found:
            plain = json.loads(found[PLAIN].astype(np.uint8).tobytes().decode())
            state = {n[6:]: found[n] for n in found.files if n.startswith("state.")}
    except (OSError, ValueError, KeyError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: is not a checkpoint, or is damaged: {error}") from None
    if not isinstance(plain, dict):
        raise InputError(f"{path}: is not a checkpoint")
    return state, plain


def not_finite(state: State) -> list[str]:
    """Return the names of arrays that hold NaN or infinity."""
    return [
        name
        for name, array in state.items()
        if np.issubdtype(array.dtype, np.floating) and not np.isfinite(array).all()
    ]
