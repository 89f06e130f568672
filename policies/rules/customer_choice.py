"""The customer decides: what most firms do, and the yardstick of the others."""

from __future__ import annotations

from policies.base import Policy
from sim.decisions.view import View


class CustomerChoice(Policy):
    """The channel that the customer has chosen; elsewhere the firm's default rule."""

    def entry(self, view: View) -> int:
        """Return the requested channel."""
        return view.default
