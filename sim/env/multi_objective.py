"""The journey environment with a vector reward, in the manner of MO-Gymnasium."""

from __future__ import annotations

from typing import Any, Literal

import gymnasium as gym
import numpy as np
import numpy.typing as npt

from sim.decisions.features import Vector
from sim.env.journey import Info, JourneyEnv
from sim.register.codes import DEPARTS_NOT
from sim.register.register import ROWS_OF

OBJECTIVES = ("retention", "cost", "effort")


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
        self._contacts = int((register.column("contacts", "released_s") < start).sum())
        self._churn = int((register.column("churn", "time_s") < start).sum())
        return result

    def _reward(self, info: Info) -> npt.NDArray[np.float64]:
        how, effort = self._since("churn", "how"), self._since("contacts", "effort")
        self._churn, self._contacts = self._churn + len(how), self._contacts + len(effort)
        lost = sum(h != DEPARTS_NOT for h in how)
        money = info["reward"]
        cost = money["staff"] + money["contacts"] + money["treatments"]
        return np.array([-lost, cost, -sum(effort)], dtype=np.float64)

    def _since(self, table: Literal["churn", "contacts"], field: str) -> list[Any]:
        """Return a field of the register's rows that came since the last decision."""
        core, name = self.world.core, ROWS_OF[table]
        first = self._churn if table == "churn" else self._contacts
        return [core.value(name, i, field) for i in range(first, core.number_of(name))]

    def _info(self) -> Info:
        return {**super()._info(), "net_reward": self.episode.reward}
