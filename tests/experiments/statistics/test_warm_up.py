"""Where a transient ends: MSER-5."""

import numpy as np
import pytest

from experiments.statistics import (
    mser5,
)
from sim import InputError
from tests.support.draws import NAN, RNG


def slow_start(n, rng, over=100):
    return rng.normal(0, 1, n) + np.maximum(0, 10 * (1 - np.arange(n) / over))


def test_mser5_finds_the_end_of_a_transient():
    result = mser5(slow_start(2000, RNG(6)))
    assert result.determined and 60 <= result.truncate <= 150 and result.truncate % 5 == 0


def test_mser5_is_the_smallest_standard_error_of_all_truncations():
    series = slow_start(300, RNG(7), over=40)
    means = series.reshape(60, 5).mean(axis=1)
    direct = [np.var(means[d:]) / (60 - d) for d in range(56)]
    result = mser5(series)
    assert result.truncate == 5 * int(np.argmin(direct))
    assert result.statistic == pytest.approx(min(direct))


def test_mser5_does_not_trust_the_second_half():
    result = mser5(np.r_[np.linspace(100, 0, 400), RNG(8).normal(0, 1, 50)])
    assert not result.determined and result.truncate is None
    assert result.minimum_at > 225 and "second half" in result.reason


def test_mser5_averages_replications_and_copes_with_gaps():
    rng = RNG(9)
    series = np.array([slow_start(1000, rng) for _ in range(8)])
    series[0, 500] = NAN
    assert 60 <= mser5(series).truncate <= 150
    series[:, 500] = NAN
    assert "without any value" in mser5(series).reason


def test_mser5_edges():
    assert mser5(np.full(100, 0.1)).truncate == 0
    assert "at least 50" in mser5(np.zeros(49)).reason
    assert mser5([]).truncate is None
    with pytest.raises(InputError, match="batch"):
        mser5(np.zeros(100), batch=0)
    with pytest.raises(InputError, match="shape"):
        mser5(np.zeros((2, 2, 2)))
