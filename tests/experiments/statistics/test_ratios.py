"""Ratios of means."""

import math

import numpy as np
import pytest
from scipy import stats

from experiments.statistics import (
    ratio_of_means,
    ratio_pseudo_values,
)
from sim import InputError
from tests.support.draws import NAN, RNG


def test_ratio_of_means_pools_the_replications():
    result = ratio_of_means([1.0, 30.0], [10.0, 100.0])
    assert result.mean == pytest.approx(2 * 31 / 110 - (0.3 + 0.1) / 2)
    exact = ratio_of_means(2 * np.array([1.0, 5.0, 9.0]), [1.0, 5.0, 9.0])
    assert (exact.mean, exact.half_width) == pytest.approx((2.0, 0.0))


def test_ratio_interval_agrees_with_the_delta_method():
    rng = RNG(4)
    contacts = rng.normal(100, 10, 400)
    abandoned = 0.1 * contacts + rng.normal(0, 2, 400)
    result = ratio_of_means(abandoned, contacts)
    ratio = abandoned.sum() / contacts.sum()
    delta = np.std(abandoned - ratio * contacts, ddof=1) / contacts.mean() / 20
    assert result.mean == pytest.approx(ratio, rel=1e-3)
    assert result.half_width == pytest.approx(stats.t.ppf(0.975, 399) * delta, rel=0.02)


def test_ratio_with_undefined_parts():
    pseudo = ratio_pseudo_values([1.0, NAN, 2.0, 3.0], [10.0, 5.0, 20.0, 31.0])
    assert np.isnan(pseudo).tolist() == [False, True, False, False]
    assert ratio_of_means([1.0, 2.0, 3.0], [0.0, 0.0, 0.0]).n == 3
    assert math.isnan(ratio_of_means([1.0, 2.0, 3.0], [0.0, 0.0, 0.0]).mean)
    lone = ratio_of_means([1.0, 2.0], [4.0, 0.0])
    assert lone.mean == 0.75 and math.isnan(lone.low)
    assert ratio_of_means([1.0], [4.0]).low == -math.inf
    with pytest.raises(InputError, match="numerator and denominator"):
        ratio_of_means([1.0], [1.0, 2.0])
