"""E-mail and phone in one team: whom does a freed agent serve?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from experiments.validation.optima.common import Flows, Parameters, at_random, prefer
from experiments.validation.optima.mdp import Consequence, Rule


class BlendState(NamedTuple):
    """busy: agents. waiting: callers. backlog: e-mails. asks: "" or "choice" (both wait)."""

    busy: int
    waiting: int
    backlog: int
    asks: str = ""


@dataclass(frozen=True)
class Blending(Parameters):
    """A freed agent takes a call or an e-mail; nobody idles while work waits; non-preemptive.

    Cost: caller waiting per hour, each abandonment, backlog per hour, each e-mail that finds the
    backlog full. Actions: "call", "mail". Source of the problem: Bhulai & Koole (2003), IEEE
    Transactions on Automatic Control 48(8) (who may also keep agents idle).
    """

    calls_per_h: float = 16.0
    mails_per_h: float = 9.0
    agents: int = 4
    service_per_h: float = 6.0
    patience_per_h: float = 5.0
    wait_cost_per_h: float = 42.0
    abandon_cost: float = 3.0
    backlog_cost_per_h: float = 12.0
    lost_mail_cost: float = 20.0
    places: int = 30
    most_backlog: int = 110
    discount: float | None = None

    @property
    def start(self) -> BlendState:
        """Nobody in the system."""
        return BlendState(0, 0, 0)

    def actions(self, state: BlendState) -> Sequence[str]:
        """Call or mail for an agent freed while both wait."""
        return ["call", "mail"] if state.asks else ["run"]

    def outcome(self, state: BlendState, action: str) -> Consequence[BlendState]:
        """The agent takes the work, or time runs."""
        busy, waiting, backlog, asks = state
        if asks:
            call = action == "call"
            taken = BlendState(busy + 1, waiting - call, backlog - (not call))
            return Consequence(0.0, [(1.0, taken)], timed=False)
        cost = waiting * (self.wait_cost_per_h + self.patience_per_h * self.abandon_cost)
        cost += backlog * self.backlog_cost_per_h
        flows: Flows[BlendState] = []
        if busy < self.agents:
            started = state._replace(busy=busy + 1)
            flows += [(self.calls_per_h, started), (self.mails_per_h, started)]
        else:
            if waiting < self.places:
                flows.append((self.calls_per_h, state._replace(waiting=waiting + 1)))
            else:
                cost += self.calls_per_h * self.abandon_cost
            if backlog < self.most_backlog:
                flows.append((self.mails_per_h, state._replace(backlog=backlog + 1)))
            else:
                cost += self.mails_per_h * self.lost_mail_cost
        if busy:
            flows.append((busy * self.service_per_h, _free(state._replace(busy=busy - 1))))
        if waiting:
            flows.append((waiting * self.patience_per_h, state._replace(waiting=waiting - 1)))
        return Consequence(cost, flows)

    def rules(self) -> dict[str, Rule[BlendState]]:
        """Calls or mail first, calls until the backlog passes a limit, longest queue, random."""

        def limit(most: int) -> Rule[BlendState]:
            return lambda state, allowed: "mail" if state.backlog > most else "call"

        def longest(state: BlendState, allowed: Sequence[str]) -> str:
            return "call" if state.waiting >= state.backlog else "mail"

        return {
            "calls_first": prefer("call"),
            "mail_first": prefer("mail"),
            **{f"mail_beyond_{most}": limit(most) for most in (2, 5, 10)},
            "longest_queue": longest,
            "random": at_random,
        }


def _free(state: BlendState) -> BlendState:
    if state.waiting and state.backlog:
        return state._replace(asks="choice")
    if state.waiting:
        return state._replace(busy=state.busy + 1, waiting=state.waiting - 1)
    if state.backlog:
        return state._replace(busy=state.busy + 1, backlog=state.backlog - 1)
    return state
