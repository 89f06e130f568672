"""The verdict where a run knows what customers are worth afterwards, and where it does not."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import ExperimentConfig
from experiments.report.formatting import MINUS
from experiments.report.page import prepare, setting_of
from experiments.report.verdict.verdict import Verdict, verdict
from experiments.report.verdict.wording import RunContext, Size
from experiments.running.engine import simulator
from experiments.running.runner import Settings, run_experiment
from experiments.store.results import SCHEMAS
from sim import METRICS
from sim.inputs import validate
from sim.metrics.metrics import EXPECTED

SETTING = RunContext("as_today", days=28, currency="USD", firm=Size(10_000, 2_500))
HEADS = {
    "kept": "retention",
    "cost": "cost_per_customer",
    "value": EXPECTED,
    "net": "net_value_per_customer",
}
Span = tuple[float, float, float]
LEAN = {
    "kept": (-0.05, -0.06, -0.04),
    "cost": (-9.0, -9.5, -8.5),
    "value": (-6.0, -7.0, -5.0),
    "net": (3.0, 2.5, 3.5),
}
"""Few agents: cheap in the run's days, dear afterwards."""


def judged(effects: dict[str, dict[str, Span]], best: str = "", **changes: Any) -> Verdict:
    """The verdict on strategies by their effects (mean, low, high) against `as_today`."""
    names = ["as_today", *effects]
    measured = list(dict.fromkeys(key for of in effects.values() for key in of))
    rows = [
        (name, "as_today", HEADS[key], mean, low, high, 0.001, 0.001, 10.0)
        for name, of in effects.items()
        for key, (mean, low, high) in of.items()
    ]
    levels = [(n, HEADS[k], 0.9, 0.89, 0.91, 20) for n in names for k in measured]
    sets = [(HEADS[k], n, n == best) for n in names for k in measured]
    frames = {"differences": rows, "estimates": levels, "best_sets": sets}
    tables = {k: pl.DataFrame(v, schema=SCHEMAS[k], orient="row") for k, v in frames.items()}
    return verdict(metrics=METRICS, setting=replace(SETTING, **changes), **tables)


def test_a_loss_beyond_the_run_is_no_gain() -> None:
    found = judged({"lean": LEAN})
    assert found.headline == (
        "Lean brings $6.00 less per customer than As today over 28 days, counting what customers "
        "are worth beyond the 28 days (95% interval $5.00 to $7.00)."
    )
    assert found.detail == (
        "For the whole firm of 10,000 customers (2,500 simulated) that makes "
        "$782k less a year ($652k to $912k), if a whole year is like the 28 days. "
        "Over the 28 days, it keeps 50 fewer customers per 1,000 (40 to 60) but costs $9.00 less "
        "per customer ($8.50 to $9.50). "
        "Net value of the 28 days alone is $3.00 per customer higher ($2.50 to $3.50); what it "
        "saves now it loses later."
    )


def test_strategies_are_ranked_by_value_beyond_the_run() -> None:
    patient = {"kept": (0.002, 0.001, 0.003), "cost": (0.3, 0.2, 0.4), "value": (2.0, 1.5, 2.5)}
    both = {"lean": LEAN, "patient": patient | {"net": (-0.2, -0.3, -0.1)}}
    found = judged(both, best="patient")
    assert found.candidate == "patient"
    assert found.headline.startswith("Patient brings $2.00 more per customer than As today")
    assert "$0.20 per customer lower ($0.10 to $0.30); it pays back later." in found.detail
    assert found.detail.endswith(
        "On value, counting what customers are worth beyond the 28 days, it is ahead of all others."
    )
    worse = {"lean": LEAN, "leaner": LEAN | {"value": (-9.0, -9.9, -8.1), "net": (8.0, 7.0, 9.0)}}
    assert judged(worse).headline.startswith(
        "No alternative does better than As today: the nearest, Lean, brings $6.00 less"
    )


def test_where_value_is_open_so_is_the_verdict() -> None:
    found = judged({"lean": LEAN | {"value": (-0.1, -0.5, 0.3)}})
    assert found.headline == (
        "No difference in value could be shown between Lean and As today over 28 days, counting "
        f"what customers are worth beyond the 28 days ({MINUS}$0.50 to +$0.30 per customer)."
    )
    assert f"that makes {MINUS}$65k to +$39k a year, if a whole" in found.detail
    assert "$3.00 per customer higher ($2.50 to $3.50); whether it lasts is open." in found.detail


