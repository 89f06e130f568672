"""Who serves whom: specialists, generalists and two classes of impatient callers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from experiments.validation.optima.common import Flows, Parameters, at_random
from experiments.validation.optima.mdp import Consequence, Rule


class SkillState(NamedTuple):
    """waiting: by class. busy: specialists, generalists.

    asks: "", "class 1" (an arrival that either pool can take) or "generalist" (one is free and both
    classes wait).
    """

    waiting: tuple[int, int]
    busy: tuple[int, int]
    asks: str = ""


@dataclass(frozen=True)
class SkillRouting(Parameters):
    """An N-design: specialists serve class 1, generalists both; non-preemptive, abandonment.

    Nobody idles while someone they can serve waits. Cost: waiting per hour and each abandonment.
    Actions: "specialist"/"generalist" for an arrival, "class 1"/"class 2" for a freed generalist.
    Sources of the problem: Gans, Koole & Mandelbaum (2003), sec. 5; Atar, Giat & Shimkin (2010).
    """

    arrivals_per_h: tuple[float, float] = (20.0, 14.0)
    service_per_h: float = 6.0
    agents: tuple[int, int] = (2, 3)
    patience_per_h: tuple[float, float] = (1.0, 6.0)
    wait_cost_per_h: tuple[float, float] = (12.0, 12.0)
    abandon_cost: tuple[float, float] = (12.0, 12.0)
    places: tuple[int, int] = (45, 25)
    discount: float | None = None

    @property
    def start(self) -> SkillState:
        """Nobody in the system."""
        return SkillState((0, 0), (0, 0))

    def actions(self, state: SkillState) -> Sequence[str]:
        """An arrival asks for a pool, a generalist for a class."""
        return {
            "class 1": ["specialist", "generalist"],
            "generalist": ["class 1", "class 2"],
        }.get(state.asks, ["run"])

    def outcome(self, state: SkillState, action: str) -> Consequence[SkillState]:
        """The chosen service starts, or time runs."""
        if state.asks == "class 1":
            taken = _busy(state, int(action == "generalist"), 1)
            return Consequence(0.0, [(1.0, taken)], timed=False)
        if state.asks:
            called = _busy(_queue(state, int(action[-1]) - 1, -1), 1, 1)
            return Consequence(0.0, [(1.0, called)], timed=False)
        flows: Flows[SkillState] = []
        cost = 0.0
        for k in (0, 1):
            cost += state.waiting[k] * self.loss_per_h(k)
            arrived = self._arrive(state, k)
            if arrived is None:
                cost += self.arrivals_per_h[k] * self.abandon_cost[k]
            else:
                flows.append((self.arrivals_per_h[k], arrived))
            if state.waiting[k]:
                flows.append((state.waiting[k] * self.patience_per_h[k], _queue(state, k, -1)))
            if state.busy[k]:
                flows.append((state.busy[k] * self.service_per_h, _free(state, k)))
        return Consequence(cost, flows)

    def loss_per_h(self, k: int) -> float:
        """What an hour of one waiting customer of class k costs: wait and risk of abandoning."""
        return self.wait_cost_per_h[k] + self.patience_per_h[k] * self.abandon_cost[k]

    def _arrive(self, state: SkillState, k: int) -> SkillState | None:
        idle = [pool for pool in range(k, 2) if state.busy[pool] < self.agents[pool]]
        if len(idle) == 2:
            return state._replace(asks="class 1")
        if idle:
            return _busy(state, idle[0], 1)
        return _queue(state, k, 1) if state.waiting[k] < self.places[k] else None

    def rules(self) -> dict[str, Rule[SkillState]]:
        """Specialists first; then cμ, cμ/θ, the longest queue, an order of classes, random."""

        def by(index: Callable[[int, SkillState], float]) -> Rule[SkillState]:
            def rule(state: SkillState, allowed: Sequence[str]) -> str:
                if state.asks == "class 1":
                    return "specialist"
                return "class 1" if index(0, state) >= index(1, state) else "class 2"

            return rule

        def c_mu(k: int, state: SkillState) -> float:
            return self.loss_per_h(k) * self.service_per_h

        return {
            "c_mu": by(c_mu),
            "c_mu_theta": by(lambda k, s: c_mu(k, s) / max(self.patience_per_h[k], 1e-12)),
            "longest_queue": by(lambda k, s: s.waiting[k]),
            "class_1_first": by(lambda k, s: -k),
            "class_2_first": by(lambda k, s: k),
            "random": at_random,
        }


def _queue(state: SkillState, k: int, by: int) -> SkillState:
    one, two = state.waiting
    return SkillState((one + by, two) if k == 0 else (one, two + by), state.busy)


def _busy(state: SkillState, pool: int, by: int) -> SkillState:
    one, two = state.busy
    return SkillState(state.waiting, (one + by, two) if pool == 0 else (one, two + by))


def _free(state: SkillState, pool: int) -> SkillState:
    freed = _busy(state, pool, -1)
    able = [k for k in range(pool + 1) if freed.waiting[k]]
    if len(able) == 2:
        return freed._replace(asks="generalist")
    return _busy(_queue(freed, able[0], -1), pool, 1) if able else freed
