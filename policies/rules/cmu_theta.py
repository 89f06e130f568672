"""The cμ/θ index of Atar, Giat & Shimkin (2010)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from policies.core_rule import CoreRule
from policies.parameters import ByIntent, LogScaled
from policies.value.firm_figures import handle_s, patience_s
from sim.core.codes import RULE_CMU_THETA
from sim.core.rules.book import Book
from sim.scenario import Scenario
from sim.units import HOUR_S


class CMuTheta(CoreRule):
    """The queue with the largest cμ/θ: cost of waiting × service rate ÷ abandonment rate.

    Asymptotically optimal for many-server queues with abandonment under overload (Atar, Giat &
    Shimkin 2010). μ = 1 ÷ handle time of intent and channel; θ = 1 ÷ patience of channel and
    intent, patience capped at ``longest_patience_s`` where customers never tire. c, the cost per
    customer and hour, is ``waiting_cost`` by intent; intents left out cost their stakes; times the
    margin when ``by_margin``. ``by_patience`` false gives the cμ rule (Cox & Smith 1961).
    """

    reads = frozenset({"candidates"})
    waiting_cost: ByIntent[Annotated[float, Field(ge=0.0, le=1e6)]] = Field(
        {}, description="c by intent; by default the stakes"
    )
    by_margin: bool = Field(True, description="multiply c by the customer's margin, where known")
    by_patience: bool = Field(True, description="divide by the abandonment rate θ")
    longest_patience_s: LogScaled = Field(
        3600.0, ge=1.0, le=1e6, description="cap of the mean patience"
    )
    live_first: bool = Field(True, description="live contacts before backlogs")

    def prepare(self, scenario: Scenario) -> None:
        """Tabulate the index by intent and channel, for a customer with margin 1."""
        self.mean_margin = sum(s.share * s.margin_per_month for s in scenario.segments.values())
        self.index: list[list[float]] = []
        for name, intent in scenario.intents.items():
            cost = self.waiting_cost.get(name, intent.stakes) / HOUR_S
            row = []
            for channel in scenario.channels:
                index = cost / max(1e-9, handle_s(scenario, name, channel))
                if self.by_patience:
                    index *= min(patience_s(scenario, name, channel), self.longest_patience_s)
                row.append(index)
            self.index.append(row)

    def write(self, book: Book) -> int:
        """Add this rule to a book."""
        return book.rule(
            RULE_CMU_THETA,
            "cmu_theta_rules",
            decides=self.decides,
            reads=self.reads,
            live_first=self.live_first,
            by_margin=self.by_margin,
            mean_margin=self.mean_margin,
            index=book.figures(self.index),
        )

    dispatch = CoreRule.by_rule
