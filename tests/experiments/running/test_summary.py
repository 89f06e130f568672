"""From replications to the tables of a run: what counts and shares, ties and limits do there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from experiments.running.summary import steps, summarise, values_of
from experiments.store.replications import FRAMES, Finished, Job
from sim import METRICS
from sim.metrics.metrics import limits, one_case

EMPTY = {name: pl.DataFrame({column: [] for column in FRAMES[name]}) for name in FRAMES}
CUSTOMERS = 3000.0


def finished(**strategies: Sequence[dict[str, float]]) -> list[Finished]:
    return [
        Finished(Job(name, i), {"customers": CUSTOMERS, **one}, "", EMPTY)
        for name, rows in strategies.items()
        for i, one in enumerate(rows)
    ]


def kept(*customers: float) -> list[dict[str, float]]:
    return [{"retention": number / CUSTOMERS} for number in customers]


def tables(found: list[Finished], metric: str) -> tuple[dict[str, object], set[str]]:
    """The row of differences and the best set of one metric."""
    result = summarise(found, "a", METRICS)
    best = result["best_sets"].filter(metric=metric, in_best_set=True)["strategy"].to_list()
    return result["differences"].filter(metric=metric).row(0, named=True), set(best)


def test_two_replications_that_agree_claim_nothing() -> None:
    row, best = tables(finished(a=kept(2990, 2987), b=kept(2995, 2992)), "retention")
    assert row["low"] < 0 < row["high"]
    assert row["p"] == row["p_holm"] == 1.0 and best == {"a", "b"}
    assert (row["n"], row["ties"]) == (2, 0)


def test_a_single_customer_in_each_of_three_replications_claims_nothing() -> None:
    row, best = tables(finished(a=kept(2990, 2985, 2988), b=kept(2991, 2986, 2989)), "retention")
    assert row["low"] < 0 < row["high"] and row["p_holm"] > 0.05 and best == {"a", "b"}
    clear, best = tables(finished(a=kept(2990, 2985, 2988), b=kept(2998, 2993, 2996)), "retention")
    assert clear["p_holm"] < 0.05 and best == {"b"}


def test_ties_are_counted() -> None:
    row, _ = tables(finished(a=kept(2990, 2985, 2988), b=kept(2990, 2985, 2989)), "retention")
    assert (row["n"], row["ties"]) == (3, 2)


def test_money_has_no_lattice() -> None:
    fixed = finished(a=[{"staff_cost": 100.0}] * 3, b=[{"staff_cost": 90.0}] * 3)
    row, best = tables(fixed, "staff_cost")
    assert (row["low"], row["high"], row["p"]) == (-10.0, -10.0, 0.0) and best == {"b"}


def test_steps_are_one_case() -> None:
    found = finished(
        a=[{"retention": 1.0, "saved": 2.0, "churned_per_1000": 0.0, "cost": 5.0}] * 2,
    ) + [
        Finished(
            Job("b", i), {"customers": 1000.0, "journeys": 50.0, "resolved_share": 0.5}, "", {}
        )
        for i in range(2)
    ]
    widths = steps(values_of(found), METRICS)
    assert widths["retention"] == pytest.approx(1 / 1000)  # of the strategy with the fewest
    assert widths["churned_per_1000"] == pytest.approx(1.0)
    assert widths["saved"] == 1.0 and widths["cost"] == 0.0
    assert widths["resolved_share"] == pytest.approx(1 / 50)


def test_intervals_keep_to_what_is_possible() -> None:
    rng = np.random.default_rng(7)
    rows = [
        {
            "retention": float(r),
            "abandonment": float(a),
            "waiting_time_s": float(w),
            "net_value": float(n),
            "csat": 5.0,
        }
        for r, a, w, n in zip(
            1 - rng.exponential(0.002, 4), rng.exponential(0.01, 4), rng.exponential(3, 4),
            rng.normal(0, 1, 4), strict=True,
        )
    ]  # fmt: skip
    found = summarise(finished(a=rows), "a", METRICS)["estimates"]
    for row in found.iter_rows(named=True):
        low, high = limits(METRICS[row["metric"]].unit, METRICS[row["metric"]].group)
        assert low <= row["low"] <= row["mean"] <= row["high"] <= high, row
    assert found.filter(metric="net_value")["low"][0] < 0
    assert found.filter(metric="retention")["high"][0] < 1


def test_one_replication_has_no_interval() -> None:
    row = summarise(finished(a=kept(3000)), "a", METRICS)["estimates"].filter(metric="retention")
    assert row["low"].to_list() == row["high"].to_list() == [None]


def test_every_metric_with_a_share_or_a_count_knows_its_cases() -> None:
    for metric in METRICS.values():
        found = one_case(metric.unit, metric.group)
        assert found is None or found[1] in METRICS or not found[1]
        low, high = limits(metric.unit, metric.group)
        assert low < high
        if metric.unit == "share":
            assert (low, high) == (0.0, 1.0)
            assert found is not None or metric.group in ("agent", "prediction")
        if metric.group == "cost":
            assert low == 0.0
    assert limits("currency/customer", "net")[0] < 0
