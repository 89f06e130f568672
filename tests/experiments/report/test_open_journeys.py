"""What the verdict says of journeys that were open at the end."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest

from experiments.report.metrics import OPEN_SHARE
from experiments.report.verdict.open_journeys import open_journeys_sentence, too_early
from experiments.report.verdict.verdict import verdict
from experiments.report.verdict.wording import RunContext
from experiments.store.results import SCHEMAS, empty
from sim import METRICS
from sim.metrics.metrics import Metric

Gaps = Mapping[str, tuple[float, float | None, float | None]]


def _estimates(shares: Mapping[str, float | None]) -> pl.DataFrame:
    rows = [(name, OPEN_SHARE, share, None, None, 3) for name, share in shares.items()]
    return pl.DataFrame(rows, schema=SCHEMAS["estimates"], orient="row")


def _differences(reference: str, gaps: Gaps, metric: str = OPEN_SHARE) -> pl.DataFrame:
    rows = [(n, reference, metric, *gap, 0.01, 0.01, 1.0) for n, gap in gaps.items()]
    return pl.DataFrame(rows, schema=SCHEMAS["differences"], orient="row")


def _said(shares: Mapping[str, float | None], gaps: Gaps, days: float | None = 3) -> str:
    setting = RunContext(reference=next(iter(shares)), days=days)
    differences = _differences(setting.reference or "", gaps)
    return open_journeys_sentence(_estimates(shares), differences, list(shares), setting)


def test_many_or_different_open_journeys_are_said() -> None:
    gap = (0.21, 0.18, 0.24)
    text = _said({"fast": 0.08, "slow": 0.29}, {"slow": gap})
    assert text.startswith(
        "Of the journeys, 29% with Slow and 8% with Fast were still open at the end of the 3 days"
    )
    assert "flatters whoever leaves more open" in text
    alone = _said({"slow": 0.29}, {}, days=None)
    assert "29% with Slow were still open at the end of the run" in alone
    assert "flatters" not in alone
    apart = _said({"fast": 0.004, "slow": 0.04}, {"slow": (0.036, 0.02, 0.05)})
    assert "4% with Slow and under 1% with Fast" in apart
    many = {"a": 0.02, "b": 0.3, "c": 0.06, "d": 0.1}
    assert "2% (A) to 30% (B)" in _said(many, {"b": (0.28, 0.2, 0.3)})


def test_few_open_journeys_are_not_worth_a_sentence() -> None:
    assert _said({"a": 0.02, "b": 0.02}, {"b": (0.0, -0.01, 0.01)}) == ""
    assert _said({"a": 0.02, "b": 0.04}, {"b": (0.02, -0.01, 0.05)}) == ""  # may be luck
    assert _said({"a": 0.020, "b": 0.021}, {"b": (0.001, 0.0005, 0.002)}) == ""  # too small
    assert _said({"a": 0.02, "b": None}, {}) == ""
    nothing = open_journeys_sentence(empty("estimates"), empty("differences"), [], RunContext(None))
    assert nothing == ""


@pytest.mark.parametrize("order", [("fast", "slow"), ("slow", "fast")])
def test_it_is_too_early_whichever_is_the_reference(order: tuple[str, str]) -> None:
    reference, candidate = order
    shares = {"fast": 0.08, "slow": 0.29}
    gap = shares[candidate] - shares[reference]
    setting = RunContext(reference=reference, days=3)

    def early(mean: float, low: float | None, high: float | None) -> str:
        gaps = _differences(reference, {candidate: (mean, low, high)})
        return too_early(candidate, _estimates(shares), gaps, setting)

    said = early(gap, gap - 0.05, gap + 0.05)
    assert said.startswith("It is too early to choose between")
    assert said.endswith("Slow left 29% of journeys open, Fast 8%.")
    assert early(gap, None, None) == said  # a single replication
    assert early(gap, -0.4, 0.4) == ""
    assert early(0.001, 0.0005, 0.002) == ""


@pytest.mark.parametrize("order", [("fast", "slow"), ("slow", "fast")])
def test_the_verdict_does_not_call_the_slow_firm_the_better_one(order: tuple[str, str]) -> None:
    reference, candidate = order
    sign = 1 if candidate == "slow" else -1
    metrics: dict[str, Metric] = {
        name: METRICS[name] for name in ("retention", "cost_per_customer", OPEN_SHARE)
    }
    rows = [
        (name, metric, value, value, value, 3)
        for name, open_share, cost in (("fast", 0.08, 3.4), ("slow", 0.29, 2.9))
        for metric, value in (("retention", 0.99), ("cost_per_customer", cost),
                              (OPEN_SHARE, open_share))
    ]  # fmt: skip
    rows.sort(key=lambda row: row[0] != reference)
    estimates = pl.DataFrame(rows, schema=SCHEMAS["estimates"], orient="row")
    differences = pl.concat(
        _differences(reference, {candidate: (sign * gap, sign * gap - half, sign * gap + half)}, m)
        for m, gap, half in (
            ("retention", 0.0, 0.0),
            ("cost_per_customer", -0.5, 0.1),
            (OPEN_SHARE, 0.21, 0.03),
        )
    )
    setting = RunContext(reference=reference, days=3, currency="EUR")
    found = verdict(estimates, differences, empty("best_sets"), metrics, setting)
    assert found.headline.startswith("It is too early to choose between")
    assert "cheaper" not in found.headline and "costs" not in found.headline
    assert found.detail.startswith("So far: ")
    assert "29% with Slow and 8% with Fast" in found.detail
