"""The bank: the shipped scenario, how it is made from the logs, and days left out replayed."""

import os
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.calibration import durations
from experiments.calibration.bank import CallFit, fit_calls
from experiments.calibration.customers.arrivals import read_hourly
from experiments.calibration.customers.patience import Patience
from experiments.calibration.logs.call_log import read_calls
from experiments.calibration.logs.journey_log import read_journeys
from experiments.calibration.replay.attention import Attention, fit_attention, moments
from experiments.calibration.replay.predict import (
    Offer,
    TestDay,
    comparison,
    near_outage,
    observed,
    predict,
    test_days,
    without,
)
from experiments.calibration.replay.replay import queue_scenario, replay
from experiments.calibration.scenario import bank_scenario, lay_over
from experiments.calibration.sources import read_logs
from experiments.calibration.staff.agents import ObservedDuty, Unavailability
from experiments.calibration.staff.roster import QUARTERS, shifts_of_day, steady, team_shifts
from experiments.calibration.staff.service import ServiceTime
from sim import InputError, World, load_scenario
from sim.behaviour.durations import duration_s, law
from sim.core.world import DutyPeriod, Trace
from sim.inputs import provenance_of, read_yaml, split_provenance
from sim.register.register import Outcome
from sim.scenario import shipped_folder
from sim.scenario.load import load_with_provenance
from sim.scenario.parts import Duration
from sim.units import DAY_S
from tests.support.paths import ROOT

test_days.__test__ = False  # type: ignore[attr-defined]  # functions of ours, not tests
TestDay.__test__ = False  # type: ignore[attr-defined]
CALLS = "bank_calls_feb1999_odd_days.tsv"


