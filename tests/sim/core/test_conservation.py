"""Nothing is lost and nothing appears from nowhere: customers, contacts, agent time, money."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import Facts, Scenario, World, kpis
from sim.decisions.actions import KINDS
from sim.inputs import merge
from sim.metrics.agent_time import agent_time
from sim.metrics.kpis import money_kpis
from sim.metrics.series import by_hour, hourly
from sim.register.register import TABLES, Departure, JourneyOutcome, Outcome
from sim.scenario.knowledge import Regime
from sim.scenario.service import Mechanisms
from sim.tables.codes import ASYNCHRONOUS, AUTOMATED, CALLBACK, FINISH_QUEUE, LIVE
from sim.units import DAY_S
from tests.support.registers import register_of
from tests.support.worlds import ALWAYS, Scatters, firm, in_line, is_open, of, on_duty, table

seconds = st.sampled_from([0.0, 20.0, 300.0, 4000.0])
shares = st.sampled_from([0.0, 0.3, 0.8, 1.0])
laws = st.sampled_from(["constant", "exponential", "lognormal", "weibull"])


@st.composite
def durations(draw: st.DrawFn, never: bool = False) -> dict[str, Any]:
    if never and draw(st.booleans()):
        return {"kind": "never"}
    mean = draw(st.sampled_from([1.0, 60.0, 900.0, 20_000.0]))
    return {"kind": draw(laws), "mean_s": mean, "short_share": draw(st.sampled_from([0.0, 0.2]))}


@st.composite
def shifts(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(st.sampled_from([0.0, 7.5, 9.0]))
    end = draw(st.sampled_from([12.0, 17.0, 23.0, 6.0]))
    pauses: list[dict[str, float]] = draw(
        st.sampled_from(
            [
                [],
                [{"after_h": 0.0, "minutes": 20}],
                [{"after_h": 1.0, "minutes": 45}, {"after_h": 2.0, "minutes": 30}],
            ]
        )
    )
    agents = draw(st.integers(1, 3))
    return {"agents": agents, "days": ALWAYS, "start_h": start, "end_h": end, "breaks": pauses}


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """Changes to the firm: channels, teams, churn clock, mechanisms."""
    channels: dict[str, Any] = {
        "phone": {
            "patience": draw(durations(never=True)),
            "wrap_up": draw(durations()),
            "front_door": draw(st.sampled_from(["ivr", None])),
            "overflow_after_s": draw(st.sampled_from([None, 0.0, 60.0])),
            "hours": draw(
                st.sampled_from(
                    [
                        None,
                        [{"days": ALWAYS, "open_h": 9, "close_h": 12}],
                        [{"days": ALWAYS, "open_h": 11, "close_h": 1}],
                    ]
                )
            ),
            "at_closing": draw(st.sampled_from(["finish_queue", "send_away", "keep"])),
        },
        "chat": {"patience": draw(durations(never=True)), "acceptance": draw(shares)},
        "email": {"patience": draw(durations(never=True)), "wrap_up": draw(durations())},
        "back": {"no_answer": draw(shares)},
        "bot": {"automation": {"detection": draw(shares), "hand_over_to": draw(
            st.sampled_from([[], ["chat"], ["phone", "email"]])
        )}},
    }  # fmt: skip
    teams = {
        name: {
            "shifts": [shift],
            # An agent alone cannot be held back: nobody would ever work the backlog.
            "backlog_reserve": draw(st.sampled_from([0, 0, min(1, shift["agents"] - 1)])),
        }
        for name in ("front", "technicians", "chatters", "experts")
        for shift in [draw(shifts())]
    }
    teams["chatters"]["channels"] = {"chat": draw(st.integers(1, 4))}
    switched = draw(st.sets(st.sampled_from(sorted(Mechanisms.model_fields)), max_size=6))
    return {
        "channels": channels,
        "teams": teams,
        "agent_desktop": {"misroute_s": draw(seconds), "integrated_desktop": draw(st.booleans())},
        "queueing": {"head_start_s": draw(st.sampled_from([None, 120.0]))},
        "returns": {"max_attempts": draw(st.integers(1, 4))},
        "retention": {
            "clock": draw(st.sampled_from(["hazard", "contractual", "none"])),
            "period_days": draw(st.sampled_from([1, 2])),
            "announced_share": draw(shares),
        },
        "survey": {"every_contact": draw(st.booleans()), "response_rate": draw(shares)},
        "money": {"discount_per_year": draw(st.sampled_from([0.0, 0.1, 5.0]))},
        "mechanisms": {name: False for name in switched},
    }


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A finished world of a random firm under a random regime and policy."""
    scenario = firm(**draw(changes()))
    regime = draw(
        st.sampled_from(
            [
                Regime(),
                Regime(intent_accuracy=0.7, decision_latency_s=30.0),
                *scenario.regimes.values(),
            ]
        )
    )
    policy = draw(st.sampled_from([None, Scatters]))
    kinds = draw(st.sets(st.sampled_from(KINDS), min_size=1))
    days = draw(st.sampled_from([1.37, 2.0, 2.71]))
    world = World(
        scenario,
        regime=regime,
        policy=policy and policy(scenario),
        decides=kinds,
        seed=draw(st.integers(0, 10**6)),
    )
    return world.run(days * DAY_S)


