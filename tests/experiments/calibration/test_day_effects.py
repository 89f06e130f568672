"""How days differ: variances between days, and what is drawn for new ones."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from experiments.calibration.bank import CallFit
from experiments.calibration.customers.overdispersion import DayDemand, fit_day_demand
from experiments.calibration.customers.patience import Patience
from experiments.calibration.customers.redials import Redials, draw_redials, fit_redials
from experiments.calibration.random_effects import NONE, DayEffect, between_days
from experiments.calibration.replay.day_effects import speed_effect
from experiments.calibration.staff.agents import Unavailability
from experiments.calibration.staff.service import ServiceTime

DAYS = [date(1999, 2, 1) + timedelta(days=k) for k in range(28)]


def test_the_variance_between_days_is_found() -> None:
    rng = np.random.default_rng(1)
    for sd in (0.0, 0.3):
        luck = rng.uniform(0.02, 0.2, 400)
        days = 0.7 + sd * rng.standard_normal(400) + np.sqrt(luck) * rng.standard_normal(400)
        assert between_days(days, luck).sd == pytest.approx(sd, abs=0.1)
    assert between_days(np.array([0.0, 9.0]), np.array([0.1, 0.1])) == NONE


def test_draws_for_new_days_are_as_wide_as_few_days_demand() -> None:
    """Student's quantile with n - 1 degrees of freedom, times sd √(1 + 1/n)."""
    rng = np.random.default_rng(2)
    drawn = np.array([DayEffect(0.4, 7).draw(rng, 3) for _ in range(20_000)])
    assert np.quantile(drawn[:, 0], 0.95) == pytest.approx(1.943 * 0.4 * np.sqrt(8 / 7), rel=0.05)
    assert np.corrcoef(drawn[:, :2].T)[0, 1] == pytest.approx(1 / 8, abs=0.04)
    assert NONE.draw(rng, 3).tolist() == [0.0] * 3


def a_fit() -> CallFit:
    service = ServiceTime(1000, 180.0, 1.0, 0.0, 4.8, 0.5)
    patience = Patience(500, 100, 0.9, 300.0, 300.0, 250.0, 0.0)
    away = Unavailability(1.5, 0.3, 0.3, 4.0, 0.9)
    skills = {"A": frozenset({"PS"})}
    return CallFit(
        {"PS": service}, {"PS": patience}, away, away, skills, {"A": 1.0}, {"PS": (1.0,)}, 0.0
    )


def test_slow_days_are_told_from_luck() -> None:
    rng = np.random.default_rng(3)
    found = []
    for sd in (0.0, 0.25):
        frames = []
        for day in DAYS:
            n = 200
            service = rng.lognormal(4.8 + sd * rng.standard_normal(), 0.5, n)
            start = np.arange(n) * 400.0
            frames.append(
                pl.DataFrame(
                    {"day": [day] * n, "service_start_s": start, "service_s": service}
                ).with_columns(type=pl.lit("PS"), server=pl.lit("A"), outcome=pl.lit("served"))
            )
        found.append(speed_effect(pl.concat(frames), a_fit()).sd)
    assert found[0] < 0.04
    assert found[1] == pytest.approx(0.25, rel=0.4)


def identified(share, rng, days=DAYS, n=120) -> pl.DataFrame:
    """Calls of customers who call again with a chance by day, in the columns of `call_log`."""
    rows = []
    for day in days:
        for customer in range(n):
            again = rng.random() < share(day)
            for call in range(1 + again):
                at = 30_000 + 200 * customer + 400 * call
                rows.append((day, at, at + 10, True, 60, 100, "served", "PS", str(customer)))
    names = [
        "day",
        "start_s",
        "offered_s",
        "queued",
        "queue_s",
        "service_s",
        "outcome",
        "type",
        "customer",
    ]
    return pl.DataFrame(rows, schema=names, orient="row")


def test_a_weekend_of_its_own_is_found_where_there_is_one() -> None:
    rng = np.random.default_rng(4)
    alike = fit_redials(identified(lambda day: 0.2, rng))
    assert alike.weekend == 0.0
    assert alike.weekend_p > 0.05
    assert alike.by_day.sd < 0.2
    quiet = fit_redials(identified(lambda day: 0.02 if day.isoweekday() in (5, 6) else 0.2, rng))
    assert quiet.weekend_p < 1e-6
    assert quiet.weekend == pytest.approx(np.log(0.02 / 0.98) - np.log(0.2 / 0.8), abs=0.7)
    calls = pl.DataFrame({"day": [DAYS[0]] * 4000 + [DAYS[4]] * 4000}).with_columns(
        type=pl.lit("PS"), wait_s=pl.lit(5.0), abandoned=pl.lit(False)
    )
    again = draw_redials(calls, replace(quiet, by_day=NONE), rng)
    by_day = calls.with_columns(again=again).group_by("day").agg(pl.col("again").mean()).sort("day")
    assert by_day["again"].to_list() == pytest.approx([1 / 6, 0.02 / 1.02], abs=0.025)


def test_simulated_days_differ_in_redials_as_fitted() -> None:
    fit = Redials({("", "served", True): 1.0}, {("", "served"): 0.2}, by_day=DayEffect(0.5, 50))
    calls = pl.DataFrame({"day": [day for day in DAYS for _ in range(300)]}).with_columns(
        type=pl.lit("PS"), wait_s=pl.lit(5.0), abandoned=pl.lit(False)
    )
    again = draw_redials(calls, fit, np.random.default_rng(5))
    shares = calls.with_columns(again=again).group_by("day").agg(pl.col("again").mean())["again"]
    assert shares.std() > 2 * np.sqrt(0.2 * 0.8 / 300)


def test_days_of_a_kind_tell_their_variance() -> None:
    """Five working days and a Friday: four degrees of freedom, and no CV without an excess."""
    rng = np.random.default_rng(8)
    days, frames = [*DAYS[:5], DAYS[6]], []  # Monday to Friday, Sunday
    for day in days:
        at = np.sort(rng.uniform(28_800, 57_600, 900)).astype(int)
        frames.append(pl.DataFrame({"start_s": at}).with_columns(day=pl.lit(day)))
    demand = fit_day_demand(pl.concat(frames).with_columns(outcome=pl.lit("served")))
    assert demand.freedom == 4
    assert demand.day_variance == 0.0  # 900 calls every day: less than luck gives
    assert demand.day_cv == 0.0
    assert demand.poisson == pytest.approx(1 / 900, rel=1e-6)


def test_how_much_days_vary_is_drawn_as_uncertain_as_it_is() -> None:
    demand = DayDemand((1.0,) * 168, 0.03, 0.01, 4, 0.1, frozenset({1}))
    rng = np.random.default_rng(6)
    drawn = [demand.drawn(rng).day_variance for _ in range(4000)]
    # A scaled inverse chi-square: its quantiles are those of freedom / chi-square.
    assert np.quantile(drawn, 0.5) == pytest.approx(0.03 * 4 / 3.357, rel=0.05)
    assert np.quantile(drawn, 0.95) == pytest.approx(0.03 * 4 / 0.711, rel=0.1)
    assert demand.day_cv == pytest.approx(np.sqrt(0.02))
    assert replace(demand, freedom=0).drawn(rng).day_variance == 0.03
