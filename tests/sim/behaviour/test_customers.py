"""Customer behaviour: the properties that the formulas promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import sim.behaviour as b

shares = st.floats(0, 1)
moods = st.floats(-3, 3)
uniforms = st.floats(2.0**-53, 1 - 2.0**-53)
weights = st.lists(st.one_of(st.just(0.0), st.floats(1e-3, 100)), min_size=1, max_size=8)


@given(weights, uniforms)
def test_choice_takes_a_channel_of_positive_weight(some: list[float], u: float) -> None:
    assume(sum(some) > 0)
    assert some[b.choose(b.cumulative(some), u)] > 0


@given(weights)
def test_choice_shares_are_the_weights(some: list[float]) -> None:
    assume(sum(some) > 0)
    steps = np.diff([0.0, *b.cumulative(some)])
    assert steps == pytest.approx(np.array(some) / sum(some), abs=1e-12)


def test_skill_moves_customers_to_digital_channels() -> None:
    preference, digital = [2.0, 1.0], [False, True]

    def shares_at(skill: float) -> list[float]:
        w = b.channel_weights(preference, [1.0, 3.0], digital, skill, 2.0)
        return [x / sum(w) for x in w]

    assert shares_at(0.5) == pytest.approx([0.4, 0.6])
    assert shares_at(0.9)[1] > shares_at(0.5)[1] > shares_at(0.1)[1]
    odds = [s[1] / s[0] for s in (shares_at(1.0), shares_at(0.0))]
    assert math.log(odds[0] / odds[1]) == pytest.approx(2.0)  # the logit's coefficient


@given(shares, shares)
def test_steering_is_accepted_with_the_product(segment: float, channel: float) -> None:
    assert b.steering_acceptance(segment, channel) == segment * channel


@given(st.floats(0, 1), st.floats(0, 1e6), st.floats(1, 1e5), shares, shares)
def test_effort_grows_with_the_wait_up_to_its_weight(
    base: float, wait: float, scale: float, weight: float, extra: float
) -> None:
    effort = b.contact_effort(base, wait, scale, weight, extra)
    assert base + extra <= effort <= base + extra + weight + 1e-12
    assert effort <= b.contact_effort(base, wait * 2, scale, weight, extra) + 1e-12
    assert b.contact_effort(base, 0.0, scale, weight, extra) == base + extra


def test_effort_at_one_scale() -> None:
    assert b.contact_effort(0.1, 240, 240, 0.4, 0.2) == pytest.approx(
        0.3 + 0.4 * (1 - math.exp(-1))
    )


def test_experience_falls_with_effort_and_tone() -> None:
    assert b.experience(0.5, 0.3, 2.0, 0.05) == pytest.approx(-0.15)
    assert b.tone_penalty(0.5, 0.5, 0.15) == 0
    assert b.tone_penalty(-0.5, 0.5, 0.15) == b.tone_penalty(0.5, -0.5, 0.15) == pytest.approx(0.15)


@given(st.floats(-2, 2), st.floats(-2, 2), shares)
def test_expectation_steps_towards_experience(expected: float, felt: float, rate: float) -> None:
    after = b.adapted(expected, felt, rate)
    assert min(expected, felt) - 1e-12 <= after <= max(expected, felt) + 1e-12
    assert after - felt == pytest.approx((1 - rate) * (expected - felt), abs=1e-12)


@given(moods, moods, st.floats(0.1, 3))
def test_mood_stays_within_its_limit(mood: float, gap: float, limit: float) -> None:
    after = b.mood_after(mood, gap, limit)
    assert -limit <= after <= limit
    if abs(mood + gap) < limit:
        assert after == mood + gap


@given(st.floats(0, 100), st.floats(0, 100), st.floats(1, 100))
def test_mood_decay_is_exponential(first: float, second: float, half_life: float) -> None:
    assert b.mood_decay(half_life, half_life) == 0.5
    whole = b.mood_decay(first + second, half_life)
    assert whole == pytest.approx(b.mood_decay(first, half_life) * b.mood_decay(second, half_life))


@given(st.floats(0.01, 1), shares)
def test_recontact_gives_the_figure_at_average_urgency(base: float, urgency: float) -> None:
    assert b.recontact_probability(base, 0.5) == pytest.approx(base)
    assert b.recontact_probability(base, 1.0) == 1.0
    p = b.recontact_probability(base, urgency)
    assert 0 <= p <= b.recontact_probability(base, min(1.0, urgency + 0.1)) <= 1


@given(shares, moods, st.floats(0, 2), uniforms)
def test_strong_feelings_answer_surveys_more_often(
    rate: float, gap: float, bias: float, u: float
) -> None:
    if b.survey_answers(rate, gap / 2, bias, u):
        assert b.survey_answers(rate, gap, bias, u)
    assert b.survey_answers(rate, gap, 0.0, u) == (u < rate)


@given(st.floats(-3, 3), st.floats(0, 3), st.floats(-4, 4))
def test_scores_stay_on_their_scales_and_point_the_right_way(
    felt: float, effort: float, z: float
) -> None:
    assert 1 <= b.csat(felt, 0.3, z) <= b.csat(felt + 0.5, 0.3, z) <= 5
    assert 0 <= b.nps(felt, 0.1, 0.3, z) <= b.nps(felt + 0.5, 0.1, 0.3, z) <= 10
    assert b.nps(felt, 0.0, 0.3, z) <= b.nps(felt, 0.5, 0.3, z)
    assert 1 <= b.ces(effort, 0.3, z) <= b.ces(effort + 0.5, 0.3, z) <= 7
