"""Perfect information: a bound, not a policy that a firm could run."""

from __future__ import annotations

from typing import ClassVar

from policies.rules.best_channel import BestChannel


class Oracle(BestChannel):
    """The best channel for a decision maker who knows what is hidden (a bound, no advice).

    Sees the true intent, mood and churn rate, whether each channel would resolve this contact, and
    the customer's response to offers. One step ahead, so it bounds what better information is
    worth to ``best_channel``'s rule; it is no proof that nothing could do better.
    """

    reads = frozenset({"profile", "loads", "hidden"})
    bound: ClassVar[bool] = True
