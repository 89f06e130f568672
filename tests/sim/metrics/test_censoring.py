"""What is open when a run ends: estimates against other computations, and against longer runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.statistics.survival import kaplan_meier
from sim import METRICS, Scenario, World, kpis, load_scenario
from sim.metrics.censoring import FOLLOW_UP_DAYS, FOLLOW_UP_S, inverse_weights, known, mean
from sim.metrics.facts import Facts
from sim.metrics.journey_kpis import customer_kpis, journey_kpis
from sim.metrics.series import hourly
from sim.register.register import JOURNEYS, SURVEYS, JourneyOutcome, Register
from sim.units import DAY_S, HOUR_S
from tests.support.registers import register_of

cases = st.lists(
    st.tuples(st.integers(0, 12).map(float), st.sampled_from(["open", "good", "bad"])),
    min_size=1,
    max_size=40,
)


def aalen_johansen(rows: list[tuple[float, str]], kind: str, at: float) -> float:
    """Cumulative incidence step by step: who still runs just before × who then ends this way."""
    running, incidence = 1.0, 0.0
    for time in sorted({t for t, how in rows if how != "open" and t <= at}):
        at_risk = sum(t >= time for t, _ in rows)
        ends = [how for t, how in rows if t == time and how != "open"]
        incidence += running * ends.count(kind) / at_risk
        running *= 1 - len(ends) / at_risk
    return incidence


@given(cases, st.integers(0, 12).map(float))
def test_weighted_shares_are_the_aalen_johansen_estimates(
    rows: list[tuple[float, str]], at: float
) -> None:
    duration = np.array([t for t, _ in rows])
    how = np.array([h for _, h in rows])
    weights = inverse_weights(duration, how != "open")
    for kind in ("good", "bad"):
        share = weights[(how == kind) & (duration <= at)].sum() / len(rows)
        assert share == pytest.approx(aalen_johansen(rows, kind, at), abs=1e-12)


@given(cases)
def test_all_ends_together_are_the_kaplan_meier_estimate(rows: list[tuple[float, str]]) -> None:
    duration = np.array([t for t, _ in rows])
    ended = np.array([h != "open" for _, h in rows])
    weights, curve = inverse_weights(duration, ended), kaplan_meier(duration, ended)
    for time, survival in zip(curve.times, curve.survival, strict=True):
        assert 1 - weights[duration <= time].sum() / len(rows) == pytest.approx(survival)


def test_known_only_where_enough_was_followed() -> None:
    day = np.arange(20) * DAY_S
    close_s = 20 * DAY_S
    after = np.full(20, HOUR_S)
    ended = np.ones(20, dtype=bool)
    assert (known(day, day + after, ended, close_s, whole=True) == 1.0).all()
    ended[-1] = False  # one of twenty is open, and has not been watched as long as the others
    assert known(day, day + 30 * HOUR_S, ended, close_s, whole=True).sum() == pytest.approx(20)
    late = close_s - np.arange(20) * HOUR_S  # nothing began early enough
    assert np.isnan(known(late, late + 1.0, ended, close_s, whole=False)).all()
    ended[0], ended[-1] = False, True  # the first is open still: nobody knows for how long
    assert np.isnan(known(day, day + after, ended, close_s, whole=True)).all()
    weights = known(day, day + after, ended, close_s, whole=False)
    assert weights.sum() == pytest.approx(20)
    assert mean(weights, np.array([1.0, *[0.0] * 19])) == 1 / 20


def _facts(end_s: float) -> Facts:
    none = np.empty(0)
    return Facts(0.0, end_s, none, none, none, np.empty(0, dtype=np.int64), 0.0)


def _journeys(*rows: dict[str, Any], surveys: Sequence[dict[str, Any]] = ()) -> Register:
    usual = {"cancel": False, "contacts": 1, "attempts": 1, "human": 1, "effort": 1.0,
             "first_contact_resolved": False, "outcome": JourneyOutcome.RESOLVED}  # fmt: skip
    journeys = [
        {**dict.fromkeys(JOURNEYS, 0), **usual, "journey": n, **row} for n, row in enumerate(rows)
    ]
    return register_of(journeys=journeys, surveys=list(surveys))


def test_journeys_by_hand() -> None:
    """Ten days; four needs end after 1, 2, 4 and 6 days, one is open after 3."""
    days = DAY_S
    surveys = [
        {**dict.fromkeys(SURVEYS, 0), "journey": j, "csat": c, "ces": c, "nps": n}
        for j, c, n in ((0, 5, 10), (1, 1, 0), (3, 2, 8))
    ]
    register = _journeys(
        {"start_s": 0.0, "end_s": 1 * days, "first_contact_resolved": True},
        {"start_s": 0.0, "end_s": 2 * days, "outcome": JourneyOutcome.GIVEN_UP, "attempts": 3,
         "contacts": 4, "effort": 2.0, "human": 0},
        {"start_s": 7 * days, "end_s": 10 * days, "outcome": JourneyOutcome.OPEN},
        {"start_s": 0.0, "end_s": 4 * days, "attempts": 2, "contacts": 2},
        {"start_s": 1 * days, "end_s": 7 * days, "attempts": 2, "contacts": 3},
        surveys=surveys,
    )  # fmt: skip
    journeys, facts = register.columns("journeys"), _facts(10 * days)
    found = journey_kpis(journeys, facts)
    # The two that lasted longer than the open one stand for it too: 1, 1, 0, 1.5, 1.5 of 5.
    assert found == pytest.approx({
        "journeys": 5,
        "open_share": 0.2,
        "resolved_share": (1 + 1.5) / 5,  # within 5 days
        "first_contact_resolution": 1 / 5,
        "time_to_resolution_h": 24 * (1 + 1.5 * 4 + 1.5 * 5) / (1 + 1.5 + 1.5),
        "given_up_share": 1 / 5,
        "contacts_per_journey": (1 + 4 + 1.5 * 2 + 1.5 * 3) / 5,
        "effort_per_journey": (1 + 2 + 1.5 + 1.5) / 5,
        "recontact_share": (1 + 1.5 + 1.5) / 5,
        "human_share": (1 + 1.5 + 1.5) / 5,
    })  # fmt: skip
    contacts = register.columns("contacts")
    felt = customer_kpis(contacts, register.columns("surveys"), journeys, facts)
    assert felt["csat"] == felt["ces"] == pytest.approx((5 + 1 + 1.5 * 2) / 3.5)
    assert felt["nps"] == pytest.approx(100 * (1 - 1) / 3.5)


FIRMS = {
    "fast": {"agents": 2, "start_h": 8, "end_h": 17},
    "slow": {"agents": 1, "start_h": 8, "end_h": 9, "days": ["mon", "tue", "wed", "thu", "fri"]},
}
"""A help desk's e-mail team that keeps up, and one of an hour a day whose backlog grows."""
SHORT_DAYS = 10
BETTER = {
    name: METRICS[name].better
    for name in (
        "open_share", "backlog_contacts", "backlog_hours", "resolved_share", "given_up_share",
        "first_contact_resolution", "contacts_per_journey", "time_to_resolution_h",
        "effort_per_journey", "recontact_share", "satisfaction", "csat", "ces", "nps",
        "response_time_h", "waiting_time_s", "speed_of_answer_s",
    )
}  # fmt: skip


