"""The machine: reproducible, common luck for all policies, decisions inline or from outside."""

from __future__ import annotations

import numpy as np
import pytest

from policies import Policy
from sim import Kind, World
from sim.core import churn, journeys
from sim.core.world import DutyPeriod, Trace
from sim.decisions.actions import KINDS, PolicyError
from sim.decisions.view import View
from sim.population.demand import Demand
from sim.population.draws import ATTEMPTS, FOR_POLICY, TRAIT_CHURN_THRESHOLD, uniform
from sim.population.streams import stream_key
from sim.register.register import JourneyOutcome, Outcome, Steering
from sim.units import DAY_S
from tests.support.worlds import (
    Columns,
    Prefers,
    Scatters,
    always_on,
    desk,
    firm,
    of,
    open_legs,
    table,
)

SCENARIO = firm()


def _run(days: float = 2.0, **how: object) -> World:
    return World(SCENARIO, **how).run(days * DAY_S)  # type: ignore[arg-type]


# -- reproducible --------------------------------------------------------------------------------


def test_same_seed_same_register() -> None:
    one = _run(seed=1, policy=Scatters(SCENARIO)).register.digest()
    assert _run(seed=1, policy=Scatters(SCENARIO)).register.digest() == one
    assert _run(seed=2, policy=Scatters(SCENARIO)).register.digest() != one
    assert _run(seed=1, replication=1, policy=Scatters(SCENARIO)).register.digest() != one


def test_pauses_change_nothing() -> None:
    world = World(SCENARIO, seed=1)
    for at in np.linspace(0, 2 * DAY_S, 37):
        world.advance(float(at))
    assert world.run(2 * DAY_S).register.digest() == _run(seed=1).register.digest()


def test_a_compiled_scenario_may_be_shared() -> None:
    first = _run(seed=1)
    second = World(SCENARIO, seed=1, compiled=first.compiled).run(2 * DAY_S)
    assert second.register.digest() == first.register.digest()


# -- common random numbers -----------------------------------------------------------------------


def _needs(world: World) -> set[tuple[float, int, int]]:
    """Needs of customers who have not left (those who have left have none)."""
    journeys = table(world, "journeys")
    left = np.array(world.customers.left_s)[journeys["customer"]]
    keep = (journeys["cancel"] == 0) & (left < 0)
    mine = of(journeys, keep)
    return set(zip(*(mine[k].tolist() for k in ("start_s", "customer", "intent")), strict=True))


def test_different_policies_meet_the_same_needs() -> None:
    worlds = [_run(seed=4), _run(seed=4, policy=Scatters(SCENARIO))]
    assert worlds[0].register.digest() != worlds[1].register.digest()
    stayed = [np.array(w.customers.left_s) < 0 for w in worlds]
    both = set(np.flatnonzero(stayed[0] & stayed[1]).tolist())
    first, second = ({n for n in _needs(w) if n[1] in both} for w in worlds)
    assert len(first) > 100
    assert first == second


def test_different_policies_meet_the_same_customers() -> None:
    one = World(SCENARIO, seed=4)
    other = World(
        SCENARIO, seed=4, policy=Scatters(SCENARIO), regime=SCENARIO.regimes["multichannel"]
    )
    for name in ("threshold", "skill", "segment", "margin_per_s", "base", "announce"):
        mine, theirs = (world.core.column("customers", name) for world in (one, other))
        assert len(mine) == SCENARIO.population.customers
        assert np.array_equal(mine, theirs), name
    key = stream_key(4, 0)
    expected = [-np.log(uniform(key, c, 0, TRAIT_CHURN_THRESHOLD)) for c in range(20)]
    assert np.array(one.customers.threshold)[:20] == pytest.approx(expected)


