"""Checkpoints: arrays and plain values in one safetensors file, whole or not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from experiments.learning.task import State
from sim.inputs.tensors import Layout, load_tensors, save_tensors

LAYOUT = Layout(
    what="a checkpoint",
    format="optichannel-checkpoint",
    version=2,
    members=r"state\..+",
    max_bytes=4_000_000_000,
    renew="train anew",
)
PREFIX = "state."


def save_checkpoint(path: Path, state: State, plain: dict[str, Any]) -> None:
    """Write a learner's arrays and the trainer's plain values; InputError if that fails."""
    arrays = {f"{PREFIX}{name}": array for name, array in state.items()}
    save_tensors(path, LAYOUT, plain, arrays)


def load_checkpoint(path: Path) -> tuple[State, dict[str, Any]]:
    """Return arrays and plain values.

    Raises:
        InputError: the file is no checkpoint, or is damaged.
    """
    plain, arrays = load_tensors(path, LAYOUT)
    return {name.removeprefix(PREFIX): array for name, array in arrays.items()}, plain


def not_finite(state: State) -> list[str]:
    """Return the names of arrays that hold NaN or infinity."""
    return [
        name
        for name, array in state.items()
        if np.issubdtype(array.dtype, np.floating) and not np.isfinite(array).all()
    ]
