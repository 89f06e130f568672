"""From regressions to a policy of linear scores; standardisation of features."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import Field

from experiments.learning.task import State, Task
from policies.learned.model import Model
from sim.decisions.features import Vector

Positive = Annotated[float, Field(gt=0)]
Floats = npt.NDArray[np.float64]
CLIP = 10.0
NEVER = -1e9  # the score of an action that was never tried
LEAST_SD = 1e-3


class Standard:
    """Mean and scale of chosen features from a first sample; constant ones are left out."""

    def __init__(self, width: int, columns: npt.NDArray[np.int64]) -> None:
        self.columns = columns
        self.mean = np.zeros(width, dtype=np.float32)
        self.scale = np.zeros(width, dtype=np.float32)

    @property
    def known(self) -> bool:
        """Whether the sample has been seen."""
        return bool(self.scale.any())

    def learn(self, vectors: Vector) -> None:
        """Take mean and scale from a sample, shape (n, features)."""
        sd = vectors.std(axis=0)
        use = np.zeros(len(sd), dtype=bool)
        use[self.columns] = True
        use &= sd > LEAST_SD
        self.mean = vectors.mean(axis=0).astype(np.float32)
        self.scale = np.where(use, 1 / np.maximum(sd, LEAST_SD), 0).astype(np.float32)

    def state(self) -> State:
        """Return all that ``restore`` needs."""
        return {"mean": self.mean, "scale": self.scale}

    def restore(self, state: State) -> None:
        """Take mean and scale from a state."""
        self.mean, self.scale = state["mean"], state["scale"]

    def of(self, vectors: Vector) -> Vector:
        """Return standardised vectors of the chosen columns, shape (..., columns)."""
        scaled = (vectors - self.mean) * self.scale
        result: Vector = np.clip(scaled[..., self.columns], -CLIP, CLIP)
        return result


def linear_model(
    task: Task, standard: Standard, coefficients: Floats, tried: Floats, margin: float | None
) -> Model:
    """Return a policy of linear scores.

    Args:
        task: what was trained.
        standard: how features are standardised.
        coefficients: shape (actions, columns + 1), the constant last; money.
        tried: how often each action was tried; what never was is never taken.
        margin: advantage over the rule's action that an action must have.
    """
    width = task.setting.features.size
    weights = np.zeros((len(coefficients), width))
    weights[:, standard.columns] = coefficients[:, :-1]
    bias = np.where(tried > 0, coefficients[:, -1], NEVER)
    arrays = {"weights": weights, "bias": bias, **standard.state(), "clip": np.array([CLIP])}
    return Model(task.header("linear", margin), arrays)