def test_a_customer_saved_or_leaving_changes_no_other_customers_luck() -> None:
    """What a customer draws on the way out depends on their own history only."""
    scenario = firm(channels={"phone": {"hours": None, "patience": {"kind": "never"}}})
    worlds = [World(scenario, seed=2, engine="interpreted") for _ in range(2)]
    worlds[1].advance(60.0)
    churn.decide_to_leave(worlds[1].core.world, 7)
    churn.leave(worlds[1].core.world, 8, 0)  # somebody else has left in this world only
    for world in worlds:
        world.advance(120.0)
        churn.save(world.core.world, 3)
        journeys.on_cancel_call(world.core.world, 3)
    assert worlds[0].customers.threshold[3] == worlds[1].customers.threshold[3]
    lucks = []
    for world in worlds:
        last = world.core.value("customers", 3, "last_journey")
        assert world.core.value("journeys", last, "cancel")
        lucks.append(world.core.value("journeys", last, "luck"))
    assert lucks[0] == lucks[1]


def test_every_attempt_and_every_transferred_leg_has_its_own_luck() -> None:
    world = World(firm(returns={"max_attempts": 15}), seed=1)
    seen: dict[tuple[int, int], set[int]] = {}
    at = DAY_S / 4
    while at < 3 * DAY_S:
        world.advance(at)
        for contact, journey in open_legs(world):
            seen.setdefault((journey["id"], contact["id"]), set()).add(contact["luck"])
        at += 120.0
    names = ("journey", "contact", "from_channel", "channel")
    rows = world.register.rows("contacts", *names)
    transferred = {(j, c) for j, c, before, channel in rows if before == channel}
    moved = {leg: lucks for leg, lucks in seen.items() if leg in transferred}
    assert len(moved) > 10
    rest = {luck for leg, lucks in seen.items() if leg not in transferred for luck in lucks}
    assert all(len(lucks) == 1 for lucks in moved.values())
    once = [next(iter(lucks)) for lucks in moved.values()]
    assert len(set(once)) == len(once)
    assert not set(once) & rest


def test_first_contact_luck_is_addressed_by_customer_and_need() -> None:
    seen: list[tuple[int, float]] = []

    class Looks(Policy):
        def entry(self, view: View) -> int:
            assert view.customer is not None
            if view.customer.journey_h == 0:
                seen.append((view.customer.customer, view.uniform))
            return view.default

    _run(1.0, seed=4, policy=Looks(SCENARIO))
    key, numbers = stream_key(4, 0), dict.fromkeys(range(SCENARIO.population.customers), 0)
    assert len(seen) > 50
    for customer, luck in seen:
        address = numbers[customer] * ATTEMPTS
        assert luck == uniform(key, customer, address, FOR_POLICY)
        numbers[customer] += 1


# -- decisions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kinds", [[kind] for kind in KINDS] + [list(KINDS)])
def test_decisions_from_outside_are_decisions_inline(kinds: list[Kind]) -> None:
    leaving = {"calm": {"hazard_per_month": 3.0}}
    scenario = firm(
        survey={"every_contact": True}, segments=leaving, retention={"announced_share": 0.9}
    )
    policy = Scatters(scenario)
    inline = World(scenario, policy=policy, decides=kinds, seed=5).run(2 * DAY_S)
    outside = World(scenario, external=kinds, seed=5)
    answers = 0
    while outside.advance(2 * DAY_S):
        assert outside.pending is not None
        assert outside.advance(2 * DAY_S)  # nothing moves until it is answered
        answers += 1
        outside.answer(policy.decide(outside.pending_view(policy.reads)))
    outside.finish()
    assert answers > 0
    assert outside.register.digest() == inline.register.digest()
    assert outside.ledger.totals(outside.now) == inline.ledger.totals(inline.now)


