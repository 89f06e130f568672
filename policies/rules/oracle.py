"""Perfect information: bounds, not policies that a firm could run."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from policies.rules.valuing import ValuingRule
from sim.core.codes import BY_DICE, BY_FIGURES, BY_TRAITS
from sim.core.rules.book import Book


class Oracle(ValuingRule):
    """The best channel for a decision maker who knows what is hidden (a bound, no advice).

    ``knows: traits``: the true intent, segment, margin, mood and churn rate, the response to
    offers, and the true chances: of resolution by channel, of letting oneself be steered. It bounds
    what knowing customers is worth to ``best_channel``'s rule. ``knows: dice``: also what luck will
    make of these chances, whether each channel would resolve this contact and whether the customer
    would go there; it bounds luck too, which no analysis can foresee. One step ahead: neither is a
    proof that nothing could do better.
    """

    reads = frozenset({"loads", "hidden"})
    bound: ClassVar[bool] = True
    knows: Literal["traits", "dice"] = Field(
        "traits", description="what is known: customers and needs as they are, or also their luck"
    )

    def knowledge(self, book: Book) -> dict[str, float]:
        """Return what it knows of what is hidden."""
        return {
            "knows": BY_DICE if self.knows == "dice" else BY_TRAITS,
            "weighs_intents": False,
            "customer": BY_FIGURES,
            "believes_acceptance": False,
        }
