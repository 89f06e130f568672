"""The best channel for this customer, now: next-best-action by expected value."""

from __future__ import annotations

from pydantic import Field

from policies.rules.valuing import ValuingRule
from policies.value.knowing import (
    BY,
    OF_INTENT,
    OF_PREDICTOR,
    Customer,
    Intent,
    Known,
    files_of,
    looks,
    predictor_for,
)
from sim.core.codes import BY_FIGURES
from sim.core.rules.book import Book
from sim.scenario import Scenario


class BestChannel(ValuingRule):
    """The channel, hand-over or recovery with the highest expected value for customer and firm.

    Value = satisfaction × what a unit of this customer's mood is worth (value at risk) − cost; see
    ``sim.core.rules.channel_values``. Steering counts its effort, and that customers may refuse:
    with acceptance a, gain = a × (value there − value here − effort of steering) − (1 − a) × effort
    of refusal; nobody is steered for less than ``least_gain``. After a failure: recovery, message
    or offer where it pays, ``treatment_return`` times its cost. A leaver gets the offer whose
    expected saving exceeds its cost the most.

    What it knows of the customer: ``intent`` is taken for certain as guessed, or values are
    weighed by the probabilities of all intents. ``customer``: chances of resolution by channel are
    those of the segment; or believed, by a filter over the outcomes that signals tell of; or
    learned, by the scores of a ``predictor``. Who leaves is known of the segment, and by customer
    where there is a predictor. ``acceptance`` of steering is the segment's, or believed. Of whom no
    signals are seen, belief knows no more than the segment.
    """

    reads = frozenset({"loads"})
    intent: Intent = Field("certain", description=OF_INTENT)
    customer: Known = Field(
        "segment", description="chances and churn: the segment's, or as believed, or as learned"
    )
    acceptance: Customer = Field(
        "segment", description="acceptance of steering: the segment's, or as believed"
    )
    predictor: str = Field("", description=OF_PREDICTOR)

    def prepare(self, scenario: Scenario) -> None:
        """Tabulate as its kind does, and say what is looked at."""
        super().prepare(scenario)
        beliefs = self.customer, self.acceptance
        learned = "customer: learned" if self.customer == "learned" else ""
        self.fitted = predictor_for(scenario, self.predictor, learned)
        self.files = files_of(self.predictor)
        self.reads = type(self).reads | looks(intent=self.intent, beliefs=beliefs)

    def knowledge(self, book: Book) -> dict[str, float]:
        """Return what it goes by, nothing that is hidden."""
        return {
            "knows": BY_FIGURES,
            "weighs_intents": self.intent == "posterior",
            "customer": BY[self.customer],
            "believes_acceptance": self.acceptance == "belief",
        }
