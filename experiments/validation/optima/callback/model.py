"""Offer a callback to who meets a queue, and whom to serve when an agent is free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from experiments.validation.optima.common import Flows, Parameters, at_random, prefer
from experiments.validation.optima.mdp import Consequence, Rule


class CallbackState(NamedTuple):
    """busy: agents. live: callers on hold. callbacks: promised. asks: "", "entry" or "dispatch"."""

    busy: int
    live: int
    callbacks: int
    asks: str = ""


@dataclass(frozen=True)
class CallbackOffer(Parameters):
    """A callback may be offered to a caller who meets others on hold.

    An offer is accepted with probability `accepts`; who refuses holds. Agents never idle while
    someone waits. Cost: waiting per hour (live, callback), each abandonment, each accepted offer.
    Actions: "hold"/"offer" at entry, "live"/"callback" at dispatch. Source of the problem: Armony
    & Maglaras (2004), Operations Research 52(2).
    """

    arrivals_per_h: float = 38.0
    agents: int = 5
    service_per_h: float = 8.0
    patience_per_h: float = 6.0
    accepts: float = 0.6
    live_cost_per_h: float = 40.0
    callback_cost_per_h: float = 16.0
    abandon_cost: float = 15.0
    offer_cost: float = 1.0
    places: int = 45
    most_callbacks: int = 45
    discount: float | None = None
    probabilities: ClassVar[tuple[str, ...]] = ("accepts",)

    @property
    def start(self) -> CallbackState:
        """Nobody in the system."""
        return CallbackState(0, 0, 0)

    def actions(self, state: CallbackState) -> Sequence[str]:
        """Entry: hold, or offer while promises may be made; dispatch: whom to serve."""
        if not state.asks:
            return ["run"]
        if state.asks == "dispatch":
            return ["live", "callback"]
        return ["hold", "offer"] if state.callbacks < self.most_callbacks else ["hold"]

    def outcome(self, state: CallbackState, action: str) -> Consequence[CallbackState]:
        """The caller is placed or called, or time runs."""
        busy, live, callbacks, asks = state
        if asks:
            return self._answer(CallbackState(busy, live, callbacks), action)
        cost = live * (self.live_cost_per_h + self.patience_per_h * self.abandon_cost)
        cost += callbacks * self.callback_cost_per_h
        flows: Flows[CallbackState] = []
        if live:
            flows.append((self.arrivals_per_h, state._replace(asks="entry")))
            flows.append((live * self.patience_per_h, state._replace(live=live - 1)))
        elif busy < self.agents:
            flows.append((self.arrivals_per_h, state._replace(busy=busy + 1)))
        else:
            flows.append((self.arrivals_per_h, state._replace(live=1)))
        if busy:
            flows.append((busy * self.service_per_h, self._free(state._replace(busy=busy - 1))))
        return Consequence(cost, flows)

    def _free(self, state: CallbackState) -> CallbackState:
        if state.live and state.callbacks:
            return state._replace(asks="dispatch")
        if state.live:
            return state._replace(busy=state.busy + 1, live=state.live - 1)
        if state.callbacks:
            return state._replace(busy=state.busy + 1, callbacks=state.callbacks - 1)
        return state

    def _answer(self, state: CallbackState, action: str) -> Consequence[CallbackState]:
        busy, live, callbacks, _ = state
        held = state._replace(live=min(live + 1, self.places))
        lost = self.abandon_cost if live >= self.places else 0.0
        if action == "hold":
            return Consequence(lost, [(1.0, held)], timed=False)
        if action in ("live", "callback"):
            on_hold = action == "live"
            called = CallbackState(busy + 1, live - on_hold, callbacks - (not on_hold))
            return Consequence(0.0, [(1.0, called)], timed=False)
        promised = state._replace(callbacks=callbacks + 1)
        cost = self.accepts * self.offer_cost + (1 - self.accepts) * lost
        return Consequence(cost, [(self.accepts, promised), (1 - self.accepts, held)], timed=False)

    def rules(self) -> dict[str, Rule[CallbackState]]:
        """Never, always, or from a queue length on; live callers first unless named otherwise."""

        def from_queue(length: int) -> Rule[CallbackState]:
            def rule(state: CallbackState, allowed: Sequence[str]) -> str:
                if state.asks == "dispatch":
                    return "live"
                long = state.live + state.callbacks >= length
                return "offer" if long and "offer" in allowed else "hold"

            return rule

        return {
            "never": prefer("live", "hold"),
            "always": prefer("live", "offer"),
            "always_callbacks_first": prefer("callback", "offer"),
            **{f"from_{length}_waiting": from_queue(length) for length in (2, 3, 5, 8)},
            "random": at_random,
        }
