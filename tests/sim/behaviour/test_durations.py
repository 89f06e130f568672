"""Durations against SciPy's distributions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from sim.behaviour import (
    duration_s,
    gamma_level,
    law,
    lognormal_mean,
    mean_s,
    normal_quantile,
    weibull_mean,
)
from sim.scenario.parts import Duration

GRID = np.linspace(0.0005, 0.9995, 401)
LARGEST = 1 - 2.0**-53


def _scipy(kind: str, mean: float, cv: float, shape: float) -> Any:
    if kind == "exponential":
        return stats.expon(scale=mean)
    if kind == "lognormal":
        sigma = math.sqrt(math.log1p(cv**2))
        return stats.lognorm(sigma, scale=mean / math.exp(sigma**2 / 2))
    return stats.weibull_min(shape, scale=mean / special.gamma(1 + 1 / shape))


@pytest.mark.parametrize("kind", ["exponential", "lognormal", "weibull"])
@pytest.mark.parametrize(("cv", "shape"), [(0.3, 0.7), (1.22, 2.5)])
def test_quantiles_are_scipys(kind: str, cv: float, shape: float) -> None:
    ours = law(Duration(kind=kind, mean_s=200.0, cv=cv, shape=shape))
    theirs = _scipy(kind, 200.0, cv, shape)
    assert theirs.mean() == pytest.approx(200.0)
    assert [duration_s(ours, u) for u in GRID] == pytest.approx(theirs.ppf(GRID), rel=1e-9)
    if kind == "lognormal":
        assert theirs.std() / theirs.mean() == pytest.approx(cv)


def test_normal_quantile_is_scipys() -> None:
    assert [normal_quantile(u) for u in GRID] == pytest.approx(stats.norm.ppf(GRID))


def test_short_draws_are_a_uniform_share_and_the_rest_keeps_its_law() -> None:
    mixed = law(Duration(kind="lognormal", mean_s=300.0, cv=1.0, short_share=0.2, short_mean_s=6.0))
    plain = law(Duration(kind="lognormal", mean_s=300.0, cv=1.0))
    assert [duration_s(mixed, u) for u in (0.05, 0.1, 0.1999)] == pytest.approx([3.0, 6.0, 11.994])
    for u in (0.01, 0.5, 0.99):
        assert duration_s(mixed, 0.2 + 0.8 * u) == pytest.approx(duration_s(plain, u))
    assert mixed.mean_s == pytest.approx(0.8 * 300 + 0.2 * 6)
    short, _ = integrate.quad(lambda u: duration_s(mixed, u), 1e-12, 0.2)
    long, _ = integrate.quad(lambda u: duration_s(mixed, u), 0.2 + 1e-12, 1 - 1e-12, limit=500)
    assert short + long == pytest.approx(mixed.mean_s, rel=1e-3)


def test_never_constant_and_degenerate() -> None:
    assert duration_s(law(Duration(kind="never")), 0.5) == math.inf
    assert duration_s(law(Duration(kind="constant", mean_s=7.0)), 0.1) == 7.0
    assert duration_s(law(Duration(kind="lognormal", mean_s=7.0, cv=0.0)), 0.9) == 7.0
    for kind in ("exponential", "lognormal", "weibull"):
        assert duration_s(law(Duration(kind=kind, mean_s=0.0)), 0.9) == 0.0


@given(
    st.sampled_from(["constant", "exponential", "lognormal", "weibull"]),
    st.floats(0, 1e5),
    st.floats(0, 3),
    st.floats(0.3, 5),
    st.sampled_from([0.0, 0.25]),
    st.one_of(st.none(), st.floats(0.01, 1e5)),
    st.lists(
        st.one_of(st.sampled_from([2.0**-53, LARGEST]), st.floats(1e-9, 1 - 1e-9)), min_size=2
    ),
)
def test_durations_are_finite_monotone_and_cut(
    kind: str,
    mean: float,
    cv: float,
    shape: float,
    short: float,
    longest: float | None,
    us: list[float],
) -> None:
    one = law(Duration(kind=kind, mean_s=mean, cv=cv, shape=shape, longest_s=longest))
    values = [duration_s(one, u) for u in sorted(us)]
    assert values == sorted(values)
    both = law(
        Duration(kind=kind, mean_s=mean, cv=cv, shape=shape, short_share=short, longest_s=longest)
    )
    for value in (*values, *(duration_s(both, u) for u in us)):
        assert 0 <= value < math.inf
        assert longest is None or value <= longest


@pytest.mark.parametrize("cv", [0.2, 1.0])
def test_day_level_is_gamma_with_mean_1(cv: float) -> None:
    grid = (np.arange(20_000) + 0.5) / 20_000
    levels = gamma_level(cv, grid)
    assert levels.mean() == pytest.approx(1.0, rel=1e-3)
    assert levels.std() == pytest.approx(cv, rel=5e-3)
    assert levels[1000] == pytest.approx(stats.gamma(cv**-2, scale=cv**2).ppf(grid[1000]))
    assert gamma_level(0.0, 0.3) == 1.0
    assert gamma_level(cv, 0.3, np.array([2.0, 4.0])) == pytest.approx(
        gamma_level(cv, 0.3) * np.array([2.0, 4.0])
    )


@pytest.mark.parametrize("cv", [1e-9, 1e-5, 1e-3])
def test_a_level_that_hardly_varies_keeps_its_mean(cv: float) -> None:
    levels = gamma_level(np.array([cv, 0.0, 0.5]), np.array([0.5, 0.5, 0.5]))
    assert levels[:2] == pytest.approx([1.0, 1.0], rel=1e-5)


def test_means_are_scipys() -> None:
    assert lognormal_mean(1.3, 0.7) == pytest.approx(stats.lognorm(0.7, scale=math.exp(1.3)).mean())
    assert weibull_mean(40.0, 0.8) == pytest.approx(stats.weibull_min(0.8, scale=40.0).mean())
    assert mean_s(Duration(kind="never")) == math.inf
