"""The N-model, whose optimum others have published: it checks the solver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from experiments.validation.optima.common import Flows, at_random, prefer
from experiments.validation.optima.mdp import Consequence, Rule


class NState(NamedTuple):
    """Customers of each class in the system."""

    class_1: int
    class_2: int


@dataclass(frozen=True)
class NModel:
    """The N-model, pre-emptive: server 1 serves class 1, server 2 either; checks the solver.

    Actions say whom server 2 serves. Holding costs only. Source: Harrison (1998), Annals of Applied
    Probability 8(3), 822-848.
    """

    load: float = 0.9
    places: tuple[int, int] = (120, 250)
    arrivals: tuple[float, float] = (1.3, 0.4)
    service: tuple[float, float, float] = (1.0, 0.5, 1.0)
    holding: tuple[float, float] = (3.0, 1.0)
    discount: float | None = None

    @property
    def start(self) -> NState:
        """An empty system."""
        return NState(0, 0)

    def actions(self, state: NState) -> Sequence[str]:
        """Whom server 2 serves; a lone class-1 customer belongs to server 1."""
        choices = (["class 1"] if state.class_1 > 1 else []) + (
            ["class 2"] if state.class_2 else []
        )
        return choices or ["none"]

    def outcome(self, state: NState, action: str) -> Consequence[NState]:
        """Arrivals, services and the holding cost."""
        one, two = state
        flows: Flows[NState] = []
        if one < self.places[0]:
            flows.append((self.load * self.arrivals[0], NState(one + 1, two)))
        if two < self.places[1]:
            flows.append((self.load * self.arrivals[1], NState(one, two + 1)))
        if one:
            helped = self.service[1] if action == "class 1" else 0.0
            flows.append((self.service[0] + helped, NState(one - 1, two)))
        if action == "class 2":
            flows.append((self.service[2], NState(one, two - 1)))
        return Consequence(self.holding[0] * one + self.holding[1] * two, flows)

    def rules(self) -> dict[str, Rule[NState]]:
        """MaxWeight (cost x rate x number), class 2 first, random."""
        weight_1 = self.holding[0] * self.service[1]
        weight_2 = self.holding[1] * self.service[2]

        def max_weight(state: NState, allowed: Sequence[str]) -> str:
            return "class 1" if weight_1 * state[0] > weight_2 * state[1] else "class 2"

        return {"max_weight": max_weight, "class_2_first": prefer("class 2"), "random": at_random}
