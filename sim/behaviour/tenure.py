"""How churn is spread among customers: tenure, and the mean that drift and sleep must not change.

Contractual: each renewal ends a contract with the customer's own probability θ ~ beta(α, β), so the
share S(t) = B(α, β + t) / B(α, β) of a cohort survives t renewals (shifted-beta-geometric, Fader &
Hardie 2007). In a base that new customers have joined evenly, tenure T has probability ∝ S(T), and
of those who stayed θ ~ beta(α, β + T): exact while drift, sleep and moods are off. Over all tenures
up to the longest, θ then has a density ∝ θ^(α-2) (1 - θ)^(β-1) (1 - (1 - θ)^(longest + 1)). Leave-
any-time clocks know no tenure: with a rate that does not fall, those who stayed are like the new.

Drift and sleep are spread around the stated churn: a correction c of the base, in log-odds, keeps
its mean at mood 0.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, expm1, floor, log, sqrt
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import betaln, digamma, expit, polygamma

from sim.behaviour.retention import churn_log_odds_of, log_odds, mean_churn, sleep_of
from sim.errors import InputError
from sim.scenario import Scenario
from sim.scenario.customers import Retention, Segment

Floats = npt.NDArray[np.float64]
YEAR_DAYS: Final = 365
HERMITE: Final = 64  # nodes over the drift
LOGITS: Final = 801  # nodes over the base
TAIL: Final = 40.0  # beyond, exp(-TAIL) of a density is left
SMALLEST, LARGEST = 1e-6, 1e9  # betas that are tried


class ChurnLaw(NamedTuple):
    """How churn is spread among a segment's customers.

    ``alpha``, ``beta``: of a renewal's probability among new customers; ``tenures``: probability of
    each tenure; ``correction``: what is added to the base, in log-odds; ``mean``: mean churn at
    mood 0, a renewal or month; ``mean_log_odds``: mean of the log-odds at mood 0, on the hazard
    clock less those of the base; ``spread``: mean of p (1 - p) against that of the mean.
    """

    alpha: float
    beta: float
    tenures: tuple[float, ...]
    correction: float
    mean: float
    mean_log_odds: float
    spread: float


class Unsettled(NamedTuple):
    """What is spread around a base: drift's standard deviation, share asleep, depth of sleep."""

    drift_sd: float
    sleeping_share: float
    sleep_depth: float

    @property
    def on(self) -> bool:
        """Whether anything is."""
        return self.drift_sd > 0 or self.sleeping_share * self.sleep_depth > 0


def unsettled(scenario: Scenario) -> Unsettled:
    """Return what a firm has of drift and sleep; nothing where switched off."""
    rules, on = scenario.retention, scenario.mechanisms
    there = on.churn and rules.clock != "none"
    asleep = rules.sleeping_share if there and on.sleepers else 0.0
    return Unsettled(rules.drift_sd if there and on.drift else 0.0, asleep, rules.sleep_depth)


def churn_laws(scenario: Scenario) -> list[ChurnLaw]:
    """Return how churn is spread, by segment.

    Raises:
        InputError: no renewal law has the retention that a segment states.
    """
    rules, around = scenario.retention, unsettled(scenario)
    if rules.clock != "contractual":
        return [_of_rate(s.hazard_per_month, around) for s in scenario.segments.values()]
    longest = longest_tenure(scenario)
    return [
        _of_renewals(s.renewal.alpha, _beta_of(name, s, rules, longest), longest, around)
        for name, s in scenario.segments.items()
    ]


def longest_tenure(scenario: Scenario) -> int:
    """Return how many renewals a customer may have survived before the start."""
    rules = scenario.retention
    stationary = rules.tenure == "stationary" and scenario.mechanisms.tenure
    return rules.longest_tenure if stationary and rules.clock == "contractual" else 0


