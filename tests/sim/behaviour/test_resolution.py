"""The chance of resolution: means stay as stated, nothing leaves 0 to 1, beliefs integrate."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import expit, logit

import sim.behaviour as b
from sim.scenario import load_scenario
from tests.support.worlds import firm

chances = st.floats(0.02, 0.98)
spreads = st.floats(0.0, 3.0)


def _normal(z: float) -> float:
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _mean(intercept: float, sd: float) -> float:
    return quad(lambda z: expit(intercept + sd * z) * _normal(z), -12, 12, epsabs=1e-12)[0]


@given(chances, spreads)
def test_the_mean_over_a_spread_is_the_figure_stated(p: float, sd: float) -> None:
    intercept = b.intercept_for(p, sd)
    assert _mean(intercept, sd) == pytest.approx(p, abs=1e-9)
    assert float(b.mean_chances(intercept, sd)) == pytest.approx(p, abs=1e-9)
    assert abs(intercept) >= abs(logit(p)) - 1e-9


@pytest.mark.parametrize("sd", [0.4, 1.0, 1.5, 2.5])
def test_intercepts_agree_with_gauss_hermite(sd: float) -> None:
    nodes, weights = np.polynomial.hermite_e.hermegauss(64)
    stated = np.linspace(0.02, 0.98, 49)
    means = [expit(a + sd * nodes) @ weights for a in b.intercepts_for(stated, sd)]
    assert np.array(means) / math.sqrt(2 * math.pi) == pytest.approx(stated, abs=1e-6)


def test_without_a_spread_the_intercept_is_the_logit() -> None:
    for p in (0.02, 0.5, 0.9):
        assert b.intercept_for(p, 0.0) == b.log_odds(p)
        assert b.resolution_chance(b.intercept_for(p, 0.0), 0.0) == pytest.approx(p, abs=1e-15)


@given(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4), st.floats(0, 100))
def test_never_and_always_stay_and_chances_are_chances(x: float, shift: float, v: float) -> None:
    for p in (0.0, 1.0):
        intercept = b.intercept_for(p, 1.3)
        assert b.resolution_chance(intercept, shift) == p
        assert b.chance_given(intercept, shift, v) == p
        assert float(b.mean_chances(intercept, 1.3, shift)) == p
    assert 0 <= b.resolution_chance(x, shift) <= 1
    assert 0 <= b.chance_given(x, shift, v) <= 1


@given(st.floats(-6, 6), st.floats(0, 2))
def test_a_belief_expects_the_integral(intercept: float, sd: float) -> None:
    assert b.chance_given(intercept, 0.0, sd * sd) == pytest.approx(_mean(intercept, sd), abs=0.011)
    assert b.chance_given(intercept - 0.4, 0.4, sd * sd) == pytest.approx(
        b.chance_given(intercept, 0.0, sd * sd)
    )


def test_skill_has_the_slope_of_the_share_at_one_half() -> None:
    """At a chance of .5 the log-odds 2 (skill − .5) rise as fast as chance × (.5 + skill)."""

    def chance(skill: float) -> float:
        return b.resolution_chance(b.intercept_for(0.5, 0.0), 2.0 * (skill - 0.5))

    assert chance(0.5) == 0.5
    assert (chance(0.51) - chance(0.49)) / 0.02 == pytest.approx(0.5, abs=1e-4)
    assert load_scenario("telco").lasting.skill_effect == 2.0


@pytest.mark.parametrize(("skill", "skill_sd"), [(0.5, 0.0), (0.8, 0.15), (0.95, 0.3)])
def test_means_over_skills(skill: float, skill_sd: float) -> None:
    intercept, z = b.intercept_for(0.7, 1.2), np.random.default_rng(3).normal(size=(2, 400_000))
    skills = np.clip(skill + skill_sd * z[0], 0, 1)
    drawn = expit(intercept + 2.0 * (skills - 0.5) + 1.2 * z[1])
    error = drawn.std() / math.sqrt(drawn.size)
    mean = b.mean_over_skills(intercept, 1.2, 2.0, skill, skill_sd)
    assert mean == pytest.approx(drawn.mean(), abs=4 * error)


@given(chances, chances, st.floats(0.1, 2.5))
def test_who_failed_once_is_rescued_less_often(p: float, q: float, sd: float) -> None:
    first, second = b.intercept_for(p, sd), b.intercept_for(q, sd)
    rescued = b.mean_rescue(first, second, sd)
    exact = quad(
        lambda z: (1 - expit(first + sd * z)) * expit(second + sd * z) * _normal(z), -12, 12
    )[0]
    assert rescued == pytest.approx(exact, abs=1e-7)
    assert rescued < (1 - p) * q
    assert b.mean_rescue(first, second, 0.0) == pytest.approx((1 - expit(first)) * expit(second))


@given(st.floats(-1, 1), st.floats(0, 1), st.lists(st.booleans(), max_size=20))
def test_habits_stay_between_their_ends(level: float, rate: float, good: list[bool]) -> None:
    for outcome in good:
        after = b.habit_after(level, outcome, rate)
        assert after >= level - 1e-15 if outcome else after <= level + 1e-15
        assert after - level == pytest.approx(rate * ((1 if outcome else -1) - level))
        level = after
    assert -1 <= level <= 1
    assert b.pull_of(level, 2.0) == pytest.approx(math.exp(2 * level))
    assert 0 < b.pull_of(-9.0, 100.0) < b.pull_of(9.0, 100.0) < math.inf


def test_switches_turn_spreads_off() -> None:
    lasting = {
        **{"difficulty_sd": 1.0, "people_difficulty": 0.5, "need_channel_sd": 0.6},
        **{"fit_sd": 0.7, "ability_sd": 0.8, "ability_learning": 0.1},
        **{"acceptance_sd": 1.2, "acceptance_learning": 0.3, "habit_weight": 1.0},
    }
    on = b.Spreads(firm(lasting=lasting))
    assert on.automation == pytest.approx(math.sqrt(1.0 + 0.36 + 0.49 + 0.64))
    assert on.people == pytest.approx(math.sqrt(0.25 + 0.36 + 0.49))
    assert on.learning
    switches = ("difficulty", "channel_fit", "ability", "lasting_acceptance", "habits")
    off = b.Spreads(firm(lasting=lasting, mechanisms=dict.fromkeys(switches, False)))
    assert not off.learning
    assert off.automation == off.people == off.acceptance == off.habit_weight == 0
    needs = b.Spreads(firm(lasting=lasting, mechanisms={"difficulty": False}))
    assert needs.automation == pytest.approx(math.sqrt(0.49 + 0.64))
