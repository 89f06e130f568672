"""The paired bootstrap of a ratio: what it is, how often it covers, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest

from experiments.statistics import bootstrap_ratio
from sim import InputError


def test_a_constant_ratio_has_no_width() -> None:
    room = np.array([1.0, 2.0, 4.0, 5.0])
    found = bootstrap_ratio(0.25 * room, room)
    assert (found.mean, found.low, found.high, found.n) == (0.25, 0.25, 0.25, 4)


def test_the_same_values_give_the_same_interval_and_pairs_with_a_gap_are_left_out() -> None:
    rng = np.random.default_rng(2)
    gain, room = rng.normal(1, 1, 12), rng.normal(5, 1, 12)
    first = bootstrap_ratio(gain, room)
    assert first == bootstrap_ratio(gain, room)
    assert first == bootstrap_ratio([*gain, math.nan, 3.0], [*room, 4.0, math.nan])
    assert first.low < first.mean < first.high


@pytest.mark.parametrize("n", [8, 20])
def test_the_interval_covers_about_as_often_as_it_says(n: int) -> None:
    """A share of .3 of a room of 2 ± 1, gains correlated with it: 600 draws, ± 3 points."""
    rng, hits, draws = np.random.default_rng(n), 0, 600
    for _ in range(draws):
        room = 2.0 + rng.normal(0, 1.0, n)
        gain = 0.3 * room + rng.normal(0, 0.8, n)
        found = bootstrap_ratio(gain, room)
        hits += found.low <= 0.3 <= found.high
    assert hits / draws == pytest.approx(0.95, abs=0.03)


def test_too_little_says_so() -> None:
    assert bootstrap_ratio([1.0], [4.0]).low == -math.inf
    assert math.isnan(bootstrap_ratio([], []).mean)
    assert math.isnan(bootstrap_ratio([1.0, 2.0], [1.0, -1.0]).mean)


@pytest.mark.parametrize(
    ("gain", "room", "level"),
    [([1.0], [1.0, 2.0], 0.95), ([1.0, 2.0], [1.0, math.inf], 0.95), ([1.0], [1.0], 1.0)],
)
def test_bad_input_is_refused(gain: list[float], room: list[float], level: float) -> None:
    with pytest.raises(InputError):
        bootstrap_ratio(gain, room, level)
