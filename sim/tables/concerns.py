"""What troubles a firm's customers, as tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.behaviour.concerns import tilted
from sim.scenario import Scenario


class ConcernTable:
    """Concerns in order; ``n`` is 0 where a firm has none, or they are switched off.

    ``weights``: among customers, they sum to 1; ``mood_effect``: by concern; ``otherwise``: number
    of the one that is stated in error, -1: any other.
    """

    def __init__(self, scenario: Scenario) -> None:
        rules = scenario.concerns
        kinds = rules.kinds if scenario.mechanisms.concerns else {}
        whole = sum(kind.weight for kind in kinds.values())
        self.names = list(kinds) if whole > 0 else []
        self.n = len(self.names)
        self.weights = [kinds[name].weight / whole for name in self.names]
        self.mood_effect = [kinds[name].mood_effect for name in self.names]
        self.otherwise = self.names.index(rules.otherwise) if rules.otherwise in self.names else -1
        raised = [kinds[name].intents for name in self.names]
        self._belongs = [[i in intents for i in scenario.intents] for intents in raised]
        self._tilt = rules.tilt

    def needs_of(self, shares: npt.ArrayLike) -> npt.NDArray[Any]:
        """Return what customers of each concern need, shape (concerns, intents).

        Args:
            shares: of the intents among all needs of a segment, shape (intents,): the mean over
                customers stays as it is.
        """
        return tilted(shares, self.weights, np.where(self._belongs, self._tilt, 1.0))
