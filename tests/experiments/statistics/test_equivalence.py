"""Equivalence, of pairs and of two samples."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.statistics import (
    equivalent,
)
from sim import InputError
from tests.support.draws import NAN, RNG


@pytest.mark.parametrize("paired", [True, False])
def test_equivalence_is_shown_refuted_or_left_open(paired):
    a, b = RNG(15).normal(0, 1, (2, 200))
    assert equivalent(a, b, 1.0, paired=paired).verdict == "equivalent"
    assert equivalent(a + 2, b, 1.0, paired=paired).verdict == "different"
    assert equivalent(a, b - 2, 1.0, paired=paired).verdict == "different"
    assert equivalent(a + 1, b, 1.0, paired=paired).verdict == "undecided"


@given(st.integers(2, 30), st.floats(0, 3), st.floats(-4, 4), st.booleans())
def test_equivalence_interval_and_p_value_agree(n, tolerance, shift, paired):
    a, b = RNG(n).normal(0, 1, (2, n))
    result = equivalent(a + shift, b, tolerance, paired=paired)
    if abs(result.p - 0.05) > 1e-6:
        assert result.equivalent == (result.p < 0.05)


def test_welch_agrees_with_scipy():
    a, b = RNG(16).normal(0, 1, 12), RNG(17).normal(0.3, 3, 25)
    result = equivalent(a, b, 2.0, paired=False)
    lower = stats.ttest_ind(a, b - 2.0, equal_var=False, alternative="greater").pvalue
    upper = stats.ttest_ind(a, b + 2.0, equal_var=False, alternative="less").pvalue
    assert result.p == pytest.approx(max(lower, upper))
    expected = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.9)
    assert (result.low, result.high) == pytest.approx((expected.low, expected.high))
    assert (result.n_a, result.n_b) == (12, 25)


@pytest.mark.parametrize("paired", [True, False])
def test_equivalence_with_scarce_data(paired):
    one, two = np.ones(3), np.full(3, 2.0)
    same = equivalent(one, one, 0.0, paired=paired)
    assert (same.verdict, same.p) == ("equivalent", 0.0)
    assert equivalent(two, one, 1.0, paired=paired).equivalent
    assert equivalent(two, one, 0.5, paired=paired).verdict == "different"
    for n in (1, 2):
        for tolerance in (0.5, 5.0):
            found = equivalent(two[:n], one[:n], tolerance, paired=paired)
            assert (found.verdict, found.p) == ("undecided", 1.0)
    assert equivalent([], [], 5.0, paired=paired).verdict == "undecided"
    for tolerance in (-1.0, NAN, math.inf):
        with pytest.raises(InputError, match="tolerance"):
            equivalent([1.0], [1.0], tolerance, paired=paired)
    with pytest.raises(InputError, match="alpha"):
        equivalent([1.0], [1.0], 1.0, paired=paired, alpha=0.5)


def test_only_pairs_need_equal_lengths():
    assert equivalent([1.0, 1.1, 1.2], [1.0, 1.1, 0.9, 1.2], 5.0, paired=False).equivalent
    with pytest.raises(InputError, match="3 and 4"):
        equivalent([1.0, 1.1, 1.2], [1.0, 1.1, 0.9, 1.2], 5.0)
