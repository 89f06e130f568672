"""Figures of a training for TensorBoard, where that is installed."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self


class Board:
    """Writes scalars under ``<folder>/tensorboard``; does nothing without TensorBoard."""

    def __init__(self, folder: Path) -> None:
        self._writer: Any = None
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            return
        self._writer = SummaryWriter(str(folder / "tensorboard"))

    def add(self, figures: dict[str, float], steps: int) -> None:
        """Write figures at a number of decisions."""
        if self._writer is not None:
            for name, value in figures.items():
                self._writer.add_scalar(name, value, steps)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.close()
