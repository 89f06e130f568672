"""What a customer's mood and stay are worth to the firm, in money."""

from __future__ import annotations

from math import log

from policies.value.firm_figures import by_segment
from sim.behaviour import (
    annuity,
    hazard_of,
    hazard_rate,
    log_odds,
    mean_churn,
    mood_decay,
    renewal_probability,
)
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
            p = [mean_churn(s.renewal.alpha, s.renewal.beta) for s in segments]
            spread = [
                (s.renewal.alpha + s.renewal.beta) / (s.renewal.alpha + s.renewal.beta + 1)
                for s in segments
            ]
            self._logit = [log_odds(x) for x in by_segment(p, scenario)]
            self._spread = by_segment(spread, scenario)
            self.rate = [hazard_of(x) / period_months for x in by_segment(p, scenario)]
            fade: float = mood_decay(rules.period_days, half_life_days)
            self._reach: float = fade**0.5 / (1 - fade)
        else:
            hazard = [s.hazard_per_month if on else 0.0 for s in segments]
            self.rate = by_segment(hazard, scenario)
            self._reach = half_life_days / DAYS_PER_MONTH / log(2)
        self._effect: float = rules.mood_effect if on else 0.0
        discount = scenario.money.discount_per_year / 12
        self.months = [annuity(horizon_months, rate + discount) for rate in self.rate]
        period = period_months if self.contractual else 1.0
        self._reach_of = [min(self._reach, months / period) for months in self.months]
        self.margin = by_segment([s.margin_per_month for s in segments], scenario)

    def worth(self, segment: int, margin_per_month: float) -> float:
        """Return the money that a customer brings within the horizon; the mean where unknown."""
        margin = margin_per_month if segment >= 0 else self.margin[-1]
        return margin * self.months[segment]

    def churn(self, segment: int, mood: float) -> float:
        """Return the churn rate a month at a mood (a probability per renewal if contractual)."""
        if self.contractual:
            return renewal_probability(self._logit[segment], self._effect, mood)
        return hazard_rate(self.rate[segment], self._effect, mood)

    def per_mood(self, segment: int, margin_per_month: float, mood: float) -> float:
        """Return what one unit of mood, given now, is worth.

        worth × Σ over the time in which the mood fades of -d churn / d mood. Contractual: logit
        p = base - effect × mood, so effect × p (1 - p) a renewal, scaled to the mean of a
        beta-distributed p; hazard: effect × rate. Half-lives turn sums into constants, which are at
        most the time that the customer stays: a mood that lasts is worth no more than that.
        """
        p = self.churn(segment, mood)
        spread = self._spread[segment] if self.contractual else 1.0
        return spread * self.per_mood_at(segment, margin_per_month, p)

    def per_mood_at(self, segment: int, margin_per_month: float, churn: float) -> float:
        """Return what one unit of mood is worth for a known churn rate (see ``churn``)."""
        slope = churn * (1 - churn) if self.contractual else churn
        return (
            self.worth(segment, margin_per_month) * self._effect * slope * self._reach_of[segment]
        )