def data(name: str) -> Path:
    """A file of the real data, or skip."""
    folder = Path(os.environ.get("OPTICHANNEL_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / name).is_file():
        pytest.skip(f"{name} is not here; set OPTICHANNEL_DATA to the folder that holds it")
    return folder / name


def a_fit(away: Unavailability) -> CallFit:
    """A fit written by hand: two types, agents who take one or both, priorities by type."""
    service = ServiceTime(1000, 180.0, 1.0, 0.05, 4.8, 0.8)
    patience = Patience(500, 100, 0.9, 300.0, 300.0, 250.0, 0.0)
    return CallFit(
        service={"PS": service, "NW": service},
        patience={"PS": patience, "NW": patience},
        away_without_queue=away,
        away_with_queue=away,
        skills={"A": frozenset({"PS"}), "B": frozenset({"PS", "NW"})},
        speed={"A": 0.9, "B": 1.1},
        priority={"PS": (0.0, 0.5, 0.5), "NW": (1.0, 0.0, 0.0)},
        head_start_s=90.0,
    )


AWAY = Unavailability(np.log(5.0), 0.3, 0.3, np.log(40.0), 0.9)


# --- the shipped scenario -----------------------------------------------------------------------


def test_every_number_of_the_bank_says_where_it_comes_from() -> None:
    _, table = load_with_provenance("bank")
    plain, _ = split_provenance(read_yaml(shipped_folder() / "bank.yaml"))
    rows = provenance_of(plain, table)
    assert [row.path for row in rows if not row.source and row.path != "start_day"] == []
    statuses = {row.status for row in rows}
    assert {"fitted", "secondary", "assumed"} <= statuses
    fitted = [row for row in rows if row.status == "fitted"]
    assert any(row.path.startswith("demand.weekly") for row in fitted)
    assert any(row.path.startswith("intents.service.patience") for row in fitted)


def test_the_banks_week_has_its_weekend_on_friday_and_saturday() -> None:
    bank = load_scenario("bank")
    assert bank.demand.weekly is not None
    by_day = np.array(bank.demand.weekly).reshape(7, 24).sum(axis=1)
    assert bank.start_day == 6
    assert by_day[4] < 0.5 * by_day[0]
    assert by_day[5] < 0.5 * by_day[4]
    assert {s.priority for s in bank.segments.values()} == {0, 1, 2}


def test_the_bank_behaves_like_the_call_centre() -> None:
    """Observed: 1,110 calls a day offered to agents, mean wait 48 s, abandonment .143."""
    bank = load_scenario("bank")
    days = 28
    world = World(bank, regime=bank.regimes["omnichannel"], seed=3).run(days * DAY_S)
    contacts = world.register.columns("contacts")
    phone = contacts["channel"] == list(bank.channels).index("phone")
    asked = phone & (contacts["queued_s"] >= 0) & (contacts["outcome"] != Outcome.OPEN)
    left = asked & (contacts["outcome"] == Outcome.ABANDONED)
    end = np.where(contacts["answered_s"] >= 0, contacts["answered_s"], contacts["released_s"])
    wait = (end - contacts["queued_s"])[asked]
    assert asked.sum() / days == pytest.approx(1110, rel=0.15)
    assert wait.mean() == pytest.approx(48, rel=0.4)
    assert left.sum() / asked.sum() == pytest.approx(0.143, abs=0.05)
    mail = contacts["channel"] == list(bank.channels).index("email")
    answered = mail & (contacts["answered_s"] >= 0)
    hours = (contacts["answered_s"] - contacts["queued_s"])[answered] / 3600
    assert np.median(hours) == pytest.approx(38, rel=0.25)


# --- from fits to a scenario --------------------------------------------------------------------


def test_durations_keep_the_fitted_means() -> None:
    service = ServiceTime(1000, 180.0, 1.0, 0.05, 4.8, 0.8)
    patience = Patience(500, 100, 0.9, 300.0, 300.0, 250.0, 0.0)
    talk = law(Duration(**durations.service_duration(service)))
    assert talk.mean_s == pytest.approx(service.mean_s)
    weibull = law(Duration(**durations.patience_duration(patience)))
    assert duration_s(weibull, 0.5) == pytest.approx(patience.median_s)
    away = law(Duration(**durations.away_duration(AWAY)))
    u = (np.arange(20_000) + 0.5) / 20_000
    assert np.mean([duration_s(away, x) for x in u]) == pytest.approx(AWAY.mean_s, rel=0.01)


@given(st.lists(st.integers(0, 6), min_size=QUARTERS, max_size=QUARTERS))
def test_shifts_add_up_to_the_agents_on_duty(agents: list[int]) -> None:
    wanted = np.array(agents, dtype=np.int64)
    on = np.zeros(QUARTERS, dtype=np.int64)
    for start, end in shifts_of_day(wanted):
        assert start < end
        on[start:end] += 1
    assert on.tolist() == agents
    assert shifts_of_day(steady(steady(wanted))) == shifts_of_day(steady(wanted))


def test_team_shifts_keep_the_observed_hours() -> None:
    monday = date(1999, 2, 1)
    by_day = {
        monday + timedelta(days=k): [
            ObservedDuty("A", 8 * 3600.0, 16 * 3600.0),
            *([ObservedDuty("B", 10 * 3600.0, 14 * 3600.0)] if k < 14 else []),
        ]
        for k in range(28)
    }
    shifts = team_shifts(by_day, {"A": "one", "B": "two"})
    hours = {
        team: sum(
            s["agents"] * (s["end_h"] - s["start_h"])
            for s in rows
            for day in s["days"]
            if day not in ("fri", "sat")
        )
        for team, rows in shifts.items()
    }
    assert hours["one"] == pytest.approx(5 * 8)
    assert hours["two"] == pytest.approx(5 * 4 / 2, abs=4 / 2)  # half a day is what rounding costs


def test_laying_over_adds_and_replaces_without_touching_the_base() -> None:
    base = {"a": {"b": 1, "c": 2}, "d": 3}
    stated = {"value": {"x": 1}, "source": "log", "status": "fitted"}
    assert lay_over(base, {"a": {"c": stated}}) == {"a": {"b": 1, "c": stated}, "d": 3}
    assert base == {"a": {"b": 1, "c": 2}, "d": 3}


# --- replay -------------------------------------------------------------------------------------


def busy_day(seed: int = 4) -> TestDay:
    """Offers over eight hours to six agents whose queue is long now and then."""
    rng = np.random.default_rng(seed)
    times = np.sort(rng.uniform(28_800, 57_600, 800))
    kinds = rng.choice(["PS", "NW"], 800, p=[0.75, 0.25])
    offers = tuple(Offer(float(t), str(k), None, None) for t, k in zip(times, kinds, strict=True))
    on = tuple(ObservedDuty("AB"[k % 2], 28_800.0, 57_600.0) for k in range(6))
    return TestDay(date(1999, 2, 1), offers, on)


@pytest.mark.parametrize("recalled", [False, True])
def test_the_world_agrees_with_the_reference_model(recalled: bool) -> None:
    fit, day = a_fit(AWAY), busy_day()
    if recalled:
        away = replace(AWAY, pause_log_mean=np.log(300.0))
        fit = replace(fit, away_without_queue=away, answer_delay_s=90.0)
    ours = replay([day], fit, replications=30)
    reference = predict([day], fit, replications=30)
    for kind in ("PS", "NW"):
        waits = [f.filter(pl.col("type") == kind)["wait_s"].mean() for f in (ours, reference)]
        left = [f.filter(pl.col("type") == kind)["abandoned"].mean() for f in (ours, reference)]
        assert waits[0] == pytest.approx(waits[1], rel=0.1)
        assert left[0] == pytest.approx(left[1], abs=0.02)
    assert ours.columns == reference.columns


def test_replay_is_the_same_for_the_same_seed_and_differs_otherwise() -> None:
    fit, day = a_fit(AWAY), busy_day()
    first, again = (replay([day], fit, replications=2, seed=7) for _ in range(2))
    other = replay([day], fit, replications=2, seed=8)
    assert first.equals(again)
    assert not first["wait_s"].equals(other["wait_s"])
    with pytest.raises(InputError, match="no day to replay"):
        replay([], fit)


def test_a_trace_sets_the_segments_of_its_customers() -> None:
    """The class with priority goes first, whatever the segments' shares would have drawn."""
    patient = Patience(500, 100, 1.0, 1e7, 1e7, None, 0.0)
    fit = replace(a_fit(AWAY), patience={"PS": patient, "NW": patient})
    scenario = queue_scenario(fit, [frozenset({"PS", "NW"})])
    for favoured, other in ((1, 2), (2, 1)):
        segment = np.zeros(3, dtype=np.int64)
        segment[favoured] = 2
        trace = Trace(np.array([0.0, 0.1, 0.2]), np.arange(3), np.zeros(3, np.int64), segment)
        world = World(scenario, trace=trace, roster=[DutyPeriod(0, 0, 0.0, DAY_S, 1.0)]).run(DAY_S)
        rows = world.register.columns("contacts")
        assert rows["segment"][np.argsort(rows["customer"])].tolist() == segment.tolist()
        assert rows["customer"][np.argsort(rows["answered_s"])].tolist() == [0, favoured, other]


# --- the real logs ------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.parametrize("first", [0, 1])
def test_alternate_days_are_predicted_by_the_simulator(first: int) -> None:
    calls, _ = read_calls(data(CALLS))
    days = sorted(calls["day"].unique().to_list())
    train = calls.filter(pl.col("day").is_in(days[first::2]))
    test = calls.filter(pl.col("day").is_in(days[1 - first :: 2]))
    fit = fit_calls(train)
    fit = fit_attention(train, fit).of(fit)
    rows = comparison(test, replay(test_days(test), fit, replications=6))
    overall = {r["measure"]: r for r in rows.filter(pl.col("group") == "all").to_dicts()}
    assert abs(overall["mean_wait_s"]["relative_error"]) < 0.15
    assert abs(overall["abandonment"]["relative_error"]) < 0.20
    assert abs(overall["service_level"]["relative_error"]) < 0.06  # was .08 to .12


def shipped_attention(plain: dict[str, Any], calls: pl.DataFrame) -> Attention:
    """The pauses and the answer delay of the shipped scenario."""
    phone = plain["channels"]["phone"]
    pauses = durations.away_duration(fit_calls(calls).away_without_queue)["mean_s"]
    factor = np.log(phone["unhurried_wrap_up"]["mean_s"] / pauses)
    return Attention(float(factor), phone["answer_delay"]["mean_s"])


def test_the_shipped_agents_attention_is_that_of_the_log() -> None:
    calls, _ = read_calls(data(CALLS))
    shipped, _ = split_provenance(read_yaml(shipped_folder() / "bank.yaml"))
    windows = near_outage(calls)
    fit = shipped_attention(shipped, calls).of(fit_calls(calls))
    waits = without(replay(test_days(calls), fit, replications=3, seed=5), windows)
    assert moments(waits) == pytest.approx(moments(without(observed(calls), windows)), abs=0.08)


def test_the_shipped_bank_is_what_the_logs_give() -> None:
    calls, _ = read_calls(data(CALLS))
    hourly, _ = read_hourly(data("bank_hourly_counts_1999.csv"))
    journeys, _ = read_journeys(data("callcenter_journeys_2010_odd_cases.csv"))
    shipped, _ = split_provenance(read_yaml(shipped_folder() / "bank.yaml"))
    logs = read_logs(
        calls,
        hourly,
        journeys,
        source="a",
        hourly_source="b",
        desk_source="c",
        attention=shipped_attention(shipped, calls),
    )
    made, _ = split_provenance(bank_scenario(logs))

    def numbers(plain: dict[str, object]) -> dict[str, float]:
        return {row.path: row.value for row in provenance_of(plain, {})}

    assert numbers(made) == pytest.approx(numbers(shipped), rel=2e-3, abs=1e-9)