def _of_rate(monthly: float, around: Unsettled) -> ChurnLaw:
    """Return the law of a leave-any-time rate: the mean of a lognormal times that of sleep."""
    c = 0.0
    if around.on:
        asleep = around.sleeping_share * -expm1(-around.sleep_depth)
        c = -(around.drift_sd**2 / 2 + log(1 - asleep))
    middle = -around.sleeping_share * around.sleep_depth
    return ChurnLaw(0.0, 0.0, (1.0,), c, monthly, middle, 1.0)


@lru_cache(maxsize=1024)
def _of_renewals(alpha: float, beta: float, longest: int, around: Unsettled) -> ChurnLaw:
    tenures = stationary_tenures(alpha, beta, longest)
    stayed = beta + np.arange(len(tenures), dtype=np.float64)
    mean = float(tenures @ (alpha / (alpha + stayed)))
    middle = float(digamma(alpha) - tenures @ digamma(stayed))
    c, spread = 0.0, _spread(alpha, stayed, tenures, mean)
    if around.on:
        c = churn_correction(alpha, beta, longest, around)
        middle += c - around.sleeping_share * around.sleep_depth
        p = _churn_at(c, *_spread_out(alpha, beta, longest, around))
        spread = float(p.weight @ (p.churn * (1 - p.churn))) / (mean * (1 - mean))
    return ChurnLaw(alpha, beta, tuple(tenures.tolist()), c, mean, middle, spread)


def _spread(alpha: float, stayed: Floats, tenures: Floats, mean: float) -> float:
    """Return E[θ (1 - θ)] / (m (1 - m)) of the mixture over tenures."""
    if len(tenures) == 1:
        whole = alpha + float(stayed[0])
        return whole / (whole + 1)
    total = alpha + stayed
    both = float(tenures @ (alpha * stayed / (total * (total + 1))))
    return both / (mean * (1 - mean))


# -- tenure --------------------------------------------------------------------------------------


def cohort_survival(alpha: float, beta: float, renewals: npt.ArrayLike) -> Floats:
    """Return the share of a cohort that survives so many renewals, shape of ``renewals``."""
    result: Floats = np.exp(betaln(alpha, beta + np.asarray(renewals)) - betaln(alpha, beta))
    return result


def stationary_tenures(alpha: float, beta: float, longest: int) -> Floats:
    """Return the probability of each tenure, 0 to ``longest``: ∝ S(T), shape (longest + 1,)."""
    if longest == 0:
        return np.ones(1)
    alive = cohort_survival(alpha, beta, np.arange(longest + 1))
    result: Floats = alive / alive.sum()
    return result


def share_kept(alpha: float, beta: float, longest: int, renewals: float) -> float:
    """Return the share of a base in force that survives so many renewals without effects.

    Between whole numbers of renewals (a year may hold twelve or thirteen) linearly.
    """
    first = floor(renewals)
    tenures = stationary_tenures(alpha, beta, longest)
    old = np.arange(longest + 1)
    before = betaln(alpha, beta + old)

    def kept(n: int) -> float:
        return float(tenures @ np.exp(betaln(alpha, beta + old + n) - before))

    return kept(first) + (renewals - first) * (kept(first + 1) - kept(first))


def renewals_of_a_year(rules: Retention) -> float:
    """Return how many renewals a contract meets in a year, on the mean where they are spread."""
    mean = YEAR_DAYS / rules.period_days
    return mean if rules.spread_renewals else float(floor(mean))


def solved_beta(alpha: float, kept: float, longest: int, renewals: float) -> float:
    """Return the beta with which a base in force keeps a share over so many renewals.

    Raises:
        ValueError: none does.
    """

    def off(log_beta: float) -> float:
        return share_kept(alpha, exp(log_beta), longest, renewals) - kept

    low, high = log(SMALLEST), log(LARGEST)
    if off(low) > 0 or off(high) < 0:
        raise ValueError(f"no beta keeps {kept:g} over {renewals:g} renewals")
    found = brentq(off, low, high, xtol=1e-13)
    return exp(found)


