"""Rules of thumb with thresholds: deflection, escalation, callback, recovery."""

from __future__ import annotations

from pydantic import Field

from policies.core_rule import CoreRule
from policies.parameters import LogScaled
from policies.value.firm_figures import resolving
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
from sim.core.codes import RULE_THRESHOLDS
from sim.core.rules.book import Book
from sim.scenario import Scenario


class Thresholds(CoreRule):
    """The rules that contact centres use, one threshold each.

    Entry: once the requested live channel's expected wait exceeds ``callback_wait_s`` a callback
    is offered; once it exceeds ``deflect_wait_s``, the digital channel that resolves the intent
    best, if that is at least ``least_resolution``. Escalation: to people if their wait is at most
    ``escalate_wait_s``, or for customers worth at least ``escalate_worth`` whatever the wait; else
    the dialogue goes on. Wrap-up: recovery where the estimated loss (what an unresolved contact's
    mood costs) exceeds ``recovery_loss`` times its cost; ``customer: belief`` takes the churn in it
    from a predictor.
    """

    reads = frozenset({"loads"})
    deflect_wait_s: float = Field(
        180.0,
        ge=0.0,
        le=3600.0,
        description="expected wait above which digital channels are offered",
    )
    least_resolution: float = Field(
        0.4, ge=0.0, le=1.0, description="resolution that a digital channel must reach"
    )
    callback_wait_s: float = Field(
        300.0, ge=0.0, le=7200.0, description="expected wait above which a callback is offered"
    )
    escalate_wait_s: float = Field(
        300.0,
        ge=0.0,
        le=7200.0,
        description="longest expected wait to which dialogues are handed over",
    )
    escalate_worth: float = Field(
        500.0, ge=0.0, le=1e6, description="customer's worth above which the wait does not matter"
    )
    recovery_loss: LogScaled = Field(
        3.0, ge=0.1, le=20.0, description="estimated loss over cost that earns recovery"
    )
    horizon_months: LogScaled = Field(
        24.0, ge=1.0, le=120.0, description="horizon of a customer's worth"
    )

    customer: Customer = Field("segment", description=OF_CHURN)
    predictor: str = Field("", description=OF_PREDICTOR)

    def prepare(self, scenario: Scenario) -> None:
        """Tabulate digital channels by intent, callbacks and values."""
        believed = "customer: belief" if self.customer == "belief" else ""
        self.fitted = predictor_for(scenario, self.predictor, believed)
        self.files = files_of(self.predictor)
        self.reads = type(self).reads | looks(beliefs=(self.customer,))
        index = {name: i for i, name in enumerate(scenario.channels)}
        relief = {index[c.of]: index[n] for n, c in scenario.channels.items() if c.of}
        self.callback = [relief.get(c, -1) for c in range(len(index))]
        digital = [n for n, c in scenario.channels.items() if c.digital or c.kind == "automated"]
        self.digital = resolving(scenario, digital, self.least_resolution)
        self.value = RetentionValue(scenario, self.horizon_months)
        rules = scenario.satisfaction
        gap = rules.initial_expectation - rules.unresolved
        self.loss = [i.stakes * gap for i in scenario.intents.values()]
        self.sensitivity = [s.sensitivity for s in scenario.segments.values()]
        self.sensitivity.append(1.0)
        self.least_loss = self.recovery_loss * scenario.recovery.cost

    def write(self, book: Book) -> int:
        """Add this rule to a book."""
        return book.rule(
            RULE_THRESHOLDS,
            "thresholds_rules",
            decides=self.decides,
            reads=self.reads,
            retention=self.value.write(book),
            customer=BY[self.customer],
            deflect_wait_s=self.deflect_wait_s,
            callback_wait_s=self.callback_wait_s,
            escalate_wait_s=self.escalate_wait_s,
            escalate_worth=self.escalate_worth,
            least_loss=self.least_loss,
            callback=book.figures(self.callback),
            digital=book.channels(self.digital),
            loss=book.figures(self.loss),
            sensitivity=book.figures(self.sensitivity),
        )

    entry = escalation = wrap_up = CoreRule.by_rule
