"""The best channel for this customer, now: next-best-action by expected value."""

from __future__ import annotations

from policies.rules.valuing import ValuingRule
from sim.core.codes import BY_FIGURES
from sim.core.rules.book import Book


class BestChannel(ValuingRule):
    """The channel, hand-over or recovery with the highest expected value for customer and firm.

    Value = satisfaction × what a unit of this customer's mood is worth (value at risk) − cost; see
    ``sim.core.rules.channel_values``. Steering counts its effort, and that customers may refuse:
    with acceptance a, gain = a × (value there − value here − effort of steering) − (1 − a) × effort
    of refusal; nobody is steered for less than ``least_gain``. After a failure: recovery, message
    or offer where it pays, ``treatment_return`` times its cost. A leaver gets the offer whose
    expected saving exceeds its cost the most.
    """

    reads = frozenset({"profile", "loads"})

    def knowledge(self, book: Book) -> dict[str, float]:
        """Return that it knows nothing of what is hidden."""
        return {"knows": BY_FIGURES}
