"""Rules that take what is worth most: what `best_channel` and `oracle` share."""

from __future__ import annotations

from statistics import NormalDist

from pydantic import Field

from policies.core_rule import CoreRule
from policies.parameters import LogScaled
from policies.value.expected_value import ExpectedValue, Weights
from policies.value.firm_figures import by_segment
from policies.value.retention_value import RetentionValue
from policies.value.typical import TypicalCustomers
from sim.core.codes import RULE_BEST_CHANNEL
from sim.core.rules.book import Book
from sim.scenario import Scenario

_GRID = [NormalDist().inv_cdf((k + 0.5) / 40) for k in range(40)]

NUMBERS = (
    *("satisfaction", "goodwill", "least_gain", "treatment_return", "steered", "refused"),
    *("uplift", "message_uplift", "recovery_cost", "message_cost", "double_failure"),
)
LISTS = (
    *("accepts", "sensitivity", "stakes", "prevents", "retry"),
    *("offer_strength", "offer_price", "offer_effect", "offer_saves", "offer_cost"),
)


class ValuingRule(CoreRule):
    """A rule that takes the action with the highest expected value for customer and firm.

    A subclass says what it knows of the customer: ``knowledge`` gives those fields of the rule's
    record (`sim.core.records.policies.BestChannelRule`).
    """

    horizon_months: LogScaled = Field(
        24.0, ge=1.0, le=120.0, description="horizon of a customer's value"
    )
    satisfaction: float = Field(
        1.0, ge=0.0, le=10.0, description="weight of retention in the value of satisfaction"
    )
    goodwill: float = Field(
        0.5, ge=0.0, le=100.0, description="money per unit of satisfaction beyond retention"
    )
    effort: float = Field(1.0, ge=0.0, le=5.0, description="weight of the customer's effort")
    labour: float = Field(
        0.75, ge=0.0, le=2.0, description="share of the wage that handle time costs"
    )
    others: float = Field(
        0.2, ge=0.0, le=20.0, description="weight of the delay to those already in line"
    )
    least_gain: float = Field(
        0.05, ge=0.0, le=100.0, description="expected gain below which nobody is steered"
    )
    treatment_return: LogScaled = Field(
        8.0, ge=0.1, le=50.0, description="value over cost that a treatment must reach"
    )

    def prepare(self, scenario: Scenario) -> None:
        """Tabulate values, acceptance of steering, and treatments."""
        self.value = RetentionValue(scenario, self.horizon_months)
        self.channels = ExpectedValue(scenario, Weights(self.labour, self.others, self.effort))
        self.typical = TypicalCustomers(scenario)
        self.accepts = self.typical.steered
        segments, channels = list(scenario.segments.values()), list(scenario.channels.values())
        self.sensitivity = by_segment([s.sensitivity for s in segments], scenario)
        self.stakes = [i.stakes for i in scenario.intents.values()]
        weight = self.effort * scenario.satisfaction.effort_weight
        self.steered = weight * scenario.choice.effort_of_steering
        self.refused = weight * scenario.choice.effort_of_refusal
        self.retry = [c.automation.retry_factor if c.automation else 0.0 for c in channels]
        self._treatments(scenario)

    def _treatments(self, scenario: Scenario) -> None:
        rules = scenario.recovery
        self.uplift, self.message_uplift = rules.uplift, rules.message_uplift
        self.recovery_cost, self.double_failure = rules.cost, rules.double_failure
        outbound = next((n for n, c in scenario.channels.items() if c.kind == "outbound"), None)
        self.message_cost = scenario.channels[outbound].cost_per_contact if outbound else 0.0
        self.prevents = [i.resolution.get(outbound or "", 0.0) for i in scenario.intents.values()]
        responses = [s.offer_response for s in scenario.segments.values()]
        offers = list(scenario.offers.values())
        self.offer_strength = [offer.strength for offer in offers]
        self.offer_price = [offer.cost for offer in offers]
        # By offer and segment: mean effect, probability that a call to leave is saved, cost.
        self.offer_effect: list[list[float]] = []
        self.offer_saves: list[list[float]] = []
        self.offer_cost: list[list[float]] = []
        for offer in offers:
            means = by_segment(responses, scenario)
            answers = [[mean + offer.response_sd * z for z in _GRID] for mean in means]
            self.offer_effect.append([offer.strength * mean for mean in means])
            self.offer_saves.append([_mean_saved(offer.strength, row) for row in answers])
            taken = [sum(r > 0 for r in row) / len(_GRID) for row in answers]
            self.offer_cost.append([offer.cost * share for share in taken])

    def knowledge(self, book: Book) -> dict[str, float]:
        """Return the fields of the record that say what is known of the customer."""
        raise NotImplementedError

    def write(self, book: Book) -> int:
        """Add this rule to a book."""
        return book.rule(
            RULE_BEST_CHANNEL,
            "best_channel_rules",
            decides=self.decides,
            reads=self.reads,
            values=self.channels.write(book),
            retention=self.value.write(book),
            typical=self.typical.write(book),
            **{name: getattr(self, name) for name in NUMBERS},
            **{name: book.figures(getattr(self, name)) for name in LISTS},
            **self.knowledge(book),
        )

    entry = escalation = wrap_up = cancel = CoreRule.by_rule
    action_values = CoreRule.values_by_rule


def _mean_saved(strength: float, responses: list[float]) -> float:
    """Return how probably an offer saves a leaver whose response is one of these."""
    return sum(max(0.0, min(1.0, strength * r)) for r in responses) / len(responses)
