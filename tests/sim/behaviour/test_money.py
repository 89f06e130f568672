"""Money over time: discounting and lifetime values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate

from sim.behaviour import money as m


@given(st.floats(0, 1e8), st.floats(0, 1e8), st.floats(0, 1e-7))
def test_discounting(first: float, second: float, rate: float) -> None:
    split = m.annuity(first, rate) + m.discount_factor(first, rate) * m.annuity(second, rate)
    assert m.annuity(first + second, rate) == pytest.approx(split, rel=1e-6)
    assert m.annuity(first, 0.0) == first


def test_lifetime_value_is_the_expected_discounted_margin() -> None:
    margin, hazard, rate = 2.0, 0.03, 0.01
    value, _ = integrate.quad(lambda t: margin * math.exp(-(hazard + rate) * t), 0, np.inf)
    assert m.lifetime_value(margin, hazard, rate) == pytest.approx(value)
    assert m.lifetime_value(margin, 0.0, 0.0) == 0.0
    assert m.lifetime_value(np.array([2.0, 4.0]), 0.0, 0.0).tolist() == [0.0, 0.0]


@given(st.lists(st.floats(0, 1e8), min_size=1), st.floats(0, 1e-7))
def test_plurals_give_what_singulars_give(times: list[float], rate: float) -> None:
    many = np.array(times)
    alone = [m.annuity(t, rate) for t in times]
    assert m.annuities(many, rate) == pytest.approx(alone, rel=1e-14)
    factors = [m.discount_factor(t, rate) for t in times]
    assert m.discount_factors(many, rate) == pytest.approx(factors, rel=1e-14)
    by_rate = m.annuities(10.0, np.array([0.1, 0.2]))
    assert by_rate == pytest.approx([m.annuity(10.0, 0.1), m.annuity(10.0, 0.2)], rel=1e-14)
