"""What a customer's mood and stay are worth to the firm, in money."""

from __future__ import annotations

from math import log

from policies.value.firm_figures import by_segment
from sim.behaviour import (
    annuity,
    churn_at_mood,
    churn_laws,
    hazard_of,
    log_odds,
    mood_decay,
    worth_of_mood,
)
from sim.core.rules.book import Book
from sim.scenario import Scenario
from sim.units import DAYS_PER_MONTH


class RetentionValue:
    """Values by segment, from the firm's own churn figures (index -1: segment not known).

    ``months[segment]``: the discounted months that a customer stays within ``horizon_months``,
    (1 - exp(-(h + d) T)) / (h + d), with churn rate h and discount rate d a month: the simple
    retention model (Gupta & Lehmann 2003) over a finite horizon. ``rate[segment]``: h.
    """

    def __init__(self, scenario: Scenario, horizon_months: float) -> None:
        rules = scenario.retention
        segments = list(scenario.segments.values())
        on = scenario.mechanisms.churn and rules.clock != "none"
        self.contractual = on and rules.clock == "contractual"
        period_months = rules.period_days / DAYS_PER_MONTH
        half_life_days = scenario.satisfaction.mood_half_life_days
        if self.contractual:
            laws = churn_laws(scenario)
            p = [law.mean for law in laws]
            self._base = [log_odds(x) for x in by_segment(p, scenario)]
            self._spread = by_segment([law.spread for law in laws], scenario)
            self.rate = [hazard_of(x) / period_months for x in by_segment(p, scenario)]
            fade: float = mood_decay(rules.period_days, half_life_days)
            self._reach: float = fade**0.5 / (1 - fade)
        else:
            hazard = [s.hazard_per_month if on else 0.0 for s in segments]
            self.rate = self._base = by_segment(hazard, scenario)
            self._spread = [1.0] * len(self.rate)
            self._reach = half_life_days / DAYS_PER_MONTH / log(2)
        self._effect: float = rules.mood_effect if on else 0.0
        discount = scenario.money.discount_per_year / 12
        self.months = [annuity(horizon_months, rate + discount) for rate in self.rate]
        period = period_months if self.contractual else 1.0
        self._reach_of = [min(self._reach, months / period) for months in self.months]
        self.margin = by_segment([s.margin_per_month for s in segments], scenario)

    def write(self, book: Book) -> int:
        """Add the segments' rows to a book of rules; return the number of the first."""
        rows = zip(self._base, self._spread, self.months, self._reach_of, self.margin, strict=True)
        names = ("base", "spread", "months", "reach", "margin")
        numbers = [
            book.add(
                "retentions",
                contractual=self.contractual,
                mood_effect=self._effect,
                **dict(zip(names, row, strict=True)),
            )
            for row in rows
        ]
        return numbers[0]

    def worth(self, segment: int, margin_per_month: float) -> float:
        """Return the money that a customer brings within the horizon; the mean where unknown."""
        margin = margin_per_month if segment >= 0 else self.margin[-1]
        return margin * self.months[segment]

    def churn(self, segment: int, mood: float) -> float:
        """Return the churn rate a month at a mood (a probability per renewal if contractual)."""
        return churn_at_mood(self.contractual, self._base[segment], self._effect, mood)

    def per_mood(self, segment: int, margin_per_month: float, mood: float) -> float:
        """Return what one unit of mood, given now, is worth.

        ``worth_of_mood``, scaled to the mean of a beta-distributed probability of churn where
        contractual. Half-lives turn sums over the time in which the mood fades into constants,
        which are at most the time that the customer stays: a mood that lasts is worth no more.
        """
        p = self.churn(segment, mood)
        return self._spread[segment] * self.per_mood_at(segment, margin_per_month, p)

    def per_mood_at(self, segment: int, margin_per_month: float, churn: float) -> float:
        """Return what one unit of mood is worth for a known churn rate (see ``churn``)."""
        worth, reach = self.worth(segment, margin_per_month), self._reach_of[segment]
        return worth_of_mood(self.contractual, worth, self._effect, churn, reach)