def check_customers(world: World) -> None:
    people, churn = world.customers, table(world, "churn")
    gone = churn["customer"][churn["how"] != Departure.SAVED]
    assert len(set(gone.tolist())) == len(gone)
    assert sum(people.alive) + len(gone) == people.n
    left = np.array(people.left_s)
    assert sorted(np.flatnonzero(left >= 0).tolist()) == sorted(gone.tolist())
    contacts, journeys = table(world), table(world, "journeys")
    leaving = np.where(left < 0, np.inf, left)
    assert (contacts["start_s"] <= leaving[contacts["customer"]]).all()
    assert (journeys["start_s"] <= leaving[journeys["customer"]]).all()
    churned = journeys["outcome"] == JourneyOutcome.CHURNED
    assert (left[journeys["customer"][churned]] >= 0).all()


def check_contacts(world: World) -> None:
    contacts, journeys = table(world), table(world, "journeys")
    assert len(set(contacts["contact"].tolist())) == len(contacts["contact"])
    assert sorted(journeys["journey"].tolist()) == list(range(world.core.scalar("n_journeys")))
    n = world.core.scalar("n_journeys")
    rows = np.bincount(contacts["journey"], minlength=n)
    assert np.array_equal(rows[journeys["journey"]], journeys["contacts"])
    for earlier, later in (
        ("start_s", "released_s"),
        ("queued_s", "released_s"),
        ("answered_s", "released_s"),
        ("released_s", "end_s"),
    ):
        assert (contacts[earlier] <= contacts[later] + 1e-6).all(), (earlier, later)
    assert (contacts["released_s"] <= world.now + 1e-6).all()
    own = np.isin(contacts["outcome"], (Outcome.OPEN, Outcome.LEFT, Outcome.SUPERSEDED))
    unclear = np.union1d(
        contacts["journey"][own],
        journeys["journey"][journeys["outcome"] == JourneyOutcome.OPEN],
    )
    effort = np.bincount(contacts["journey"], contacts["effort"], minlength=n)
    for journey, total in zip(journeys["journey"], journeys["effort"], strict=True):
        if journey not in unclear:
            assert effort[journey] == pytest.approx(total)


def check_queues(world: World) -> None:
    """Offered = served + abandoned + sent away + still queued + left or superseded unanswered."""
    contacts = table(world)
    kind = np.array(world.compiled.channels.kind)[contacts["channel"]]
    queued = of(
        contacts, np.isin(kind, (LIVE, ASYNCHRONOUS, CALLBACK)) & (contacts["queued_s"] >= 0)
    )
    served = queued["answered_s"] >= 0
    assert (queued["agent"][served] >= 0).all()
    assert (queued["agent"][~served] < 0).all()
    unserved = queued["outcome"][~served]
    ends = (
        Outcome.ABANDONED, Outcome.LEFT, Outcome.OPEN, Outcome.SUPERSEDED, Outcome.CLOSED
    )  # fmt: skip
    assert np.isin(unserved, ends).all()
    assert not np.isin(queued["outcome"][served], (Outcome.ABANDONED, Outcome.LEFT)).sum() or (
        table(world, "journeys")["cancel"].any()
    )
    waiting = np.isin(unserved, (Outcome.OPEN, Outcome.SUPERSEDED)).sum()
    assert waiting == sum(in_line(world))
    automated = of(contacts, kind == AUTOMATED)
    assert (automated["agent"] < 0).all()