def _beta_of(name: str, segment: Segment, rules: Retention, longest: int) -> float:
    renewal = segment.renewal
    if renewal.retention_12_months is None:
        return renewal.beta
    year = renewals_of_a_year(rules)
    try:
        return _solved(renewal.alpha, renewal.retention_12_months, longest, year)
    except ValueError as error:
        where = f"segments.{name}.renewal.retention_12_months"
        raise InputError(f"{where}: {error} (period_days {rules.period_days})") from None


_solved = lru_cache(maxsize=1024)(solved_beta)


# -- what drift and sleep would do to the mean -----------------------------------------------------


class _Spread(NamedTuple):
    """Log-odds and their probability, each of shape (n,)."""

    odds: Floats
    weight: Floats


class _Churn(NamedTuple):
    churn: Floats
    weight: Floats


def churn_correction(alpha: float, beta: float, longest: int, around: Unsettled) -> float:
    """Return what is added to log-odds so that the mean churn is that without drift and sleep.

    Solved by Brent's method to 1e-6 of the mean; expectations over the base by the trapezoid rule
    in log-odds, over the drift by Gauss–Hermite quadrature, over sleep exactly.
    """
    spread = _spread_out(alpha, beta, longest, around)
    tenures = stationary_tenures(alpha, beta, longest)
    means = [mean_churn(alpha, beta + t) for t in range(longest + 1)]
    mean = float(tenures @ np.array(means))

    def off(c: float) -> float:
        p = _churn_at(c, *spread)
        return float(p.weight @ p.churn) / mean - 1

    most = around.sleep_depth + 6 * around.drift_sd + around.drift_sd**2 + 1.0
    return float(brentq(off, -most, most, xtol=1e-9, rtol=1e-12))


def _churn_at(c: float, odds: Floats, weight: Floats) -> _Churn:
    return _Churn(expit(odds + c), weight)


def _spread_out(alpha: float, beta: float, longest: int, around: Unsettled) -> _Spread:
    """Return the log-odds of a base in force with drift and sleep, uncorrected."""
    base = base_spread(alpha, beta, longest)
    drift, weight = normal_nodes(around.drift_sd, HERMITE)
    share = around.sleeping_share
    sleep = np.array([0.0, sleep_of(around.sleep_depth, 1.0, 0.0)])
    odds = churn_log_odds_of(base.odds[:, None, None], 0.0, 0.0, drift[:, None], sleep)
    weights = base.weight[:, None, None] * weight[:, None] * np.array([1 - share, share])
    kept = weights.ravel() > 0
    return _Spread(odds.ravel()[kept], weights.ravel()[kept])


def normal_nodes(sd: float, n: int) -> tuple[Floats, Floats]:
    """Return nodes of a normal of a standard deviation and their probabilities, shape (n,) each.

    One node where it does not vary. Source: Gauss–Hermite quadrature.
    """
    if sd == 0.0:
        return np.zeros(1), np.ones(1)
    nodes, weights = np.polynomial.hermite_e.hermegauss(n)
    return sd * nodes, weights / weights.sum()


def base_spread(alpha: float, beta: float, longest: int) -> _Spread:
    """Return the distribution of the base's log-odds in a base in force, on an even grid.

    The trapezoid rule converges exponentially: the density is smooth and dies out on both sides.
    """
    sd = sqrt(float(polygamma(1, alpha) + polygamma(1, beta)))
    middle = log_odds(mean_churn(alpha, beta + longest / 2))
    low, high = middle - max(12 * sd, TAIL / alpha), middle + max(12 * sd, TAIL / beta)
    y = np.linspace(low, high, LOGITS)
    leaves, stays = -np.logaddexp(0.0, -y), -np.logaddexp(0.0, y)  # logs of θ and 1 - θ
    density = alpha * leaves + beta * stays
    if longest:
        # Σ over tenures of (1 - θ)^T, as a ratio that stays exact for small θ.
        density += np.log(np.expm1((longest + 1) * stays) / np.expm1(stays))
    weight = np.exp(density - density.max())
    return _Spread(y, weight / weight.sum())