def _desk(firm: str) -> Scenario:
    mail = {"channels": {"email": 1}, "wage_per_h": 26, "shifts": [FIRMS[firm]]}
    others = {name: {"channels": {"email": None}} for name in ("desk", "seniors")}
    return load_scenario("helpdesk", {"teams": {**others, "mail": mail}})


@cache
def _run(firm: str, days: int, replication: int) -> tuple[World, dict[str, float]]:
    scenario = _desk(firm)
    regime = scenario.regimes["omnichannel"]
    world = World(scenario, regime=regime, seed=7, replication=replication).run(days * DAY_S)
    facts = Facts.of(world.compiled, world.customers, 0.0, world.now)
    return world, kpis(world.register, facts)


def _mean(firm: str, days: int, metric: str) -> float:
    values = [_run(firm, days, replication)[1][metric] for replication in range(3)]
    return float(np.mean(values))  # undefined if one is


@pytest.mark.parametrize(("first", "second"), [("fast", "slow"), ("slow", "fast")])
@pytest.mark.parametrize("days", [3, 7, SHORT_DAYS])
def test_a_short_run_orders_two_firms_as_one_three_times_as_long_or_not_at_all(
    days: int, first: str, second: str
) -> None:
    for metric, better in BETTER.items():
        short = _mean(first, days, metric) - _mean(second, days, metric)
        if math.isnan(short):
            continue
        for longer in (3 * days, 90):
            long = _mean(first, longer, metric) - _mean(second, longer, metric)
            assert math.isnan(long) or short * long > 0, (metric, longer)
            first_is_better = long > 0 if better == "higher" else long < 0
            assert math.isnan(long) or first_is_better == (first == "fast"), (metric, longer)


