"""Fits recover known parameters from synthetic logs; readers refuse or count malformed input."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from experiments.calibration.bank import bank_fragment, fit_calls
from experiments.calibration.cases.service_desk import fit_service_desk
from experiments.calibration.customers.arrivals import (
    fit_arrivals,
    read_hourly,
    within_hour_variance_to_mean,
)
from experiments.calibration.customers.patience import fit_patience
from experiments.calibration.logs.call_log import read_calls
from experiments.calibration.logs.journey_log import read_journeys
from experiments.calibration.replay.predict import comparison, predict, test_days
from experiments.calibration.staff.agents import (
    Unavailability,
    agents_on,
    duties,
    fit_unavailability,
)
from experiments.calibration.staff.queueing import fit_redial, head_start_s, outages
from experiments.calibration.staff.service import fit_service
from sim.units import DAY_S
from tests.support.call_logs import data, synthetic_calls

test_days.__test__ = False  # type: ignore[attr-defined]  # a function of ours, not a test


# --- fits recover what made the data -------------------------------------------------------------
def test_service_mixture_is_recovered() -> None:
    rng = np.random.default_rng(1)
    x = np.where(rng.random(20_000) < 0.1, 4.0, np.maximum(rng.lognormal(4.8, 0.5, 20_000), 10))
    fit = fit_service(x)
    assert fit.short_share == pytest.approx(0.1, abs=0.01)
    assert fit.log_mean == pytest.approx(4.8, abs=0.02)
    assert fit.log_sd == pytest.approx(0.5, abs=0.02)
    assert fit.mean_s == pytest.approx(fit.observed_mean_s, rel=0.03)
    assert fit.sample(rng, 100_000).mean() == pytest.approx(fit.mean_s, rel=0.03)


def test_patience_is_recovered_from_censored_waits() -> None:
    rng = np.random.default_rng(2)
    patience = 300 * rng.weibull(0.9, 8000)
    offered_wait = rng.exponential(100, 8000)
    frame = pl.DataFrame(
        {
            "queued": True,
            "queue_s": np.minimum(patience, offered_wait),
            "outcome": np.where(patience < offered_wait, "abandoned", "served"),
        },
        schema_overrides={"queued": pl.Boolean},
    )
    fit = fit_patience(frame)
    assert fit.shape == pytest.approx(0.9, abs=0.05)
    assert fit.scale_s == pytest.approx(300, rel=0.08)
    assert fit.km_median_s == pytest.approx(fit.median_s, rel=0.1)


def test_time_between_calls_is_recovered_from_censored_gaps() -> None:
    rng = np.random.default_rng(3)
    truth = Unavailability(np.log(5.0), 0.3, 0.3, np.log(80.0), 0.7)
    away = truth.sample(rng, 6000)
    next_call = rng.exponential(60, 6000)
    seen = away > next_call  # a caller came first and waited: the agent's return is observed
    bounds = np.column_stack([np.where(seen, away, 0.0), np.where(seen, away, next_call)])
    fit = fit_unavailability(bounds)
    assert fit.pause_share == pytest.approx(0.3, abs=0.03)
    assert np.exp(fit.wrap_log_mean) == pytest.approx(5.0, rel=0.05)
    assert fit.mean_s == pytest.approx(truth.mean_s, rel=0.1)


def test_overdispersion_is_recovered_and_poisson_has_none() -> None:
    rng = np.random.default_rng(4)
    profile = np.concatenate([np.zeros(7), np.full(12, 60.0), np.zeros(5)])
    dates = [date(1999, 1, 3) + timedelta(days=k) for k in range(700)]
    factor = rng.gamma(25, 1 / 25, (700, 1))

    def frame(counts: np.ndarray) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "date": [day for day in dates for _ in range(24)],
                "hour": np.tile(np.arange(24), 700),
                "calls": counts.ravel(),
            }
        )

    spread = fit_arrivals(frame(rng.poisson(profile * factor)))
    assert spread.day_cv == pytest.approx(0.2, abs=0.02)
    assert spread.hour_cv < 0.05
    steady = fit_arrivals(frame(rng.poisson(np.tile(profile, (700, 1)))))
    assert steady.day_cv < 0.02
    assert steady.per_hour["saturday"][10] == pytest.approx(60, rel=0.03)


def test_within_hour_variance_to_mean_is_one_for_poisson() -> None:
    rng = np.random.default_rng(6)
    start = np.sort(rng.uniform(0, DAY_S, 5000)).astype(int)
    calls = pl.DataFrame({"day": date(1999, 2, 1), "start_s": start, "outcome": "served"})
    assert within_hour_variance_to_mean(calls) == pytest.approx(1, abs=0.25)


def test_head_start_and_duties_are_recovered_from_a_simulated_log() -> None:
    calls = synthetic_calls()
    assert head_start_s(calls) == pytest.approx(90, abs=15)
    found = duties(calls)[date(1999, 2, 1)]
    assert {s.agent for s in found} == {f"A{j}" for j in range(6)}
    assert agents_on(found)[40] == 6


def test_redials_are_counted_within_the_hour() -> None:
    rows = []
    for k in range(60):
        first = {"start_s": 1000, "offered_s": 1010, "queue_s": 30, "service_s": 0}
        rows.append({**first, "customer": str(k), "outcome": "abandoned"})
        if k < 30:
            later = 1040 + (600 if k < 15 else 4000)
            rows.append({**first, "start_s": later, "customer": str(k), "outcome": "served"})
    redial = fit_redial(pl.DataFrame(rows).with_columns(day=date(1999, 2, 1)), "abandoned")
    assert redial.share == pytest.approx(0.25)
    assert redial.median_delay_s == 600


def test_outage_is_found_while_agents_work_only() -> None:
    outcome = ["left_in_ivr"] * 12 + ["served"] * 5 + ["left_in_ivr"] * 12 + ["served"] * 5
    calls = pl.DataFrame(
        {
            "day": date(1999, 2, 1),
            "start_s": [1000 + 60 * k for k in range(len(outcome))],
            "outcome": outcome,
            "server": ["A01" if o == "served" else "NO_SERVER" for o in outcome],
        }
    )
    (outage,) = outages(calls)
    assert (outage.from_s, outage.calls) == (1000 + 60 * 17, 12)


# --- the real logs -------------------------------------------------------------------------------
def test_bank_fit_agrees_with_published_figures(tmp_path: Path) -> None:
    calls, left_out = read_calls(data("bank_calls_feb1999_odd_days.tsv"))
    hourly, _ = read_hourly(data("bank_hourly_counts_1999.csv"))
    assert left_out.excluded < 0.01 * left_out.rows
    bank = bank_fragment(calls, hourly)["bank"]
    service = bank["service"]["all"]
    assert service["observed_mean_s"]["value"] == pytest.approx(179, abs=1)
    assert service["observed_cv"]["value"] == pytest.approx(1.22, abs=0.02)
    assert service["log_mean"]["value"] == pytest.approx(4.79, abs=0.02)
    assert service["log_sd"]["value"] == pytest.approx(0.947, abs=0.01)
    patience = bank["patience"]
    assert patience["all"]["kaplan_meier_median_s"]["value"] == pytest.approx(280, abs=5)
    assert patience["all"]["shape"]["value"] == pytest.approx(0.91, abs=0.05)
    redial = bank["redial"]
    assert redial["after_abandonment"]["share_within_60_min"]["value"] == pytest.approx(
        0.48, abs=0.03
    )
    assert redial["after_service"]["share_within_60_min"]["value"] == pytest.approx(0.14, abs=0.01)
    assert yaml.safe_load(yaml.safe_dump(bank)) == bank


@pytest.mark.parametrize("first", [0, 1])
def test_alternate_days_are_predicted(first: int) -> None:
    calls, _ = read_calls(data("bank_calls_feb1999_odd_days.tsv"))
    days = sorted(calls["day"].unique().to_list())
    train = calls.filter(pl.col("day").is_in(days[first::2]))
    test = calls.filter(pl.col("day").is_in(days[1 - first :: 2]))
    rows = comparison(test, predict(test_days(test), fit_calls(train), replications=6))
    overall = {r["measure"]: r for r in rows.filter(pl.col("group") == "all").to_dicts()}
    assert abs(overall["mean_wait_s"]["relative_error"]) < 0.15
    assert abs(overall["abandonment"]["relative_error"]) < 0.20


def test_service_desk_fit_is_near_the_published_figures() -> None:
    """The figures are of the whole log; the file holds half its cases, hence the tolerances."""
    events, _ = read_journeys(data("callcenter_journeys_2010_odd_cases.csv"))
    desk = fit_service_desk(events)
    assert desk.single_event_share == pytest.approx(0.64, abs=0.02)
    assert desk.repeat_7_day_share == pytest.approx(0.21, abs=0.02)
    assert desk.email_to_call_share == pytest.approx(0.19, abs=0.03)
    assert desk.call_to_email_share == pytest.approx(0.009, abs=0.002)
    assert desk.email_response_median_h == pytest.approx(40, abs=3)