def check_agents(world: World) -> None:
    shifts, contacts, teams = table(world, "shifts"), table(world), world.compiled.teams
    paid = shifts["off_s"] - shifts["on_s"]
    assert (paid >= -1e-6).all()
    assert (shifts["busy_s"] + shifts["break_s"] <= paid + 1e-6).all()
    worked = shifts["talk_s"] + shifts["search_s"] + shifts["wrap_up_s"]
    for team, multi in enumerate(teams.multi):
        of_team = of(shifts, shifts["team"] == team)
        finished = of_team["off_s"] < world.now
        if not multi:
            same = worked[shifts["team"] == team][finished]
            assert same == pytest.approx(of_team["busy_s"][finished], abs=1e-5)
    _check_concurrency(world, contacts)


def _check_concurrency(world: World, contacts: dict[str, Any]) -> None:
    """An agent never holds more contacts at once than the slots of its one channel.

    A contact belongs to the last shift that had begun (the one before may still be finishing).
    """
    served = of(contacts, contacts["agent"] >= 0)
    for agent in np.unique(served["agent"]):
        mine = of(served, served["agent"] == agent)
        shifts = of(table(world, "shifts"), table(world, "shifts")["agent"] == agent)
        begins = np.sort(shifts["on_s"])
        begun = np.searchsorted(begins, mine["answered_s"], side="right") - 1
        for on, off in zip(shifts["on_s"], shifts["off_s"], strict=True):
            here = of(mine, (begins[begun] == on) & (mine["released_s"] <= off))
            for i, at in enumerate(here["answered_s"]):
                running = (here["answered_s"] < at) & (here["end_s"] > at + 1e-6)
                running[i] = False
                channel = int(here["channel"][i])
                assert (here["channel"][running] == channel).all()
                slots = world.compiled.teams.slots[int(here["team"][i])][channel]
                assert running.sum() < slots


def check_money(world: World) -> None:
    facts = Facts.of(world.compiled, world.customers, 0.0, world.now)
    found, totals = money_kpis(world.register, facts), world.ledger.totals(world.now)
    assert sum(totals.values()) == pytest.approx(found["net_value"], rel=1e-9, abs=1e-6)
    if world.compiled.discount_per_s == 0:
        assert totals["margin"] == pytest.approx(found["margin"])
        assert totals["sales"] == pytest.approx(found["sales"])
        assert -totals["staff"] == pytest.approx(found["staff_cost"])
        assert -totals["contacts"] == pytest.approx(found["contact_cost"])
        assert -totals["treatments"] == pytest.approx(found["treatment_cost"])
    left = np.array(world.customers.left_s)
    stayed = np.where(left < 0, world.now, left)
    rates = np.array(world.customers.margin_per_s)
    rate = world.compiled.discount_per_s
    lived = stayed if rate == 0 else (1 - np.exp(-rate * stayed)) / rate
    assert totals["margin"] == pytest.approx(float(rates @ lived), rel=1e-6)


def check_closing(world: World) -> None:
    """Nobody stays behind: no free agent after the shift, no closed line that nobody serves."""
    table_of = world.compiled
    for team in range(table_of.teams.n):
        assert not [a for a in on_duty(world, team) if a["leaving"] and not a["load"]]
    for queue, waiting in enumerate(in_line(world)):
        channel = table_of.queues.channel[queue]
        if waiting and not is_open(world, channel) and table_of.channels.at_closing[channel]:
            assert table_of.channels.at_closing[channel] == FINISH_QUEUE
            teams = (*table_of.queues.teams[queue], *table_of.queues.overflow_teams[queue])
            assert any(on_duty(world, t) for t in teams)


