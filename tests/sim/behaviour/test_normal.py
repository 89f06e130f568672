"""The normal quantile, written out: the very bits of the standard library's."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from sim.behaviour.normal import normal_quantile
from sim.population.draws import DRAW_HALF
from sim.population.streams import stream_key, uniforms

LIBRARY = NormalDist()
BORDERS = (0.075, 0.925, 0.5, math.exp(-25.0), 1 - math.exp(-25.0))
"""Where one approximation takes over from another, and the middle."""


def _beside(u: float) -> list[float]:
    return [math.nextafter(u, 0.0), u, math.nextafter(u, 1.0)]


def test_a_hundred_thousand_draws_and_their_tails_have_the_librarys_bits() -> None:
    drawn = uniforms(stream_key(1, 0), np.arange(100_000), 0, 0)
    tails = 10.0 ** -np.linspace(1, 15.9, 2_000)
    us = [*drawn.tolist(), *tails.tolist(), *(1 - tails).tolist()]
    us += [beside for border in BORDERS for beside in _beside(border)]
    us += [DRAW_HALF, 1 - DRAW_HALF]
    assert len(us) > 104_000 and min(us) > 0.0 and max(us) < 1.0
    assert [u for u in us if normal_quantile(u) != LIBRARY.inv_cdf(u)] == []


@pytest.mark.parametrize("u", [1e-300, 5e-324])
def test_it_holds_far_beyond_all_draws(u: float) -> None:
    assert normal_quantile(u) == LIBRARY.inv_cdf(u) < -30
