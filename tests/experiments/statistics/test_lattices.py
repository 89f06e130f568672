"""Lattices and limits: shares are no certainties, intervals stay within what is possible."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.statistics import (
    Precision,
    StoppingRule,
    best_set,
    compare_all,
    estimate,
    paired_difference,
)
from tests.support.draws import RNG

STEP = 1 / 3000


@pytest.mark.parametrize("n", [2, 3, 5, 10, 30])
def test_ties_of_a_share_are_not_certainty(n):
    kept = np.full(n, 2990 / 3000)
    same = paired_difference(kept, kept, step=STEP)
    assert same.ties == same.n == n and same.p == 1.0
    spread = np.sqrt(max(STEP**2 / n, STEP**2 / 12) / n)
    assert same.high == -same.low == pytest.approx(stats.t.ppf(0.975, n - 1) * spread)
    found = paired_difference(np.full(n, 0.5), np.full(n, 0.5))
    assert (found.low, found.high) == (0.0, 0.0)


def test_a_claim_needs_three_replications():
    better, worse = np.array([0.9, 0.91, 0.92]), np.array([0.6, 0.61, 0.62])
    for n in (1, 2):
        values = {"a": worse[:n], "b": better[:n]}
        row = compare_all(values, "a", step=STEP)[0]
        assert (row.p, row.p_holm) == (1.0, 1.0)
        assert best_set(values, step=STEP).members == ("a", "b")
    assert np.isfinite(paired_difference(better[:2], worse[:2], step=STEP).low)
    values = {"a": worse, "b": better}
    assert compare_all(values, "a", step=STEP)[0].p_holm < 0.05
    assert best_set(values, step=STEP).members == ("b",)


def test_one_case_in_three_replications_proves_nothing():
    one_more = {"a": np.full(3, 0.5), "b": np.full(3, 0.5 + STEP)}
    assert compare_all(one_more, "a")[0].p_holm < 0.05  # without the lattice: certainty
    row = compare_all(one_more, "a", step=STEP)[0]
    assert row.low < 0 < row.high and row.p_holm > 0.05
    assert best_set(one_more, step=STEP).members == ("a", "b")


@given(
    st.integers(2, 30),
    st.sampled_from([(0.0, 1.0), (0.0, math.inf), (1.0, 5.0), (-math.inf, math.inf)]),
    st.integers(0, 2**32 - 1),
)
def test_intervals_stay_within_their_limits(n, within, seed):
    low, high = max(within[0], -10.0), min(within[1], 10.0)
    values = low + (high - low) * RNG(seed).beta(0.2, 0.2, n)
    found = estimate(values, within=within)
    assert within[0] <= found.low <= found.mean <= found.high <= within[1]
    assert found.mean == estimate(values).mean
    if within[0] == -math.inf:
        assert found == estimate(values)


def test_far_from_its_limits_an_interval_is_the_plain_one():
    values = RNG(3).normal(0.5, 0.001, 12)
    plain = estimate(values)
    share, wait = estimate(values, within=(0.0, 1.0)), estimate(values, within=(0.0, math.inf))
    for found in (share, wait):
        assert (found.low, found.high) == pytest.approx((plain.low, plain.high), rel=1e-5)


def test_on_a_limit_the_interval_is_the_exact_binomial_one():
    n, cases = 5, 3000
    none = estimate(np.zeros(n), step=1 / cases, within=(0.0, 1.0))
    exact = stats.binomtest(0, n * cases).proportion_ci(0.95)
    assert (none.mean, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(exact.high, rel=1e-3)
    every = estimate(np.ones(n), step=1 / cases, within=(0.0, 1.0))
    assert (every.low, every.high) == (pytest.approx(1 - exact.high, rel=1e-3), 1.0)
    assert estimate(np.zeros(n), within=(0.0, math.inf)).high == 0.0
    assert estimate([0.5], step=1 / cases, within=(0.0, 1.0)).low == -math.inf


def test_stopping_rule_knows_the_lattice():
    target = StoppingRule(targets=(Precision(metric="net", absolute=0.001),), minimum=2)
    tied = {"net": np.full(12, 0.5)}
    assert target.decide(tied).reached
    assert not target.decide(tied, {"net": 0.1}).stop
