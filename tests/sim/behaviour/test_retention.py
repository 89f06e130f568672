"""Churn clocks: pure functions against SciPy, simulated survival against theory."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.validation.theory.retention import hazard_survival, sbg_survival
from sim import Scenario, World
from sim.behaviour import retention as r
from sim.population.draws import TRAIT_CHURN_THRESHOLD
from sim.population.streams import stream_key, uniforms
from sim.register.register import Departure
from sim.units import DAY_S, MONTH_S
from tests.support.worlds import desk, table

ALPHA, BETA = 0.668, 3.806  # a cohort's fit in Fader & Hardie (2007)
Z = 3.5  # two-sided 99.95 % of a normal error


@given(st.floats(0.1, 20), st.floats(0.1, 20), st.floats(0.001, 0.999))
def test_base_logit_is_the_betas_quantile(alpha: float, beta: float, u: float) -> None:
    theta = np.clip(stats.beta(alpha, beta).ppf(u), 1e-12, 1 - 1e-12)
    assert r.base_logit(alpha, beta, u) == pytest.approx(math.log(theta / (1 - theta)), abs=1e-6)


@given(st.floats(-8, 8), st.floats(0, 3), st.floats(-3, 3))
def test_hazard_and_probability_of_a_renewal_agree(base: float, effect: float, mood: float) -> None:
    p = r.renewal_probability(base, effect, mood)
    assert 1 - math.exp(-float(r.renewal_hazards(base, effect, mood))) == pytest.approx(p)
    assert r.renewal_probability(base, effect, mood + 0.5) <= p
    assert r.renewal_probability(base, 0.0, mood) == pytest.approx(1 / (1 + math.exp(-base)))


@given(st.floats(0, 1e-4), st.floats(0, 3), st.floats(-3, 3))
def test_a_better_mood_never_raises_the_hazard(base: float, effect: float, mood: float) -> None:
    assert r.hazard_rate(base, effect, mood + 0.1) <= r.hazard_rate(base, effect, mood)
    assert r.hazard_rate(base, effect, 0.0) == base


@given(st.lists(st.floats(-3, 3), min_size=1), st.floats(-8, 8), st.floats(0, 3))
def test_plurals_give_what_singulars_give(moods: list[float], base: float, effect: float) -> None:
    many = np.array(moods)
    assert r.hazard_rates(abs(base), effect, many) == pytest.approx(
        [r.hazard_rate(abs(base), effect, mood) for mood in moods], rel=1e-14
    )
    assert 1 - r.renewal_survivals(base, effect, many) == pytest.approx(
        [r.renewal_probability(base, effect, mood) for mood in moods], abs=1e-15
    )


@given(st.floats(1e-9, 0.999))
def test_a_probability_its_odds_and_its_hazard_are_one(p: float) -> None:
    assert r.renewal_probability(r.log_odds(p), 1.0, 0.0) == pytest.approx(p)
    assert float(r.renewal_hazards(r.log_odds(p), 1.0, 0.0)) == pytest.approx(r.hazard_of(p))


def test_odds_beyond_all_bounds_do_not_overflow() -> None:
    assert r.renewal_probability(0.0, 10.0, 200.0) == 0.0
    assert r.renewal_probability(0.0, 10.0, -200.0) == 1.0
    assert 0 < r.renewal_probability(0.0, 1.0, 705.0) < 1e-300


def _firm(customers: int, retention: dict[str, object], segment: dict[str, object]) -> Scenario:
    """A firm whose customers have no needs and so no moods."""
    everyone = {"preference": {"phone": 1}, "share": 1.0, **segment}
    return desk(
        0.0,
        {"mean_s": 60.0},
        population={"customers": customers},
        segments={"all": everyone},
        retention=retention,
    )


def _departures(world: World) -> np.ndarray:
    left = np.array(world.customers.left_s)
    return np.where(left < 0, np.inf, left)


def test_contractual_clock_is_shifted_beta_geometric() -> None:
    """Yearly renewals on one date, no effect of mood: survivors within binomial error."""
    n, years = 20_000, 6
    scenario = _firm(
        n,
        {
            "clock": "contractual",
            "period_days": 365,
            "spread_renewals": False,
            "mood_effect": 0.0,
            "announced_share": 0.0,
        },
        {"renewal": {"alpha": ALPHA, "beta": BETA}},
    )
    world = World(scenario, seed=5).run(years * 365 * DAY_S + 1)
    left = _departures(world)
    at = np.arange(1, years + 1)
    alive = np.array([(left > year * 365 * DAY_S).sum() for year in at])
    expected = sbg_survival(at, ALPHA, BETA)
    error = np.sqrt(expected * (1 - expected) / n)
    assert (np.abs(alive / n - expected) < Z * error).all()
    assert set(np.unique(left[np.isfinite(left)] % (365 * DAY_S))) == {0.0}


def test_spread_renewals_fall_evenly_and_once_a_period() -> None:
    retention = {"clock": "contractual", "period_days": 10, "mood_effect": 0.0}
    renewal = {"renewal": {"alpha": 50.0, "beta": 50.0}}
    world = World(_firm(6000, {**retention, "announced_share": 0.0}, renewal), seed=2)
    first = np.array(world.customers.renewal_day)
    assert stats.chisquare(np.bincount(first, minlength=11)[1:]).pvalue > 1e-3
    world.run(10 * DAY_S + 1)
    left = _departures(world)
    gone = np.isfinite(left)
    assert (left[gone] == first[gone] * DAY_S).all()
    assert gone.mean() == pytest.approx(0.5, abs=Z * math.sqrt(0.25 / 6000))


def test_hazard_clock_is_exponential() -> None:
    monthly, months, n = 0.2, 4, 8000
    scenario = _firm(n, {"clock": "hazard", "announced_share": 0.0}, {"hazard_per_month": monthly})
    left = _departures(World(scenario, seed=3).run(months * MONTH_S))
    at = np.linspace(0.25, months, 16)
    alive = np.array([(left > t * MONTH_S).mean() for t in at])
    expected = hazard_survival(at, [monthly])
    assert (np.abs(alive - expected) < Z * np.sqrt(expected * (1 - expected) / n)).all()
    seen = left[np.isfinite(left)] / MONTH_S
    assert (
        stats.kstest(seen, stats.truncexpon(months * monthly, scale=1 / monthly).cdf).pvalue > 0.01
    )


def test_each_leaves_when_their_own_hazard_reaches_their_own_threshold() -> None:
    scenario = _firm(500, {"clock": "hazard", "announced_share": 0.0}, {"hazard_per_month": 1.0})
    world = World(scenario, seed=3, replication=2).run(20 * DAY_S)
    u = uniforms(stream_key(3, 2), np.arange(500), 0, TRAIT_CHURN_THRESHOLD)
    due = -np.log(u) * MONTH_S
    expected = np.where(due < 20 * DAY_S, due, np.inf)
    assert _departures(world) == pytest.approx(expected)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_a_share_of_leavers_announces_it(share: float) -> None:
    scenario = _firm(1500, {"clock": "hazard", "announced_share": share}, {"hazard_per_month": 0.5})
    how = table(World(scenario, seed=1).run(30 * DAY_S), "churn")["how"]
    announced = (how == Departure.ANNOUNCED).mean()
    assert announced == pytest.approx(
        share, abs=Z * math.sqrt(share * (1 - share) / len(how)) + 1e-9
    )
    assert set(how.tolist()) <= {Departure.SILENT, Departure.ANNOUNCED}