def check_windows(world: World) -> None:
    """Sums over time are the same in one piece and in parts, by window and by hour of the day."""
    borders = [0.0, 0.31 * world.now, 0.74 * world.now, world.now]
    parts = [_sums(world, a, b) for a, b in pairwise(borders)]
    whole = _sums(world, 0.0, world.now)
    for name, total in whole.items():
        assert sum(part[name] for part in parts) == pytest.approx(total, rel=1e-9, abs=1e-5), name
    facts = Facts.of(world.compiled, world.customers, 0.0, world.now)
    assert kpis(world.register, facts)["backlog_contacts"] == sum(in_line(world))
    shifts = table(world, "shifts")
    assert whole["busy"] == pytest.approx(float(shifts["busy_s"].sum()), abs=1e-5)
    assert whole["break"] == pytest.approx(float(shifts["break_s"].sum()), abs=1e-5)
    assert whole["paid"] == pytest.approx(float((shifts["off_s"] - shifts["on_s"]).sum()))
    for part in parts:
        assert part["busy"] + part["break"] <= part["paid"] + 1e-5


def _sums(world: World, start_s: float, end_s: float) -> dict[str, float]:
    """Return the window's sums of time, money and contacts; each series adds up to its total."""
    facts = Facts.of(world.compiled, world.customers, start_s, end_s)
    found, time = kpis(world.register, facts), agent_time(world.register, facts)
    for part in time:
        assert by_hour(part).sum() == pytest.approx(part.total_s, abs=1e-5)
        assert (by_hour(part) >= -1e-6).all()
    series = hourly(world.register, facts, world.compiled)
    assert sum(series["contacts"]) == found["contacts"]
    assert all(share is None or 0 <= share <= 1 for share in series["occupancy"])
    assert found["agent_hours"] == pytest.approx(time.paid.total_s / 3600)
    wages = facts.wage_per_s[time.paid.team] * (time.paid.end_s - time.paid.start_s)
    assert found["staff_cost"] == pytest.approx(float(wages.sum()))
    sums = ("contacts", "agent_hours", "staff_cost", "contact_cost", "treatment_cost", "margin",
            "sales", "saved")  # fmt: skip
    return {
        **{name: found[name] for name in sums},
        "paid": time.paid.total_s,
        "break": time.breaks.total_s,
        "busy": time.busy.total_s,
    }


CHECKS = (
    check_customers,
    check_contacts,
    check_queues,
    check_agents,
    check_closing,
    check_money,
    check_windows,
)


@settings(max_examples=60)
@given(worlds())
def test_any_world_conserves(world: World) -> None:
    for check in CHECKS:
        check(world)


@pytest.mark.parametrize("check", CHECKS)
def test_a_long_run_conserves(check: Any) -> None:
    scenario = firm(retention={"announced_share": 0.6})
    world = World(scenario, policy=Scatters(scenario), seed=3).run(12.4 * DAY_S)
    assert world.register.number_of("contacts") > 1000
    assert world.register.number_of("churn") > 10
    check(world)


def test_shifts_that_cut_off_conserve() -> None:
    scenario = firm(mechanisms={"finish_after_shift": False})
    world = World(scenario, policy=Scatters(scenario), seed=4).run(8 * DAY_S)
    assert (table(world)["outcome"] == Outcome.CUT_OFF).any()
    shifts = table(world, "shifts")
    planned = [s.end_h * 3600 for t in scenario.teams.values() for s in t.shifts]
    late = np.min(np.abs(shifts["off_s"][:, None] % DAY_S - planned), axis=1)
    contacts = table(world)
    unfinished = of(contacts, contacts["outcome"] == Outcome.CUT_OFF)
    assert (unfinished["wrap_up_s"] == 0).all()
    assert (late < contacts["wrap_up_s"].max()).all()  # only wrap-up is finished
    assert (late == 0).mean() > 0.9
    for check in CHECKS:
        check(world)


def test_the_checks_can_fail() -> None:
    """A register with a contact missing, and one with a contact twice, are both refused."""
    world = World(_small(), seed=1).run(DAY_S)
    check_contacts(world)
    tables = {name: _rows(world, name) for name in TABLES}
    twice = tables | {"contacts": [*tables["contacts"], tables["contacts"][0]]}
    missing = tables | {"contacts": tables["contacts"][:-1]}
    for wrong in (twice, missing):
        world.register = register_of(**wrong)
        with pytest.raises(AssertionError):
            check_contacts(world)
    world.register = register_of(**tables)
    check_contacts(world)


def _rows(world: World, name: str) -> list[dict[str, float]]:
    rows = world.register.rows(name)
    return [dict(zip(TABLES[name], row, strict=True)) for row in rows]


def _small() -> Scenario:
    return firm(**merge({"population": {"customers": 40}}, {}))