def test_what_cannot_be_known_in_three_days_is_undefined_and_said() -> None:
    for firm, low, high in (("fast", 0.05, 0.12), ("slow", 0.25, 0.33)):
        assert low < _mean(firm, 3, "open_share") < high
        for metric in (
            "resolved_share",
            "first_contact_resolution",
            "given_up_share",
            "recontact_share",
            "time_to_resolution_h",
            "response_time_h",
            "csat",
        ):
            assert math.isnan(_mean(firm, 3, metric)), (firm, metric)  # fmt: skip
    assert _mean("slow", 3, "backlog_contacts") > 100 > 20 > _mean("fast", 3, "backlog_contacts")
    assert _mean("slow", 3, "backlog_hours") > 20 > 8 > _mean("fast", 3, "backlog_hours")


@pytest.mark.parametrize("firm", ["fast", "slow"])
def test_short_runs_estimate_what_long_ones_watch(firm: str) -> None:
    """Three times ten days against needs of ninety days that all were watched for long enough."""
    watched: dict[str, list[float]] = {"resolved": [], "first": [], "hours": []}
    for replication in range(3):
        world, _ = _run(firm, 90, replication)
        rows = world.register.columns("journeys")
        keep = (rows["cancel"] == 0) & (rows["start_s"] < world.now - FOLLOW_UP_S)
        lasted = (rows["end_s"] - rows["start_s"])[keep]
        outcome = rows["outcome"][keep]
        soon = (lasted <= FOLLOW_UP_S) & (outcome == JourneyOutcome.RESOLVED)
        other = (lasted <= FOLLOW_UP_S) & ~soon
        watched["resolved"].append(soon.mean())
        watched["first"].append((soon & (rows["first_contact_resolved"][keep] == 1)).mean())
        watched["hours"].append(np.minimum(lasted, FOLLOW_UP_S)[~other].mean() / HOUR_S)
    expected = {name: np.mean(values) for name, values in watched.items()}
    assert _mean(firm, SHORT_DAYS, "resolved_share") == pytest.approx(
        expected["resolved"], abs=0.03
    )
    assert _mean(firm, SHORT_DAYS, "first_contact_resolution") == pytest.approx(
        expected["first"], abs=0.04
    )
    assert _mean(firm, SHORT_DAYS, "time_to_resolution_h") == pytest.approx(
        expected["hours"], abs=4
    )


def test_an_email_that_its_sender_gave_up_on_is_still_answered_late() -> None:
    """The slow firm answers almost nobody within the days followed; it looked quick before."""
    assert _mean("slow", SHORT_DAYS, "response_time_h") > 0.9 * 24 * FOLLOW_UP_DAYS
    assert _mean("fast", SHORT_DAYS, "response_time_h") < 12


def test_waits_by_hour_are_unknown_while_most_still_wait() -> None:
    for firm, days, known_yet in (("slow", 3, False), ("fast", SHORT_DAYS, True)):
        world, found = _run(firm, days, 0)
        facts = Facts.of(world.compiled, world.customers, 0.0, world.now)
        series = hourly(world.register, facts, world.compiled)
        rows = list(zip(series["channel"], series["mean_wait_s"], series["contacts"], strict=True))
        mail = [wait for channel, wait, n in rows if channel == "email" and n]
        assert len([wait for wait in mail if wait is not None]) >= (10 if known_yet else 0)
        assert known_yet or mail == [None] * len(mail)
        calls = [wait for channel, wait, n in rows if channel == "phone" and wait is not None]
        assert len(calls) > 5 and max(calls) < HOUR_S
        assert min(calls) < found["waiting_time_s"] < max(calls)


def test_definitions_state_the_estimator_and_the_days() -> None:
    for name in ("resolved_share", "first_contact_resolution", "time_to_resolution_h",
                 "response_time_h"):  # fmt: skip
        text = METRICS[name].definition
        assert f"{FOLLOW_UP_DAYS:g} days" in text, name
        assert "estimate" in text or "restricted mean" in text, name
        assert "undefined" in text, name
