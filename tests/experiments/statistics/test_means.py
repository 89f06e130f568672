"""Intervals and p-values of means and paired differences."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.statistics import (
    estimate,
    paired_difference,
)
from sim import InputError
from tests.support.draws import NAN, RNG

finite = st.floats(-1e6, 1e6, allow_nan=False)


def test_few_values_give_the_textbook_interval():
    values = [3.0, 5.0, 4.0, 7.0, 5.5]
    result = estimate(values, 0.9)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert (result.low, result.high) == pytest.approx((expected.low, expected.high))
    assert result.mean == pytest.approx(4.9) and result.n == 5


def test_values_without_skewness_give_the_textbook_interval():
    values = np.r_[np.arange(-10.0, 11.0)]
    result = estimate(values)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (result.low, result.high) == pytest.approx((expected.low, expected.high))


def test_interval_is_longer_towards_the_long_tail():
    values = RNG(1).gamma(1.0, size=30)
    result = estimate(values)
    assert result.high - result.mean > 1.2 * (result.mean - result.low)
    mirrored = estimate(-values)
    assert (mirrored.low, mirrored.high) == pytest.approx((-result.high, -result.low))


@given(st.lists(finite, min_size=3, max_size=40), finite)
def test_p_value_and_interval_agree(values, shift):
    result = paired_difference(np.array(values) + shift, np.zeros(len(values)))
    assert result.low <= result.high
    if abs(result.p - 0.05) > 1e-6:
        assert (result.p < 0.05) == (result.low > 0 or result.high < 0)


def test_paired_difference_gives_the_gain_of_common_random_numbers():
    shared, own = RNG(2).normal(0, 3, 4000), RNG(3).normal(0, 1, (2, 4000))
    result = paired_difference(shared + own[0], shared + own[1])
    assert result.variance_ratio == pytest.approx((9 + 1 + 9 + 1) / 2, rel=0.1)
    assert paired_difference(own[0], own[1]).variance_ratio == pytest.approx(1, rel=0.1)


def test_undefined_pairs_are_left_out_and_counted():
    result = paired_difference([1.0, NAN, 3.0, 5.0], [0.0, 1.0, NAN, 1.0])
    assert (result.n, result.mean) == (2, 2.5)
    assert estimate([NAN, 2.0, 4.0]).n == 2


def test_too_little_data_is_answered_honestly():
    none, one = estimate([]), estimate([7.0])
    assert none.n == 0 and math.isnan(none.mean) and math.isnan(none.low)
    assert (one.mean, one.low, one.high, one.half_width) == (7.0, -math.inf, math.inf, math.inf)
    assert paired_difference([1.0], [0.0]).p == 1.0
    assert math.isnan(paired_difference([1.0], [0.0]).variance_ratio)


def test_no_spread_gives_width_zero():
    same = paired_difference([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    assert (same.mean, same.low, same.high, same.p) == (0.0, 0.0, 0.0, 1.0)
    shifted = paired_difference([2.0, 3.0, 4.0], [1.0, 2.0, 3.0])
    assert (shifted.low, shifted.high, shifted.p) == (1.0, 1.0, 0.0)
    assert shifted.variance_ratio == math.inf
    assert estimate([0.1] * 7) == estimate([0.1] * 7) and estimate([0.1] * 7).low == 0.1


def test_rounding_is_not_an_effect():
    assert paired_difference([0.1 + 0.2] * 5, [0.3] * 5).p == 1.0


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([1.0, 2.0], [1.0], "2 and 1"),
        ([1.0, math.inf], [1.0, 2.0], "infinite"),
        ([[1.0], [2.0]], [1.0, 2.0], r"shape \(2, 1\)"),
        (["x", "y"], [1.0, 2.0], "numbers"),
    ],
)
def test_mistakes_are_refused(a, b, message):
    with pytest.raises(InputError, match=message):
        paired_difference(a, b)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, NAN])
def test_levels_outside_0_and_1_are_refused(level):
    with pytest.raises(InputError, match="level"):
        estimate([1.0, 2.0], level)