def test_an_illegal_action_is_refused_with_the_legal_ones() -> None:
    class Breaks(Policy):
        def entry(self, view: View) -> int:
            return 10_000

    with pytest.raises(PolicyError, match=r"illegal action 10000 for a entry.*'entry:"):
        _run(policy=Breaks(SCENARIO))
    world = World(SCENARIO, external=[Kind.ENTRY])
    with pytest.raises(RuntimeError, match="no decision"):
        world.answer(0)
    with pytest.raises(RuntimeError, match="no decision"):
        world.pending_view(frozenset())
    assert world.advance(2 * DAY_S)
    before = world.pending
    with pytest.raises(PolicyError):
        world.answer(10_000)
    assert before is not None
    assert world.pending == before
    with pytest.raises(RuntimeError, match="pending"):
        world.run(2 * DAY_S)


def test_only_the_kinds_named_are_decided_by_the_policy() -> None:
    world = _run(policy=Scatters(SCENARIO), decides=[Kind.ENTRY])
    rows = table(world, "decisions")
    assert set(rows["kind"][rows["by"] == 1].tolist()) == {Kind.ENTRY}
    others = of(rows, rows["by"] == 0)
    assert len(others["kind"]) > 10
    assert np.array_equal(others["action"], others["default"])


def test_decisions_recorded_had_a_choice() -> None:
    rows = table(_run(policy=Scatters(SCENARIO)), "decisions")
    assert (rows["legal"] > 1).all()
    kinds = {a.id: a.kind for a in World(SCENARIO).compiled.actions}
    assert all(kinds[a] == k for a, k in zip(rows["action"], rows["kind"], strict=True))


# -- one thing at a time -------------------------------------------------------------------------


def _trace(*times: float) -> Trace:
    n = len(times)
    return Trace(np.array(times), np.arange(n), np.zeros(n, np.int64))


def _calls(world: World) -> Columns:
    contacts = table(world)
    order = np.argsort(contacts["start_s"], kind="stable")
    return {name: values[order] for name, values in contacts.items()}


def test_a_replayed_log_by_hand() -> None:
    """One agent, constant 100 s, wrap-up 20 s, patience 150 s: every time can be worked out."""
    scenario = desk(
        1.0,
        {"kind": "constant", "mean_s": 100.0},
        channels={
            "phone": {
                "patience": {"kind": "constant", "mean_s": 150.0},
                "wrap_up": {"kind": "constant", "mean_s": 20.0},
            }
        },
    )
    trace = _trace(10.0, 20.0, 30.0, 500.0)
    world = World(scenario, trace=trace, roster=always_on(1, 5000.0)).run(1000.0)
    calls = _calls(world)
    assert calls["start_s"].tolist() == [10.0, 20.0, 30.0, 500.0]
    assert calls["answered_s"].tolist() == [10.0, 130.0, -1.0, 500.0]
    assert calls["released_s"].tolist() == [110.0, 230.0, 180.0, 600.0]
    assert calls["end_s"].tolist() == [130.0, 250.0, 180.0, 620.0]
    assert calls["outcome"].tolist() == [
        Outcome.RESOLVED,
        Outcome.RESOLVED,
        Outcome.ABANDONED,
        Outcome.RESOLVED,
    ]
    shift = table(world, "shifts")
    assert (shift["busy_s"][0], shift["contacts"][0]) == (360.0, 3)


def test_of_equal_times_what_was_expected_first_comes_first() -> None:
    """A log's times are whole seconds: an agent goes home before the call of that second comes."""
    scenario = desk(1.0, {"kind": "constant", "mean_s": 60.0})
    roster = [*always_on(1, 100.0), DutyPeriod(1, 0, 130.0, 900.0, 1.0)]
    calls = _calls(World(scenario, trace=_trace(10.0, 100.0, 130.0), roster=roster).run(1000.0))
    assert calls["agent"].tolist() == [0, 1, 1]
    assert calls["answered_s"].tolist() == [10.0, 130.0, 190.0]


