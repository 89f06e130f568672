"""Tenure, solved betas and the correction of the base: against quadrature of another kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.special import digamma, expit, logit

from experiments.validation.theory.retention import renewed_base, sbg_survival
from sim import InputError, Scenario, load_scenario
from sim.behaviour import tenure as laws
from sim.behaviour.retention import hazard_rate, mean_churn, sleep_of
from tests.support.worlds import firm

SPREADS = [(0.8, 0.0), (0.0, 0.2), (0.8, 0.2), (2.0, 0.5)]
BASES = [(2.0, 120.0, 120), (0.7041, 25.3, 0), (0.668, 3.806, 24), (30.0, 90.0, 0)]


def mixture(f: Any, alpha: float, beta: float, longest: int) -> float:
    """Expectation of f(θ) in a base in force: by tenure, with the beta's quantiles (Gauss)."""
    tenures = np.arange(longest + 1)
    weights = sbg_survival(tenures, alpha, beta)
    nodes, mass = np.polynomial.legendre.leggauss(400)
    u, mass = (nodes + 1) / 2, mass / 2
    u, mass = u**6, mass * 6 * u**5  # more of the small probabilities
    means = [float(mass @ f(stats.beta(alpha, beta + t).ppf(u))) for t in tenures]
    return float(weights @ np.array(means) / weights.sum())


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("spread", SPREADS)
def test_drift_and_sleep_do_not_change_the_mean(
    base: tuple[float, float, int], spread: tuple[float, float]
) -> None:
    alpha, beta, longest = base
    longest = min(longest, 8)  # each tenure takes its quantiles
    sd, share = spread
    around = laws.Unsettled(sd, share, 1.5)
    c = laws.churn_correction(alpha, beta, longest, around)

    def churn(theta: Any) -> Any:
        odds = logit(theta) + c
        total = 0.0
        for asleep, weight in ((0.0, 1 - share), (1.0, share)):
            sleep = sleep_of(1.5, asleep, 0.0)
            if sd == 0:
                total = total + weight * expit(odds - sleep)
            else:
                x = np.linspace(-9, 9, 721)
                density = stats.norm.pdf(x) * (x[1] - x[0])
                total = total + weight * (expit(odds[:, None] + sd * x - sleep) @ density)
        return total

    mean = mixture(lambda theta: theta, alpha, beta, longest)
    assert mixture(churn, alpha, beta, longest) == pytest.approx(mean, rel=2e-5)
    uncorrected = mixture(lambda theta: expit(logit(churn(theta)) - c), alpha, beta, longest)
    assert abs(uncorrected / mean - 1) > 1e-3


def test_the_correction_is_solved_to_a_millionth() -> None:
    """With a point for a base, the mean is a plain integral."""
    alpha, beta = 4e7, 4e7 * 39  # churn 0.025, the same for all
    c = laws.churn_correction(alpha, beta, 0, laws.Unsettled(0.8, 0.2, 1.5))

    def inner(z: float) -> float:
        odds = np.log(1 / 39) + c + 0.8 * z
        return float(stats.norm.pdf(z) * (0.8 * expit(odds) + 0.2 * expit(odds - 1.5)))

    mean, _ = integrate.quad(inner, -10, 10, epsabs=1e-14, epsrel=1e-12)
    assert mean == pytest.approx(0.025, rel=1e-6)


@given(st.floats(0, 2), st.floats(0, 0.9), st.floats(0, 4))
@settings(max_examples=30)
def test_on_the_hazard_clock_the_correction_is_exact(sd: float, share: float, depth: float) -> None:
    scenario = firm(
        retention={
            "clock": "hazard",
            "drift_sd": sd,
            "sleeping_share": share,
            "sleep_depth": depth,
            "tenure": "stationary",
        }
    )
    law = laws.churn_laws(scenario)[0]
    z, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    base = law.mean * np.exp(law.correction)
    mean = sum(
        weight * w * hazard_rate(base, 1.0, 0.0, sd * x, sleep)
        for weight, sleep in ((1 - share, 0.0), (share, depth))
        for x, w in zip(z, weights, strict=True)
    )
    assert mean == pytest.approx(0.3, rel=1e-9)
    assert law.mean == 0.3 and law.tenures == (1.0,)  # no tenure where rates do not fall


@pytest.mark.parametrize("base", BASES)
def test_mean_and_spread_of_a_base_in_force(base: tuple[float, float, int]) -> None:
    alpha, beta, longest = base
    law = laws._of_renewals(alpha, beta, longest, laws.Unsettled(0.0, 0.0, 1.5))
    grid = laws.base_spread(alpha, beta, longest)
    theta = expit(grid.odds)
    assert law.mean == pytest.approx(grid.weight @ theta, rel=1e-9)
    assert law.mean_log_odds == pytest.approx(grid.weight @ grid.odds, abs=1e-9)
    both = grid.weight @ (theta * (1 - theta)) / (law.mean * (1 - law.mean))
    assert law.spread == pytest.approx(both, rel=1e-9)
    assert law.correction == 0.0
    if longest == 0:
        assert law.mean == mean_churn(alpha, beta)
        assert law.mean_log_odds == digamma(alpha) - digamma(beta)


def test_tenure_is_as_in_a_base_that_is_joined_evenly() -> None:
    """P(T) ∝ S(T): the shares after one more renewal, with new customers for those lost."""
    tenures = laws.stationary_tenures(2.0, 40.0, 400)
    stays = (40.0 + np.arange(401)) / (42.0 + np.arange(401))
    assert tenures[1:] == pytest.approx((tenures * stays)[:-1])


@pytest.mark.parametrize("tenure", ["new", "stationary"])
@pytest.mark.parametrize(("period", "spread"), [(30, True), (30, False), (365, True), (180, True)])
def test_beta_is_solved_for_the_share_that_stays_a_year(
    tenure: str, period: int, spread: bool
) -> None:
    retention = {"clock": "contractual", "period_days": period, "spread_renewals": spread}
    scenario = with_renewal(
        {"alpha": 2.0, "retention_12_months": 0.8}, {**retention, "tenure": tenure}
    )
    law = laws.churn_laws(scenario)[0]
    whole = 365 / period
    longest = 120 if tenure == "stationary" else 0
    some, more = renewed_base([int(whole), int(whole) + 1], 2.0, law.beta, longest)
    part = whole % 1 if spread else 0.0
    assert some + part * (more - some) == pytest.approx(0.8, abs=1e-9)
    assert len(law.tenures) == longest + 1


def with_renewal(renewal: dict[str, Any], retention: dict[str, Any]) -> Scenario:
    return firm(
        segments={"calm": {"renewal": renewal}, "hasty": {"renewal": renewal}}, retention=retention
    )


def test_a_retention_that_no_beta_has_is_refused() -> None:
    once = {"clock": "contractual", "period_days": 400, "spread_renewals": False}
    scenario = with_renewal({"alpha": 2.0, "retention_12_months": 0.8}, once)
    with pytest.raises(InputError, match=r"segments\.calm\.renewal\.retention_12_months"):
        laws.churn_laws(scenario)


def test_shipped_firms_have_laws() -> None:
    for name in ("telco", "bank", "helpdesk"):
        scenario = load_scenario(name)
        settled = not laws.unsettled(scenario).on
        for law in laws.churn_laws(scenario):
            assert 0 <= law.mean < 1 and (law.correction == 0.0) == settled
