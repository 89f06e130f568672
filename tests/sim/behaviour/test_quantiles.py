"""Quantiles by tables: SciPy's to half a step, and never another value for a table."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.behaviour import quantiles as q
from sim.behaviour.durations import gamma_level
from sim.behaviour.retention import base_logit

Floats = npt.NDArray[np.float64]
HALF_STEP = 0.5 / q.STEPS
ALPHAS = np.array([0.7041, 0.7041, 0.6681, 0.668, 5.0, 0.1, 1000.0])  # the last ones are too rough
BETAS = np.array([25.3, 1.182, 177.1, 3.806, 5.0, 0.1, 1e5])
CVS = np.array([0.0, 1e-3, 0.3, 0.4, 0.8, 1.5, 5.0])


def uniforms(n: int, seed: int = 1) -> Floats:
    rng = np.random.default_rng(seed)
    found: Floats = (rng.integers(0, 2**52, n).astype(np.float64) + 0.5) * 2.0**-52
    return found


def groups(n: int, many: int) -> npt.NDArray[np.int64]:
    found: npt.NDArray[np.int64] = np.arange(n) % many
    return found


def test_base_logits_are_scipys_to_half_a_step() -> None:
    u = uniforms(7000)
    group = groups(7000, len(ALPHAS))
    exact = base_logit(ALPHAS[group], BETAS[group], u)
    for _ in range(2):  # before there are tables, and with them
        found = q.base_logits(ALPHAS, BETAS, group, u)
        assert np.abs(found - exact).max() <= HALF_STEP * (1 + 1e-6)
    assert (
        stats.kstest(
            1 / (1 + np.exp(-q.base_logits(ALPHAS[3:4], BETAS[3:4], 0 * group, u))),
            stats.beta(ALPHAS[3], BETAS[3]).cdf,
        ).pvalue
        > 1e-4
    )


def test_gamma_levels_are_scipys_to_half_a_step() -> None:
    u = uniforms(7000)
    group = groups(7000, len(CVS))
    found = q.gamma_levels(CVS, group, u)
    exact = gamma_level(CVS[group], u)
    assert found == pytest.approx(exact, rel=HALF_STEP * (1 + 1e-6), abs=1e-300)
    assert (found[group == 0] == 1.0).all()
    assert (q.gamma_levels(np.zeros(2), group % 2, u) == 1.0).all()


@pytest.mark.parametrize("pair", [*zip(ALPHAS.tolist(), BETAS.tolist(), strict=True)])
def test_a_table_changes_no_value(pair: tuple[float, float]) -> None:
    """Many uniforms, the outermost among them: 500 lie where a table might err."""
    n = 120_000
    u = np.concatenate((uniforms(n), [2.0**-53, 1e-9, 3e-4, 1 - 3e-4, 1 - 1e-9, 1 - 2.0**-53]))
    alpha, beta = np.array([pair[0]]), np.array([pair[1]])
    one = np.zeros(len(u), dtype=np.int64)
    exact = np.rint(base_logit(alpha[one], beta[one], u) * q.STEPS) / q.STEPS
    assert (q.Tabulated(base_logit).at(alpha, beta, one, u) == exact).all()


def test_values_do_not_depend_on_what_was_asked_before_or_beside() -> None:
    u, group = uniforms(2000), groups(2000, 5)
    fresh = q.Tabulated(base_logit)
    first = fresh.at(ALPHAS[:5], BETAS[:5], group, u)
    second = fresh.at(ALPHAS[:5], BETAS[:5], group, u)
    alone = [
        q.Tabulated(base_logit).at(ALPHAS[g : g + 1], BETAS[g : g + 1], np.array([0]), u[i : i + 1])
        for i, g in enumerate(group[:50])
    ]
    assert (first == second).all()
    assert (np.concatenate(alone) == first[:50]).all()


def test_tables_are_made_for_what_is_asked_often_and_is_smooth() -> None:
    asked = []

    def exact(alpha: Floats, beta: Floats, u: Floats) -> Floats:
        asked.append(len(u))
        return base_logit(alpha, beta, u)

    table = q.Tabulated(exact)
    u, one = uniforms(q.WORTH - 1), np.zeros(q.WORTH - 1, dtype=np.int64)
    table.at(ALPHAS[:1], BETAS[:1], one, u)
    assert asked == [q.WORTH - 1]
    table.at(ALPHAS[:1], BETAS[:1], one, u)  # now it is worth a table
    asked.clear()
    table.at(ALPHAS[:1], BETAS[:1], one, u)
    assert sum(asked) < 0.05 * len(u)
    for _ in range(3):
        asked.clear()
        table.at(ALPHAS[-1:], BETAS[-1:], one, u)
    assert sum(asked) == len(u)


@given(st.floats(0.05, 50), st.floats(0.05, 200), st.floats(1e-12, 1 - 1e-12))
def test_the_complement_has_the_digits_of_the_value(alpha: float, beta: float, u: float) -> None:
    """The logit of beta(a, b) at u is minus that of beta(b, a) at 1 - u."""
    here, there = base_logit(alpha, beta, u), -base_logit(beta, alpha, 1 - u)
    slack = 1e-15 / min(u, 1 - u) / min(alpha, beta, 1)  # 1 - u is rounded
    assert here == pytest.approx(there, rel=1e-9, abs=1e-9 + slack)


def test_no_customer_is_certain_to_stay_or_to_leave() -> None:
    ends = np.array([2.0**-53, 1 - 2.0**-53])
    found = base_logit(0.01, 0.01, ends)
    assert found == pytest.approx([-27.631021115927, 27.631021115927], abs=1e-9)
