"""What a learner is shown: arrays with a row for each world, which the core writes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.core.books import N_COMPONENTS
from sim.core.engine import engine_of
from sim.core.learning import N_OUTCOMES, OUT_DISCOUNT, OUT_ELAPSED_S, OUT_ILLEGAL
from sim.decisions.features import Vector
from sim.env.setting import Setting

__all__ = ["DISCOUNT", "ELAPSED_S", "ILLEGAL", "NET", "Masks", "Outcomes", "Sheet"]

Masks = npt.NDArray[np.bool_]
Outcomes = npt.NDArray[np.float64]
NET, ELAPSED_S, DISCOUNT, ILLEGAL = N_COMPONENTS, OUT_ELAPSED_S, OUT_DISCOUNT, OUT_ILLEGAL
"""Columns of outcomes, after the ledger's ``COMPONENTS``."""


class Sheet:
    """Arrays of what ``rows`` worlds of a setting show.

    ``observations`` has shape (rows, features), ``masks`` (rows, actions) and ``outcomes``
    (rows, 9): of the last step, money by component, its sum, seconds and discount; and the actions
    of the episode that were illegal. ``board`` is the core's hold on them.
    """

    def __init__(self, setting: Setting, rows: int = 1) -> None:
        self._setting = setting
        self.observations: Vector = np.zeros((rows, setting.features.size), dtype=np.float32)
        self.masks: Masks = np.ones((rows, len(setting.compiled.actions)), dtype=np.bool_)
        self.outcomes: Outcomes = np.zeros((rows, N_OUTCOMES))
        self._take_hold()

    def _take_hold(self) -> None:
        face = engine_of(self._setting.engine).face
        self.board = face.Board(self.observations, self.masks.view(np.uint8), self.outcomes)

    def __getstate__(self) -> dict[str, Any]:
        """Return the state without the core's hold on the arrays."""
        return {name: value for name, value in vars(self).items() if name != "board"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Become the sheet that a state was taken of."""
        vars(self).update(state)
        self._take_hold()