def test_what_was_not_measured_is_said() -> None:
    known = {key: LEAN[key] for key in ("kept", "cost", "net")}
    found = judged({"lean": known})
    assert found.headline.startswith("Lean keeps 50 fewer customers per 1,000 over 28 days than")
    assert "Net of all, it gains $3.00 per customer over 28 days ($2.50 to $3.50)." in found.detail
    assert "that makes $391k more a year ($326k to $456k), if a whole year" in found.detail
    assert (
        "What customers are worth beyond the 28 days was not measured (set lifetime_value: "
        "true): a strategy that saves now and loses customers later looks better here than it is."
        in found.detail
    )
    assert "not measured" not in judged({"lean": LEAN}).detail


def test_days_are_said_as_they_are() -> None:
    said = {d: judged({"lean": LEAN}, days=d).headline for d in (1.0, 0.5, 1461.0)}
    assert "over 1 day, counting what customers are worth beyond the 1 day (" in said[1.0]
    assert "over 0.5 days" in said[0.5] and "over 1,461 days" in said[1461.0]


def test_the_year_is_left_out_where_the_firm_is_not_known() -> None:
    assert "a year" not in judged({"lean": LEAN}, firm=None).detail
    assert "a year" not in judged({"lean": LEAN}, days=None).detail
    assert "simulated" not in judged({"lean": LEAN}, firm=Size(10_000, 10_000)).detail


EFFECT = st.tuples(st.floats(-9, 9), st.floats(0.1, 3)).map(
    lambda e: (e[0], e[0] - e[1], e[0] + e[1])
)


@given(EFFECT, EFFECT, EFFECT, EFFECT)
def test_net_value_never_advises_against_expected_value(
    value: Span, net: Span, other: Span, beyond: Span
) -> None:
    none = {"kept": (0.0, -0.01, 0.01), "cost": (0.0, -1.0, 1.0)}
    found = judged(
        {
            "one": {**none, "value": value, "net": net},
            "two": {**none, "value": beyond, "net": other},
        }
    )
    assert found.candidate == ("one" if value[0] >= beyond[0] else "two")
    best = value if value[0] >= beyond[0] else beyond
    gains, loses = best[1] > 0, best[2] < 0
    assert (" more per customer than As today" in found.headline) == gains
    assert ("No alternative does better" in found.headline) == loses
    assert ("No difference in value" in found.headline) == (not gains and not loses)
    assert "gains" not in found.detail


@pytest.mark.parametrize(("kept", "value"), list(product((True, False), (True, False))))
def test_every_sentence_with_a_number_names_the_period(kept: bool, value: bool) -> None:
    of = {k: v for k, v in LEAN.items() if (k != "kept" or kept) and (k != "value" or value)}
    found = judged({"lean": of, "other": of}, best="lean")
    for sentence in f"{found.headline} {found.detail}".replace(". ", ".\n").splitlines():
        if "95%" in sentence or "$" in sentence:
            assert "28 days" in sentence, sentence


@pytest.mark.slow
def test_cutting_most_of_the_front_line_is_not_advised(tmp_path: Path) -> None:
    """A telco with a third of its agents on the phone: cheap in four weeks, dear afterwards."""
    shift = {"agents": 2, "days": ["mon", "tue", "wed", "thu", "fri", "sat"]}
    day = [shift | {"start_h": 8, "end_h": 14}, shift | {"start_h": 14, "end_h": 20}]
    as_today = {"regime": "omnichannel", "policy": "customer_choice"}
    lean = as_today | {"overrides": {"teams": {"frontline": {"shifts": day}}}}
    raw = {
        "name": "lean",
        "scenario": "telco",
        "overrides": {"population": {"scale": 0.25}},
        "horizon_days": 28,
        "warm_up_days": 3,
        "replications": 4,
        "seed": 3,
        "strategies": {"as_today": as_today, "lean": lean},
    }
    config = validate(ExperimentConfig, raw, "test")
    results = run_experiment(config, simulator(), Settings(workers=1, folder=tmp_path)).results
    assert setting_of(results).firm == Size(10_000, 2_500)
    view = prepare(results, METRICS)
    net = results.differences.row(by_predicate=pl.col("metric") == HEADS["net"], named=True)
    assert net["low"] > 0, "or the case shows nothing"
    assert " less per customer than As today over 28 days, counting" in view.verdict.headline
    assert "what it saves now it loses later" in view.verdict.detail
