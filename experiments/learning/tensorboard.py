"""Figures of a training for TensorBoard, where that is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

Board = Callable[[dict[str, float], int], None]
"""Takes figures, and the number of decisions that they are of."""


@contextmanager
def board(folder: Path) -> Iterator[Board]:
    """Give who writes scalars under ``<folder>/tensorboard``; does nothing without TensorBoard."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        yield lambda figures, steps: None
        return
    with closing(SummaryWriter(str(folder / "tensorboard"))) as writer:

        def add(figures: dict[str, float], steps: int) -> None:
            for name, value in figures.items():
                writer.add_scalar(name, value, steps)

        yield add
