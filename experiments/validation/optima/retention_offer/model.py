"""Recovery and retention offers over a customer's moods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import ClassVar, NamedTuple

from experiments.validation.optima.common import Parameters, at_random, prefer
from experiments.validation.optima.mdp import Consequence, Rule
from sim.errors import InputError


class CustomerState(NamedTuple):
    """mood: level, 0 the lowest. asks: "", "failure" (a contact went wrong), "cancel", "gone"."""

    mood: int
    asks: str = ""


@dataclass(frozen=True)
class RetentionOffer(Parameters):
    """One customer's mood and churn; maximises discounted margin less treatments.

    A contact lifts the mood one level, or lowers it one with probability `fails` and then asks:
    nothing, recover, or an offer, each of which lifts the mood. The churn hazard is
    `churn_per_month` × exp(-`mood_effect` × level, from the middle). Who wants to leave calls: let
    go, or an offer that saves with the probability given and is paid if it does; who is saved keeps
    its lift less one level (the call itself was bad). Values are costs: minus the customer's value.
    Sources of the problem: Ascarza (2018), J. Marketing Research 55(1); Smith & Bolton (1998).
    """

    margin_per_month: float = 20.0
    contacts_per_month: float = 1.2
    fails: float = 0.4
    levels: int = 9
    churn_per_month: float = 0.06
    mood_effect: float = 0.35
    recover: tuple[int, float] = (2, 9.0)
    small: tuple[int, float, float] = (1, 6.0, 0.25)
    large: tuple[int, float, float] = (3, 45.0, 0.75)
    discount: float | None = 0.01
    probabilities: ClassVar[tuple[str, ...]] = ("fails",)

    def __post_init__(self) -> None:
        """Refuse negative parameters and improper probabilities."""
        super().__post_init__()
        for key in ("small", "large"):
            if getattr(self, key)[2] > 1:
                raise InputError(f"{key} must end with a probability, not {getattr(self, key)!r}")

    @property
    def start(self) -> CustomerState:
        """A new customer in the middle of the scale."""
        return CustomerState(self.levels // 2)

    def actions(self, state: CustomerState) -> Sequence[str]:
        """What may be answered to each event."""
        return {
            "failure": ["nothing", "recover", "small", "large"],
            "cancel": ["let_go", "small", "large"],
        }.get(state.asks, ["run"])

    def churn(self, mood: int) -> float:
        """Churn hazard per month at a level of mood."""
        return self.churn_per_month * exp(-self.mood_effect * (mood - self.levels // 2))

    def outcome(self, state: CustomerState, action: str) -> Consequence[CustomerState]:
        """The answer's effect, or time runs and margin comes in."""
        mood, asks = state
        if asks == "gone" or action == "let_go":
            return Consequence(0.0, [], timed=False)
        if asks == "cancel":
            lift, price, saves = self.small if action == "small" else self.large
            kept = CustomerState(self._level(self._level(mood + lift) - 1))
            return Consequence(saves * price, [(saves, kept)], timed=False)
        if asks:
            lift, price = {
                "nothing": (0, 0.0),
                "recover": self.recover,
                "small": self.small[:2],
                "large": self.large[:2],
            }[action]
            return Consequence(price, [(1.0, CustomerState(self._level(mood + lift)))], timed=False)
        contacts = self.contacts_per_month
        flows = [
            (contacts * (1 - self.fails), CustomerState(self._level(mood + 1))),
            (contacts * self.fails, CustomerState(self._level(mood - 1), "failure")),
            (self.churn(mood), CustomerState(mood, "cancel")),
        ]
        return Consequence(-self.margin_per_month, flows)

    def _level(self, mood: int) -> int:
        return min(max(mood, 0), self.levels - 1)

    def rules(self) -> dict[str, Rule[CustomerState]]:
        """Do nothing, offers on the cancel call, recover always or by risk, everything, random."""

        def at_risk(state: CustomerState, allowed: Sequence[str]) -> str:
            low = state.mood < self.levels // 2
            return ("recover" if "recover" in allowed else "large") if low else allowed[0]

        return {
            "nothing": prefer("nothing", "let_go"),
            "small_on_cancel": prefer("nothing", "small"),
            "large_on_cancel": prefer("nothing", "large"),
            "recover": prefer("recover", "let_go"),
            "recover_and_large": prefer("recover", "large"),
            "offers_always": prefer("small"),
            "by_risk": at_risk,
            "random": at_random,
        }