def test_priority_goes_first_strictly_or_with_a_head_start() -> None:
    def order(head_start: float | None) -> list[int]:
        scenario = desk(
            1.0,
            {"kind": "constant", "mean_s": 100.0},
            intents={
                "urgent": {
                    "needs_per_month": 1.0,
                    "priority": 1,
                    "talk_s": {"kind": "constant", "mean_s": 100.0},
                    "resolution": {"phone": 1.0},
                }
            },
            queueing={"head_start_s": head_start},
        )
        trace = Trace(np.array([0.0, 10.0, 50.0]), np.arange(3), np.array([0, 0, 1]))
        world = World(scenario, trace=trace, roster=always_on(1, 5000.0)).run(1000.0)
        calls = _calls(world)
        return np.argsort(calls["answered_s"]).tolist()  # type: ignore[no-any-return]

    assert order(None) == [0, 2, 1]
    assert order(60.0) == [0, 2, 1]
    assert order(30.0) == [0, 1, 2]


def test_a_closed_channel_is_met_and_tried_again_when_it_opens() -> None:
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    scenario = desk(
        1.0,
        {"kind": "constant", "mean_s": 60.0},
        channels={"phone": {"hours": [{"days": days, "open_h": 9, "close_h": 17}]}},
    )
    trace = _trace(3600.0, 10 * 3600.0, 18 * 3600.0)
    calls = _calls(World(scenario, trace=trace, roster=always_on(3, 9e5)).run(2 * DAY_S))
    closed = calls["outcome"] == Outcome.CLOSED
    assert calls["customer"][closed].tolist() == [0, 2]
    again = calls["start_s"][~closed & (calls["customer"] != 1)] % DAY_S / 3600
    assert ((again >= 9) & (again <= 12)).all()
    assert len(again) == 2


def test_email_waits_for_calls_and_keeps_a_reserve() -> None:
    talk = {"kind": "constant", "mean_s": 600.0}
    scenario = desk(
        1.0,
        talk,
        channels={"email": {"kind": "asynchronous"}},
        segments={"all": {"preference": {"phone": 0, "email": 1}}},
        intents={
            "call": {"resolution": {"email": 1.0}, "preference": {}},
        },
        teams={"pool": {"channels": {"email": 1}, "backlog_reserve": 1, "shifts": [{"agents": 2}]}},
    )
    trace = _trace(10.0, 20.0, 30.0)
    world = World(scenario, trace=trace, roster=always_on(2, 9e5)).run(5000.0)
    mails = _calls(world)
    assert mails["answered_s"].tolist() == [10.0, 610.0, 1210.0]  # one agent stays free


def test_a_call_back_is_offered_only_while_callers_wait() -> None:
    scenario = firm(population={"customers": 400})
    world = World(scenario, policy=Prefers(scenario, "entry:back"), seed=3).run(2 * DAY_S)
    contacts = table(world)
    names = world.compiled.channels.names
    back, phone = names.index("back"), names.index("phone")
    first = of(contacts, (contacts["channel"] == back) & (contacts["from_channel"] < 0))
    assert len(first["contact"]) > 10
    assert set(first["requested"].tolist()) == {phone}
    assert set(first["steering"].tolist()) == {Steering.ACCEPTED}
    unreached = contacts["outcome"] == Outcome.UNREACHED
    assert set(contacts["channel"][unreached].tolist()) == {back}


def test_overflow_agents_serve_what_they_are_not_skilled_for() -> None:
    """They do not send the caller back to the queue (which without a skilled agent never ends)."""
    talk = {"kind": "constant", "mean_s": 60.0}
    scenario = desk(
        1.0,
        talk,
        channels={"phone": {"overflow_after_s": 30.0}},
        intents={"other": {"skill": "special", "needs_per_month": 0.0, "talk_s": talk,
                           "resolution": {"phone": 1.0}}},
        teams={
            "pool": {"skills": ["special"], "overflow": True},
            "away": {"channels": {"phone": 1}, "skills": ["general"],
                     "shifts": [{"agents": 1, "start_h": 23.0, "end_h": 24.0}]},
        },
    )  # fmt: skip
    world = World(scenario, trace=_trace(10.0), roster=always_on(1, 9e5)).run(1000.0)
    calls = _calls(world)
    assert calls["outcome"].tolist() == [Outcome.RESOLVED]
    assert calls["answered_s"].tolist() == [40.0]


