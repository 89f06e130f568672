"""Value at risk: hazard × lifetime value decides who is served first, and how."""

from __future__ import annotations

from pydantic import Field

from policies.core_rule import CoreRule
from policies.parameters import LogScaled
from policies.value.firm_figures import handle_s, human_resolution, staffed_in_s
from policies.value.knowing import (
    BY,
    OF_CHURN,
    OF_PREDICTOR,
    Customer,
    files_of,
    looks,
    predictor_for,
)
from policies.value.retention_value import RetentionValue
from sim.core.codes import RULE_VALUE_AT_RISK
from sim.core.rules.book import Book
from sim.scenario import Scenario


class ValueAtRisk(CoreRule):
    """Customers whose value is most at risk get people, first place in line, and recovery.

    Value at risk = churn rate (the segment's, or with ``customer: belief`` what a predictor says of
    this customer) × what the customer brings within ``horizon_months``. Dispatch: value at risk ×
    stakes ÷ handle time (a cμ rule whose cost is the value at risk), growing with the wait. Entry:
    customers whose value at risk is at least ``protect_above`` times the average customer's, and
    who turn to automation, are offered the open channel with people that resolves best, if its wait
    is at most ``protect_wait_s``. Wrap-up: recovery where what its uplift saves is worth
    ``recovery_return`` times its cost.
    """

    reads = frozenset({"loads", "candidates"})
    horizon_months: LogScaled = Field(
        24.0, ge=1.0, le=120.0, description="horizon of a customer's value"
    )
    protect_above: float = Field(
        1.5, ge=0.0, le=20.0, description="value at risk, relative to the average, that gets people"
    )
    protect_wait_s: float = Field(
        120.0,
        ge=0.0,
        le=3600.0,
        description="longest expected wait to which customers are protected",
    )
    recovery_return: LogScaled = Field(
        3.0, ge=0.1, le=20.0, description="value over cost that recovery must reach"
    )
    wait_scale_s: LogScaled = Field(
        300.0, ge=1.0, le=1e6, description="wait that doubles a customer's index"
    )

    customer: Customer = Field("segment", description=OF_CHURN)
    predictor: str = Field("", description=OF_PREDICTOR)

    def prepare(self, scenario: Scenario) -> None:
        """Tabulate values by segment, handle times and the people's resolution."""
        believed = "customer: belief" if self.customer == "belief" else ""
        self.fitted = predictor_for(scenario, self.predictor, believed)
        self.files = files_of(self.predictor)
        self.reads = type(self).reads | looks(beliefs=(self.customer,))
        self.value = RetentionValue(scenario, self.horizon_months)
        self.average = self.value.churn(-1, 0.0) * self.value.worth(-1, 0.0)
        intents, channels = list(scenario.intents), list(scenario.channels)
        self.stakes = [i.stakes for i in scenario.intents.values()]
        self.handle = [[max(1.0, handle_s(scenario, i, c)) for c in channels] for i in intents]
        self.resolution = [[human_resolution(scenario, i, c) for c in channels] for i in intents]
        self.staffed_in = [staffed_in_s(scenario, name) for name in channels]
        self.uplift, self.recovery_cost = scenario.recovery.uplift, scenario.recovery.cost

    def write(self, book: Book) -> int:
        """Add this rule to a book."""
        return book.rule(
            RULE_VALUE_AT_RISK,
            "value_at_risk_rules",
            decides=self.decides,
            reads=self.reads,
            retention=self.value.write(book),
            customer=BY[self.customer],
            protect_risk=self.protect_above * self.average,
            protect_wait_s=self.protect_wait_s,
            least_saved=self.recovery_return * self.recovery_cost,
            wait_scale_s=self.wait_scale_s,
            uplift=self.uplift,
            stakes=book.figures(self.stakes),
            handle_s=book.figures(self.handle),
            resolution=book.figures(self.resolution),
            staffed_in=book.figures(self.staffed_in),
        )

    entry = dispatch = wrap_up = CoreRule.by_rule
