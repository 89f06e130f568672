"""Bot or human: a gatekeeper that may fail, and customers who come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from experiments.validation.optima.common import Flows, Parameters, at_random, prefer
from experiments.validation.optima.mdp import Consequence, Rule

KINDS = ("simple", "complex")


class GateState(NamedTuple):
    """human: contacts waiting or served. asks: "", "simple" or "complex" (such a need is here)."""

    human: int
    asks: str = ""


@dataclass(frozen=True)
class BotGatekeeper(Parameters):
    """Bot or human for each need, at its arrival and whenever it comes back.

    The bot answers at once. A failed session goes to the human queue with probability `hands_over`;
    else the customer comes back at once with probability `returns`, and is lost otherwise. Humans
    settle every need. Pairs are (simple, complex). Cost: human waiting per hour, each human
    contact, each bot session, each customer lost. Actions: "bot", "human". Source of the problem:
    Shumsky & Pinker (2003), Management Science 49(7).
    """

    arrivals_per_h: tuple[float, float] = (10.0, 6.0)
    bot_resolves: tuple[float, float] = (0.4, 0.2)
    hands_over: float = 0.3
    returns: float = 0.6
    agents: int = 3
    human_per_h: float = 6.0
    wait_cost_per_h: float = 18.0
    human_cost: float = 3.0
    bot_cost: float = 0.3
    lost_cost: float = 18.0
    places: int = 90
    discount: float | None = None
    probabilities: ClassVar[tuple[str, ...]] = ("hands_over", "returns", "bot_resolves")

    @property
    def start(self) -> GateState:
        """Nobody in the system."""
        return GateState(0)

    def actions(self, state: GateState) -> Sequence[str]:
        """Bot, or a human while there is room."""
        if not state.asks:
            return ["run"]
        return ["bot", "human"] if state.human < self.places else ["bot"]

    def outcome(self, state: GateState, action: str) -> Consequence[GateState]:
        """The need is taken, or time runs."""
        taken = GateState(min(state.human + 1, self.places))
        if action == "human":
            return Consequence(self.human_cost, [(1.0, taken)], timed=False)
        if action == "bot":
            failed = 1 - self.bot_resolves[KINDS.index(state.asks)]
            handed, silent = failed * self.hands_over, failed * (1 - self.hands_over)
            cost = self.bot_cost + handed * self.human_cost
            cost += silent * (1 - self.returns) * self.lost_cost
            over = 1 - handed - silent * self.returns
            outcomes = [
                (handed, taken),
                (silent * self.returns, state),
                (over, state._replace(asks="")),
            ]
            return Consequence(cost, outcomes, timed=False)
        flows: Flows[GateState] = [
            (rate, state._replace(asks=kind))
            for rate, kind in zip(self.arrivals_per_h, KINDS, strict=True)
        ]
        if state.human:
            busy = min(state.human, self.agents)
            flows.append((busy * self.human_per_h, GateState(state.human - 1)))
        return Consequence(self.wait_cost_per_h * max(0, state.human - self.agents), flows)

    def rules(self) -> dict[str, Rule[GateState]]:
        """All to one side, by kind of need, or a human while few enough wait (thresholds)."""

        def until(most: int, kinds: Sequence[str]) -> Rule[GateState]:
            def rule(state: GateState, allowed: Sequence[str]) -> str:
                full = state.human - self.agents >= most
                return "bot" if full or state.asks not in kinds else "human"

            return rule

        hard = ("complex",)
        return {
            "all_bot": prefer("bot"),
            "simple_to_bot": until(self.places, hard),
            "human_if_idle": until(0, KINDS),
            "human_if_two_idle": until(-1, KINDS),
            "complex_if_idle": until(0, hard),
            **{f"complex_until_{most}_wait": until(most, hard) for most in (1, 2, 4)},
            "random": at_random,
        }
