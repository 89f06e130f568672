"""The area under the ROC curve against its definition, and its error against repetition."""

from __future__ import annotations

import numpy as np
import pytest

from sim.metrics.auc import auc


def test_the_area_is_the_share_of_pairs_in_order_with_ties_counted_half() -> None:
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 6, 200).astype(float)
    does = rng.random(200) < 0.3
    one, other = scores[does][:, None], scores[~does][None, :]
    by_pairs = float(((one > other) + 0.5 * (one == other)).mean())
    assert auc(scores, does).area == pytest.approx(by_pairs, abs=1e-12)


def test_a_perfect_score_has_area_one_and_no_error() -> None:
    found = auc(np.arange(10.0), np.arange(10) >= 7)
    assert (found.area, found.error, found.positive, found.negative) == (1.0, 0.0, 3, 7)
    assert found.interval() == (1.0, 1.0)


@pytest.mark.parametrize("does", [np.zeros(5, bool), np.ones(5, bool)])
def test_the_area_is_undefined_where_all_do_the_same(does: np.ndarray) -> None:
    found = auc(np.arange(5.0), does)
    assert np.isnan(found.area) and np.isnan(found.interval()[0])


def test_the_interval_covers_the_true_area_about_as_often_as_it_says() -> None:
    """Normal scores a standard deviation apart: Φ(1/√2) = 0.7602; 2,000 draws, ± 2.2 points."""
    rng, hits, draws = np.random.default_rng(7), 0, 2_000
    for _ in range(draws):
        does = np.arange(160) < 40
        low, high = auc(rng.normal(does * 1.0, 1.0), does).interval()
        hits += low <= 0.76025 <= high
    assert hits / draws == pytest.approx(0.945, abs=0.022)
