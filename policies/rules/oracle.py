"""Perfect information: a bound, not a policy that a firm could run."""

from __future__ import annotations

from typing import ClassVar

from policies.rules.best_channel import BestChannel
from policies.value.expected_value import Case
from sim.decisions.view import CustomerView, View


class Oracle(BestChannel):
    """The best channel for a decision maker who knows what is hidden (a bound, no advice).

    Sees the true intent, mood and churn rate, whether each channel would resolve this contact, and
    the customer's response to offers. One step ahead, so it bounds what better information is
    worth to ``best_channel``'s rule; it is no proof that nothing could do better.
    """

    reads = frozenset({"profile", "loads", "hidden"})
    bound: ClassVar[bool] = True

    def per_mood(self, view: View, who: CustomerView) -> float:
        """Return the money that one unit of this customer's mood is worth, its churn known."""
        if view.hidden is None:
            return super().per_mood(view, who)
        rate = view.hidden.hazard_per_month
        kept = self.value.per_mood_at(who.segment, who.margin_per_month, rate)
        return self.satisfaction * kept + self.goodwill

    def case(self, view: View, who: CustomerView) -> Case:
        """Return the contact with outcomes instead of probabilities."""
        hidden = view.hidden
        if hidden is None:
            return super().case(view, who)
        right = self.channels.recognition
        case = super().case(view, who._replace(intent=hidden.intent))
        return case._replace(
            human=[1.0 if r else 0.0 for r in hidden.resolves],
            automated=[p if r else 0.0 for p, r in zip(right, hidden.resolves, strict=True)],
        )

    def offer(self, view: View, who: CustomerView, action: int) -> tuple[float, float, float]:
        """Return an offer's effect on this customer, whose response is known."""
        if view.hidden is None:
            return super().offer(view, who, action)
        strength, cost = self.offer_terms[self.act.target[action]]
        effect = strength * view.hidden.offer_response
        return effect, max(0.0, min(1.0, effect)), cost if effect > 0 else 0.0
