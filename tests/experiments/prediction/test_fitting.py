"""Fits and measures against what is known, and against scikit-learn where it is there."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from experiments.prediction.fitting import fit_logistic, fit_shares, fit_trust, measure

LUCK = np.random.default_rng(9)
X = np.column_stack([np.ones(4000), LUCK.normal(size=(4000, 2)) * [1.0, 20.0]])
TRUE = np.array([-1.0, 0.8, 0.05])
CHANCE = expit(X @ TRUE)
Y = (LUCK.random(4000) < CHANCE).astype(float)


def test_a_logistic_regression_finds_the_weights() -> None:
    weights = fit_logistic(X, Y, 0.0, free=1)
    # Standard errors are about .04, .04 and .002.
    assert weights == pytest.approx(TRUE, abs=4 * 0.04)
    residual = Y - expit(X @ weights)
    assert X.T @ residual == pytest.approx(np.zeros(3), abs=1e-6)  # the likelihood's own equations


def test_a_ridge_shrinks_all_but_the_constants_and_separation_ends() -> None:
    shrunk = fit_logistic(X, Y, 1000.0, free=1)
    free = fit_logistic(X, Y, 0.0, free=1)
    assert np.all(np.abs(shrunk[1:]) < np.abs(free[1:]))
    apart = fit_logistic(X[:, :2], (X[:, 1] > 0).astype(float), 1.0, free=1)
    assert np.isfinite(apart).all() and apart[1] > 3
    assert fit_logistic(np.ones((10, 1)), np.zeros(10), 1.0, free=1)[0] < -5


def test_measures_of_the_truth_and_of_its_distortions() -> None:
    true = measure(CHANCE, Y)
    assert (true.n, true.events) == (4000, int(Y.sum()))
    assert true.slope == pytest.approx(1.0, abs=4 * 0.04)
    bold = measure(expit(2 * (X @ TRUE)), Y)
    assert bold.slope == pytest.approx(true.slope / 2, rel=1e-6)
    assert bold.auc == true.auc  # the order is the same
    assert bold.brier > true.brier
    assert true.lift is not None and 1.5 < true.lift < 1 / Y.mean()


def test_the_area_is_the_share_of_pairs_in_the_right_order_ties_half() -> None:
    p, y = np.array([0.1, 0.4, 0.4, 0.8, 0.3]), np.array([0, 0, 1, 1, 1])
    pairs = [(a > b) + 0.5 * (a == b) for a in p[y == 1] for b in p[y == 0]]
    assert measure(p, y).auc == pytest.approx(np.mean(pairs))


def test_equal_chances_tell_nothing_apart() -> None:
    flat = measure(np.full(4000, Y.mean()), Y)
    assert (flat.auc, flat.slope) == (0.5, None)
    assert flat.lift == pytest.approx(1.0)
    none = measure(CHANCE, np.zeros(4000))
    assert (none.auc, none.lift, none.slope) == (None, None, None)


def test_what_goes_too_far_is_trusted_less() -> None:
    prior, labels = np.log([0.6, 0.4]), (LUCK.random(3000) < 0.4).astype(np.int64)
    honest = np.where(labels[:, None] == np.arange(2), 1.0, 0.0) * LUCK.normal(1, 2, (3000, 1))
    trust = fit_trust(prior, honest, labels)
    assert 0 < trust < 1
    assert fit_trust(prior, 4 * honest, labels) == pytest.approx(trust / 4, abs=1e-3)
    assert fit_trust(prior, LUCK.normal(size=(3000, 2)), labels) < 0.1


def test_shares_by_label_sum_to_one_and_know_no_never() -> None:
    counts = np.array([[8.0, 0.0], [0.0, 8.0], [6.0, 2.0]])
    shares = np.exp(fit_shares(counts, np.array([0, 1, 0]), 3))
    assert shares.sum(axis=1) == pytest.approx(np.ones(3))
    assert shares[0] == pytest.approx([15 / 18, 3 / 18])
    assert shares[2] == pytest.approx([0.5, 0.5])  # nobody had that label
    assert shares.min() > 0


def test_weights_are_those_of_what_is_true_where_labels_err() -> None:
    luck = np.random.default_rng(7)
    n, weights = 60_000, np.array([0.4, 1.2])
    x = np.column_stack([np.ones(n), luck.normal(size=n)])
    floor, ceiling = np.where(luck.random(n) < 0.5, 0.5, 0.1), 0.9
    true = luck.random(n) < expit(x @ weights)
    y = (luck.random(n) < np.where(true, ceiling, floor)).astype(float)
    naive = fit_logistic(x, y, 0.0, 1)
    fitted = fit_logistic(x, y, 0.0, 1, floor, ceiling)
    # Standard errors are .02 and .03; taken at their word the labels halve the slope.
    assert np.abs(fitted - weights).max() < 0.1
    assert naive[1] < 0.8