def test_an_answered_email_nobody_waits_for_is_superseded_and_counted() -> None:
    talk = {"kind": "constant", "mean_s": 600.0}
    scenario = desk(
        1.0,
        talk,
        channels={
            "email": {"kind": "asynchronous", "patience": {"kind": "constant", "mean_s": 100.0}}
        },
        segments={"all": {"preference": {"phone": 1, "email": 1000}}},
        choice={"failure_aversion": 1.0},
        intents={"call": {"resolution": {"email": 1.0}}},
        teams={"pool": {"channels": {"email": 1}}},
    )
    trace = _trace(10.0, 11.0)
    world = World(scenario, trace=trace, roster=always_on(1, 9e5), seed=1).run(5000.0)
    calls, journeys = _calls(world), table(world, "journeys")
    second = of(calls, calls["customer"] == 1)
    assert second["outcome"].tolist() == [Outcome.SUPERSEDED, Outcome.RESOLVED]
    assert second["start_s"].tolist() == [11.0, 111.0]
    assert journeys["contacts"][journeys["customer"] == 1].tolist() == [2]
    assert journeys["outcome"].tolist() == [JourneyOutcome.RESOLVED] * 2


def test_an_offer_costs_only_when_it_is_taken() -> None:
    scenario = firm(retention={"announced_share": 1.0}, offers={"discount": {"response_sd": 1.0}})
    world = World(scenario, policy=Prefers(scenario, "cancel:offer"), seed=1).run(8 * DAY_S)
    offers, churn = table(world, "treatments"), table(world, "churn")
    saved = int((churn["how"] == 2).sum())
    assert 0 < saved < len(offers["cost"])
    assert (offers["cost"] > 0).sum() == saved
    assert (table(world)["outcome"] == Outcome.SAVED).sum() == saved


# -- needs ---------------------------------------------------------------------------------------


def test_needs_follow_the_weeks_shape_and_never_reach_the_next_day() -> None:
    hourly = [0] * 9 + [1, 3] + [0] * 13
    daily = [2, 1, 1, 1, 1, 0, 1]
    scenario = desk(3.0, {"mean_s": 60.0}, demand={"hourly": hourly, "daily": daily})
    world = World(scenario, seed=1)
    demand = Demand(world.compiled, world.key, np.asarray(world.customers.segment))
    counts = np.zeros((7, 24))
    for day in range(14):
        times = np.array(demand.day(day).time_s)
        assert (np.diff(times) >= 0).all()
        assert ((times >= day * DAY_S) & (times < (day + 1) * DAY_S)).all()
        counts[day % 7] += np.bincount(((times % DAY_S) // 3600).astype(int), minlength=24)
    assert counts[5].sum() == 0
    assert set(np.flatnonzero(counts.sum(axis=0))) == {9, 10}
    expected = 3.0 * 1440 * 14
    assert abs(counts.sum() - expected) < 4 * np.sqrt(expected)
    assert counts[:, 10].sum() / counts[:, 9].sum() == pytest.approx(3, rel=0.05)
    assert counts[0].sum() / counts[1].sum() == pytest.approx(2, rel=0.05)


def test_a_need_at_the_very_end_of_a_day_is_met_before_midnight() -> None:
    """A time that rounds to midnight would be looked up in the next day's list."""
    scenario = desk(1.0, {"mean_s": 60.0})
    world = World(scenario, seed=1)
    demand = Demand(world.compiled, world.key, np.asarray(world.customers.segment))
    for day in range(400):
        until = demand.elapsed + float(np.cumsum(demand.intensity(day))[-1])
        demand.due[:] = np.nextafter(until, 0)
        times = demand.day(day).time_s
        assert len(times) >= 100
        assert times[-1] < (day + 1) * DAY_S
