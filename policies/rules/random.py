"""Any legal action, each equally likely: the floor under every other policy."""

from __future__ import annotations

from policies.base import Policy
from sim.decisions.view import View

_GOLDEN = 0.6180339887498949


class Random(Policy):
    """Any legal action with equal probability, from the contact's own addressed luck.

    The luck belongs to the contact, so the same customer draws the same under every strategy. One
    contact may need several decisions: each kind stretches the uniform by another factor and keeps
    the fraction, which is again uniform. An agent's choice has no contact; its luck comes from the
    time (Weyl sequence).
    """

    def decide(self, view: View) -> int:
        """Return a random legal action."""
        actions = view.actions
        if view.customer is None:
            luck = view.time_s * 1000 * _GOLDEN % 1.0
        else:
            luck = view.uniform * (1 + 1009 * view.kind) % 1.0
        return actions[int(luck * len(actions))]
