"""The filter of a chance's parts, against the exact posterior on a grid."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from sim.behaviour import filtering as f
from sim.behaviour.resolution import chance_given

Floats = npt.NDArray[np.float64]
INTERCEPT, SD, OTHER_SD = 0.4, 0.7, 0.9
CODING = (0.15, 0.1)  # failures coded as successes, and the reverse
GRID = np.linspace(-4.5, 4.5, 181)
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(31)
WEIGHTS = WEIGHTS / WEIGHTS.sum()

shares = st.floats(0.01, 0.99)
errors = st.floats(0.0, 0.3)


def outcomes_of(customers: int, outcomes: int) -> tuple[Floats, Floats]:
    """Return traits and coded outcomes: a part that stays, and one that is drawn each time."""
    luck = np.random.default_rng(12)
    trait = luck.normal(size=customers) * SD
    other = luck.normal(size=(customers, outcomes)) * OTHER_SD
    happened = luck.random(other.shape) < expit(INTERCEPT + trait[:, None] + other)
    e0, e1 = CODING
    coded = luck.random(other.shape) < np.where(happened, 1 - e1, e0)
    return trait, coded.astype(float)


def exact(coded: Floats) -> tuple[Floats, Floats]:
    """Return mean and variance of each customer's posterior, on a grid."""
    chance = expit(INTERCEPT + GRID[:, None] * SD + NODES * OTHER_SD) @ WEIGHTS
    seen = CODING[0] + (1 - sum(CODING)) * chance
    wins = coded.sum(axis=1)[:, None]
    log = wins * np.log(seen) + (coded.shape[1] - wins) * np.log(1 - seen) - GRID**2 / 2
    mass = np.exp(log - log.max(axis=1, keepdims=True))
    mass /= mass.sum(axis=1, keepdims=True)
    mean = mass @ GRID
    return mean * SD, (mass @ GRID**2 - mean**2) * SD**2


def filtered(coded: Floats) -> tuple[Floats, Floats]:
    """Return mean and variance of each customer's belief after all outcomes."""
    rows = []
    for outcomes in coded:
        mean, variance = 0.0, SD**2
        for seen in outcomes:
            whole = variance + OTHER_SD**2
            q = chance_given(INTERCEPT, mean, whole)
            step = f.pull(q, 1.0, *CODING, seen, whole)
            less = f.shrinkage(q, 1.0, *CODING, whole)
            mean, variance = mean + variance * step, variance - variance**2 * less
        rows.append((mean, variance))
    return np.array(rows)[:, 0], np.array(rows)[:, 1]


def test_the_filter_tells_customers_apart_as_well_as_the_exact_posterior() -> None:
    # 600 customers: a correlation of .76 is known to ±.035 (95%), the paired difference to ±.001.
    trait, coded = outcomes_of(600, 30)
    (best, best_variance), (mean, variance) = exact(coded), filtered(coded)
    told, told_best = (np.corrcoef(x, trait)[0, 1] for x in (mean, best))
    assert told_best > 0.7
    assert told > told_best - 0.002
    assert np.corrcoef(mean, best)[0, 1] > 0.999
    assert variance.mean() == pytest.approx(best_variance.mean(), rel=0.05)
    slope = np.polyfit(mean, trait, 1)[0]  # what is believed is meant: 1 is calibrated
    assert 0.85 < slope < 1.15


@given(shares, shares, errors, errors, st.floats(0.01, 5.0))
def test_a_success_moves_up_a_failure_down_and_on_average_nothing(
    q: float, heard: float, e0: float, e1: float, variance: float
) -> None:
    up, down = (f.pull(q, heard, e0, e1, seen, variance) for seen in (1.0, 0.0))
    chance = f.seen_chance(q, heard, e0, e1)
    assert up >= 0 >= down
    assert chance * up + (1 - chance) * down == pytest.approx(0, abs=1e-12)
    less = f.shrinkage(q, heard, e0, e1, variance)
    assert 0 <= less * variance < 1  # the variance of a part stays positive


def test_a_sure_outcome_teaches_nothing() -> None:
    assert f.pull(1.0, 1.0, 0.0, 0.0, 1.0, 1.0) == f.shrinkage(0.0, 1.0, 0.0, 0.0, 1.0) == 0


@given(shares, shares, errors, errors)
def test_what_was_seen_says_how_probably_it_was_a_success(
    q: float, heard: float, e0: float, e1: float
) -> None:
    chance = f.seen_chance(q, heard, e0, e1)
    after = [f.was_success(q, heard, e0, e1, seen) for seen in (1.0, 0.0)]
    assert chance * after[0] + (1 - chance) * after[1] == pytest.approx(heard * q, abs=1e-12)
