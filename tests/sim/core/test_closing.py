"""Closing time, and hours that run past midnight."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from policies.value.firm_figures import staffed_in_s
from sim import Facts, Scenario, World, kpis
from sim.core.world import Trace
from sim.decisions.actions import KINDS
from sim.env import StaffingEnv
from sim.register.register import Outcome
from sim.units import DAY_S
from tests.support.worlds import (
    ALWAYS,
    Scatters,
    desk,
    firm,
    is_open,
    on_duty,
    table,
)

H = 3600.0
TEN_MINUTES = {"kind": "constant", "mean_s": 600.0}
DAYTIME = [{"days": ALWAYS, "open_h": 8, "close_h": 18}]
CLOSING = 18 * H


def _desk(shifts: list[dict[str, Any]], **phone: Any) -> Scenario:
    """A phone with hours: calls of ten minutes, endless patience, a line of .1 a minute."""
    channel = {"hours": DAYTIME, "cost_per_minute": 0.1, **phone}
    pool = {"shifts": shifts, "wage_per_h": 30.0}
    return desk(1.0, TEN_MINUTES, channels={"phone": channel}, teams={"pool": pool})


def _shift(start_h: float, end_h: float, agents: int = 1, **how: Any) -> dict[str, Any]:
    return {"agents": agents, "days": ALWAYS, "start_h": start_h, "end_h": end_h, **how}


def _calls(*times: float) -> Trace:
    n = len(times)
    return Trace(np.array(times), np.arange(n), np.zeros(n, dtype=np.int64))


LATE = (CLOSING - 600, CLOSING - 590, CLOSING - 580)
"""Three calls ten minutes before closing; the one agent is done with the first at closing."""


def _at_closing(rule: str, shifts: list[dict[str, Any]] | None = None, days: float = 2.0) -> World:
    scenario = _desk(shifts or [_shift(8, 18)], at_closing=rule)
    return World(scenario, trace=_calls(*LATE), seed=1).run(days * DAY_S)


def test_the_line_is_finished_and_the_agents_stay_for_it() -> None:
    world = _at_closing("finish_queue")
    contacts, shifts = table(world), table(world, "shifts")
    assert contacts["answered_s"].tolist() == [CLOSING - 600, CLOSING, CLOSING + 600]
    assert (contacts["outcome"] == Outcome.RESOLVED).all()
    assert shifts["off_s"].tolist() == [CLOSING + 1200, DAY_S + CLOSING]
    assert (shifts["off_s"] - shifts["on_s"]).sum() == 20 * H + 1200
    facts = Facts.of(world.compiled, world.customers, 0.0, world.now)
    found = kpis(world.register, facts)
    assert found["staff_cost"] == pytest.approx(30 * (20 + 1 / 3))
    assert found["contact_cost"] == pytest.approx(0.1 * (600 + 1190 + 1780) / 60)


def test_who_is_sent_away_has_waited_for_nothing_and_comes_back() -> None:
    world = _at_closing("send_away")
    contacts, shifts = table(world), table(world, "shifts")
    away = contacts["outcome"] == Outcome.CLOSED
    assert contacts["released_s"][away].tolist() == [CLOSING, CLOSING]
    assert (contacts["answered_s"][away] < 0).all()
    assert contacts["cost"][away] == pytest.approx([0.1 * 590 / 60, 0.1 * 580 / 60])
    assert (contacts["effort"][away] > 0).all()
    again = contacts["released_s"] > DAY_S
    assert again.sum() == 2
    assert (contacts["outcome"][again] == Outcome.RESOLVED).all()
    assert (contacts["start_s"][again] >= DAY_S + 8 * H).all()
    assert (contacts["attempt"][again] == 2).all()  # they had been in line
    assert shifts["off_s"].tolist() == [CLOSING, DAY_S + CLOSING]
    facts = Facts.of(world.compiled, world.customers, 0.0, world.now)
    found = kpis(world.register, facts)
    assert found["closed_share"] == 2 / 5
    assert found["first_contact_resolution"] == pytest.approx(1 / 3)


def test_a_line_that_is_kept_waits_overnight() -> None:
    contacts = table(_at_closing("keep"))
    assert contacts["answered_s"].tolist() == [
        CLOSING - 600, DAY_S + 8 * H, DAY_S + 8 * H + 600
    ]  # fmt: skip


@pytest.mark.parametrize("rule", ["finish_queue", "send_away"])
def test_nobody_waits_overnight_where_nobody_is_on_duty_at_closing(rule: str) -> None:
    contacts = table(_at_closing(rule, [_shift(8, 17)]))
    away = contacts["outcome"] == Outcome.CLOSED
    assert contacts["released_s"][away].tolist() == [CLOSING] * 3


@pytest.mark.parametrize("end_h", [17.99, 18.0, 18.1, 19.0])
def test_the_line_is_finished_whenever_around_closing_the_shift_ends(end_h: float) -> None:
    world = _at_closing("finish_queue", [_shift(8, end_h)])
    assert table(world)["answered_s"].max() == CLOSING + 600
    assert table(world, "shifts")["off_s"][0] == max(CLOSING + 1200, end_h * H)


def test_a_shift_that_ends_before_closing_leaves_the_line_to_the_next() -> None:
    world = _at_closing("finish_queue", [_shift(8, 17 + 11 / 12), _shift(17 + 7 / 8, 18)])
    shifts = table(world, "shifts")
    first, second = shifts["agent"] == 0, shifts["agent"] == 1
    assert shifts["contacts"][first][0] == 1
    assert shifts["off_s"][first][0] == CLOSING  # the call in progress, and no other
    assert shifts["contacts"][second][0] == 2
    assert shifts["off_s"][second][0] == CLOSING - 450 + 1200


def test_who_needs_a_skill_that_nobody_on_duty_has_is_sent_away() -> None:
    scenario = desk(
        1.0,
        TEN_MINUTES,
        intents={
            "fault": {
                "needs_per_month": 1.0,
                "skill": "technical",
                "talk_s": TEN_MINUTES,
                "resolution": {"phone": 1.0},
            }
        },
        channels={"phone": {"hours": DAYTIME}},
        teams={
            "pool": {"shifts": [_shift(8, 18)]},
            "fitters": {
                "channels": {"phone": 1},
                "skills": ["technical"],
                "shifts": [_shift(8, 12)],
            },
        },
    )
    trace = Trace(np.array(LATE), np.arange(3), np.array([0, 0, 1]))
    world = World(scenario, trace=trace, seed=1).run(DAY_S)
    contacts = table(world)
    by_intent = dict(zip(contacts["intent"].tolist(), contacts["outcome"].tolist(), strict=True))
    assert by_intent == {0: Outcome.RESOLVED, 1: Outcome.CLOSED}
    assert contacts["released_s"][contacts["intent"] == 1].tolist() == [CLOSING]


def test_strict_shifts_send_away_who_is_left() -> None:
    strict = desk(
        1.0,
        TEN_MINUTES,
        channels={"phone": {"hours": DAYTIME}},
        teams={"pool": {"shifts": [_shift(8, 18)]}},
        mechanisms={"finish_after_shift": False},
    )
    world = World(strict, trace=_calls(*LATE, CLOSING - 570), seed=1).run(DAY_S)
    outcomes = table(world)["outcome"].tolist()
    assert outcomes.count(Outcome.CLOSED) == 3
    assert table(world, "shifts")["off_s"].tolist() == [CLOSING]


def test_chats_in_line_are_finished_side_by_side() -> None:
    scenario = desk(
        1.0,
        TEN_MINUTES,
        channels={"phone": {"hours": DAYTIME}},
        teams={"pool": {"channels": {"phone": 2}, "shifts": [_shift(8, 18)]}},
    )
    world = World(scenario, trace=_calls(*LATE, CLOSING - 570, CLOSING - 560)).run(DAY_S)
    contacts = table(world)
    assert np.sort(contacts["answered_s"]).tolist() == [
        LATE[0], LATE[1], CLOSING, CLOSING + 10, CLOSING + 600
    ]  # fmt: skip
    assert table(world, "shifts")["off_s"].tolist() == [CLOSING + 1200]


def test_the_backlog_does_not_keep_agents_after_their_shift() -> None:
    scenario = desk(
        1.0,
        TEN_MINUTES,
        segments={"all": {"preference": {"phone": None, "email": 1}}},
        intents={"call": {"resolution": {"phone": None, "email": 1.0}}},
        channels={"phone": {"hours": DAYTIME}, "email": {"kind": "asynchronous"}},
        teams={"pool": {"channels": {"phone": 1, "email": 1}, "shifts": [_shift(8, 18)]}},
    )
    world = World(scenario, trace=_calls(*LATE)).run(DAY_S)
    assert table(world, "shifts")["off_s"].tolist() == [CLOSING]


def test_a_caller_handed_on_within_the_house_stays_after_closing() -> None:
    """First level fails at closing; the second level, on duty, takes the call after the doors."""
    scenario = desk(
        1.0,
        TEN_MINUTES,
        intents={"call": {"resolution": {"phone": 0.0001}}},
        channels={"phone": {"hours": DAYTIME}},
        agent_desktop={"transfer_probability": 1.0},
        teams={
            "pool": {"shifts": [_shift(8, 18)]},
            "experts": {
                "channels": {"phone": 1},
                "tier": 2,
                "resolution_boost": 1.0,
                "shifts": [_shift(8, 18.5)],
            },
        },
    )
    world = World(scenario, trace=_calls(CLOSING - 300)).run(DAY_S)
    contacts = table(world)
    assert contacts["outcome"].tolist() == [Outcome.TRANSFERRED, Outcome.RESOLVED]
    assert contacts["answered_s"].tolist() == [CLOSING - 300, CLOSING + 300]


PATIENT = firm(
    channels={
        "phone": {"patience": {"kind": "never"}},
        "chat": {"patience": {"kind": "never"}, "hours": [{"open_h": 10, "close_h": 20}],
                 "at_closing": "send_away"},
    },
    population={"customers": 250},
)  # fmt: skip


def test_patient_customers_do_not_wait_overnight() -> None:
    world = World(PATIENT, seed=2).run(6 * DAY_S)
    contacts = table(world)
    channels = world.compiled.channels
    for name, closes_h in (("phone", 18), ("chat", 20)):
        mine = (contacts["channel"] == channels.index[name]) & (contacts["queued_s"] >= 0)
        day = contacts["queued_s"][mine] // DAY_S
        until = contacts["answered_s"][mine]
        until = np.where(until < 0, contacts["released_s"][mine], until)
        assert mine.sum() > 100
        assert (until < (day + 1) * DAY_S).all()
        assert (until > day * DAY_S + closes_h * H).any() == (name == "phone")
    sent = contacts["outcome"] == Outcome.CLOSED
    assert (sent & (contacts["queued_s"] >= 0)).any()


def test_closing_is_the_same_in_forks_and_when_decisions_come_from_outside() -> None:
    end = 3.2 * DAY_S
    policy = Scatters(PATIENT)
    whole = World(PATIENT, policy=policy, seed=5).run(end).register.digest()
    outside = World(PATIENT, external=KINDS, seed=5)
    while outside.advance(end):
        outside.answer(policy.decide(outside.pending_view(Scatters.reads)))
    outside.finish()
    assert outside.register.digest() == whole
    parent = World(PATIENT, policy=policy, seed=5)
    parent.advance(DAY_S + CLOSING + 30.0)
    assert parent.fork().run(end).register.digest() == whole


# -- past midnight ---------------------------------------------------------------------------


@pytest.mark.parametrize("end_h", [6.0, 30.0])
def test_a_night_shift_is_paid_and_serves_at_two(end_h: float) -> None:
    scenario = _desk([_shift(22, end_h)], hours=[{"open_h": 22, "close_h": end_h}])
    trace = _calls(2 * H, 12 * H, DAY_S + 2 * H)
    world = World(scenario, trace=trace, seed=1).run(7 * DAY_S)
    contacts, shifts = table(world), table(world, "shifts")
    assert contacts["answered_s"][0] == 2 * H  # who began the night before is at work
    served = contacts["outcome"] == Outcome.RESOLVED
    assert DAY_S + 2 * H in contacts["answered_s"][served].tolist()
    at_noon = contacts["start_s"] == 12 * H
    assert contacts["outcome"][at_noon].tolist() == [Outcome.CLOSED]
    hour = contacts["answered_s"][served] % DAY_S / H
    assert ((hour >= 22) | (hour < 6.2)).all()
    assert (shifts["off_s"] - shifts["on_s"]).sum() == 7 * 8 * H
    facts = Facts.of(world.compiled, world.customers, 0.0, world.now)
    assert kpis(world.register, facts)["agent_hours"] == pytest.approx(56)


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    """Sunday night runs into Monday, and a simulation that starts on Monday begins within it."""
    sunday = {"days": ["sun"], "open_h": 22, "close_h": 6}
    scenario = _desk([{"agents": 1, "days": ["sun"], "start_h": 22, "end_h": 6}], hours=[sunday])
    table_of = World(scenario).compiled.channels
    phone = table_of.index["phone"]
    world = World(scenario)
    hours = []
    for h in range(168):
        world.core.put_scalar("now", h * H)
        hours += [h] if is_open(world, phone) else []
    assert hours == [0, 1, 2, 3, 4, 5, 166, 167]
    assert table_of.closings[phone] == (6 * H,)
    shifts = table(World(scenario, trace=_calls(1.0)).run(14 * DAY_S), "shifts")
    week = 7 * DAY_S
    assert shifts["on_s"].tolist() == [0.0, week - 2 * H, 2 * week - 2 * H]
    assert shifts["off_s"].tolist() == [6 * H, week + 6 * H, 2 * week]


def test_policies_know_when_the_night_shift_is_there() -> None:
    waits = staffed_in_s(_desk([_shift(22, 6)], hours=[{"open_h": 22, "close_h": 6}]), "phone")
    assert [waits[h] / H for h in (2, 6, 12, 21, 22, 23, 167)] == [0, 16, 10, 1, 0, 0, 0]


def test_a_staffing_environment_sees_the_night_shift() -> None:
    scenario = desk(
        0.01,
        TEN_MINUTES,
        channels={"phone": {"hours": [{"open_h": 22, "close_h": 6}]}},
        teams={"pool": {"shifts": [_shift(22, 6)]}},
    )
    env = StaffingEnv(scenario, horizon_days=1)
    env.reset(seed=1)
    there = []
    for _ in range(24):
        there.append(len(on_duty(env.world, 0)))
        env.step([0] * len(env.action_space.nvec))
    assert there[1:6] == [1] * 5  # after 6 a call may run on
    assert sum(there[8:22]) == 0
    assert there[23] == 1


def test_breaks_of_a_night_shift_fall_where_they_should() -> None:
    pauses = [{"after_h": 1, "minutes": 30}, {"after_h": 4, "minutes": 30}]
    scenario = _desk([_shift(22, 30, breaks=pauses)], hours=None)
    world = World(scenario, trace=_calls(1.0)).run(2 * DAY_S)
    assert table(world, "shifts")["break_s"].tolist() == [1800.0, 3600.0, 1800.0]


def test_hours_up_to_midnight_and_from_midnight_on_are_one_opening() -> None:
    scenario = _desk(
        [_shift(0, 24)],
        hours=[{"days": ["mon"], "open_h": 20, "close_h": 24}, {"days": ["tue"], "close_h": 3}],
    )
    channels = World(scenario).compiled.channels
    assert channels.closings[0] == (27 * H,)
