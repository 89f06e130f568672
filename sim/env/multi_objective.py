"""The journey environment with a vector reward, in the manner of MO-Gymnasium."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from sim.decisions.features import Vector
from sim.env.journey import Info, JourneyEnv
from sim.register.register import C_EFFORT, C_RELEASED, CHURN_TIME, Departure

OBJECTIVES = ("retention", "cost", "effort")
HOW = 2  # position of the departure in the register's churn rows


class MultiObjectiveJourneyEnv(JourneyEnv):
    """``JourneyEnv`` whose reward is (retention, cost, effort), higher is better in each.

    retention: minus the customers lost since the last decision; cost: minus the present value of
    staff, contacts and treatments, in money; effort: minus the customers' effort in the contacts
    that ended. ``reward_space`` is the ``Box`` of it, ``reward_dim`` 3; the scalar reward of
    ``JourneyEnv`` stays in ``info["net_reward"]``.
    """

    def __init__(self, scenario: Any = "helpdesk", **kwargs: Any) -> None:
        super().__init__(scenario, **kwargs)
        self.reward_dim = len(OBJECTIVES)
        self.reward_space = gym.spaces.Box(-np.inf, np.inf, shape=(3,), dtype=np.float64)
        self._contacts = self._churn = 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Vector, Info]:
        """Start an episode, as ``JourneyEnv.reset``."""
        result = super().reset(seed=seed, options=options)
        register, start = self.world.register, self.episode.start_s
        self._contacts = sum(row[C_RELEASED] < start for row in register.contacts)
        self._churn = sum(row[CHURN_TIME] < start for row in register.churn)
        return result

    def _reward(self) -> npt.NDArray[np.float64]:
        register, money = self.world.register, self.episode.components
        churn, contacts = register.churn[self._churn :], register.contacts[self._contacts :]
        self._churn, self._contacts = len(register.churn), len(register.contacts)
        lost = sum(row[HOW] != Departure.SAVED for row in churn)
        cost = money["staff"] + money["contacts"] + money["treatments"]
        return np.array([-lost, cost, -sum(row[C_EFFORT] for row in contacts)], dtype=np.float64)

    def _info(self) -> Info:
        return {**super()._info(), "net_reward": self.episode.reward}
