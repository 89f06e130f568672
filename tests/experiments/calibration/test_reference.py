"""The reference simulator."""

import numpy as np
import polars as pl
import pytest

from experiments.calibration.bank import fit_calls
from experiments.calibration.replay.predict import comparison, predict, test_days
from experiments.calibration.replay.reference import Caller, simulate_day
from experiments.calibration.staff.agents import (
    ObservedDuty,
)
from tests.support.call_logs import synthetic_calls


def test_reference_agrees_with_erlang_a() -> None:
    """M/M/20+M, 19 a minute, mean service 1, patience rate 0.5: P(abandon) .053994 (Erlang A)."""
    rng = np.random.default_rng(7)
    n = 200_000
    at = np.cumsum(rng.exponential(60 / 19, n))
    patience, service = rng.exponential(120, n), rng.exponential(60, n)
    callers = [
        Caller("x", float(at[i]), 0, 0.0, float(patience[i]), float(service[i])) for i in range(n)
    ]
    on = [ObservedDuty(str(j), 0.0, float("inf")) for j in range(20)]
    none = np.zeros(1)
    result = simulate_day(callers, on, [frozenset("x")] * 20, [1.0] * 20, (none, none))
    assert result.abandoned[2000:].mean() == pytest.approx(0.053994, abs=0.003)
    assert result.wait_s[2000:].mean() / 60 == pytest.approx(0.107987, abs=0.007)
    served = ~result.abandoned
    assert result.busy_s == pytest.approx(float(service[served].sum()))


def test_reference_obeys_skills_and_head_start() -> None:
    callers = [
        Caller("a", 0.0, 0, 0.0, 1e9, 100.0),
        Caller("a", 10.0, 0, 0.0, 1e9, 10.0),
        Caller("a", 50.0, 0, 90.0, 1e9, 10.0),
        Caller("b", 60.0, 0, 0.0, 20.0, 10.0),
    ]
    none = np.zeros(1)
    result = simulate_day(
        callers, [ObservedDuty("A", 0.0, 1e9)], [frozenset("a")], [1.0], (none, none)
    )
    assert result.wait_s.tolist() == [0.0, 100.0, 50.0, 20.0]
    assert result.abandoned.tolist() == [False, False, False, True]


def test_prediction_of_days_like_the_fitted_ones_is_unbiased() -> None:
    calls = synthetic_calls(days=6)
    days = sorted(calls["day"].unique().to_list())
    train = calls.filter(pl.col("day").is_in(days[::2]))
    test = calls.filter(pl.col("day").is_in(days[1::2]))
    rows = comparison(test, predict(test_days(test), fit_calls(train), replications=5))
    overall = {r["measure"]: r for r in rows.filter(pl.col("group") == "all").to_dicts()}
    assert overall["mean_wait_s"]["relative_error"] == pytest.approx(0, abs=0.25)
    assert overall["abandonment"]["relative_error"] == pytest.approx(0, abs=0.25)
