"""Each mechanism can be switched off, and does what it says; common luck keeps the runs small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim import World
from sim.core.world import Trace
from sim.inputs import merge
from sim.register.register import Departure, JourneyOutcome, Outcome, Steering
from sim.scenario.service import Mechanisms
from sim.units import DAY_S
from tests.support.worlds import (
    Columns,
    Prefers,
    Scatters,
    always_on,
    desk,
    firm,
    of,
    on_duty,
    table,
)

BUSY: dict[str, Any] = {"population": {"customers": 250}}
LEAVING: dict[str, Any] = {"retention": {"announced_share": 0.6}}


def _world(days: float = 2.5, policy: Any = Scatters, **changes: Any) -> World:
    scenario = firm(**merge(BUSY, changes))
    chosen = None if policy is None else policy(scenario)
    return World(scenario, policy=chosen, seed=1).run(days * DAY_S)


def _without(mechanism: str, **how: Any) -> World:
    return _world(**merge(how, {"mechanisms": {mechanism: False}}))


# What a firm must have for a switch to turn it off.
HAVING: dict[str, dict[str, Any]] = {
    "tenure": {"retention": {"clock": "contractual", "period_days": 1, "tenure": "stationary"}},
    "drift": {"retention": {"drift_sd": 1.5}},
    "sleepers": {"retention": {"sleeping_share": 0.5}},
    "concerns": {"concerns": {"kinds": {"price": {"weight": 1.0}}}},
    "difficulty": {"lasting": {"difficulty_sd": 1.0}},
    "channel_fit": {"lasting": {"fit_sd": 1.0}},
    "ability": {"lasting": {"ability_sd": 1.0}},
    "lasting_acceptance": {"lasting": {"acceptance_sd": 1.0}},
    "habits": {"lasting": {"habit_weight": 1.0, "habit_sd": 1.0}},
}


@pytest.mark.parametrize("mechanism", sorted(Mechanisms.model_fields))
def test_every_switch_changes_something(mechanism: str) -> None:
    having = merge(LEAVING, HAVING.get(mechanism, {}))
    on, off = _world(1.9, **having), _without(mechanism, days=1.9, **having)
    assert on.register.digest() != off.register.digest()


Figure = Callable[[World], float]


def _count(name: str, column: str, value: int) -> Figure:
    return lambda world: float((table(world, name)[column] == value).sum())


def _rows(name: str) -> Figure:
    return lambda world: float(len(next(iter(table(world, name).values()))))


def _total(name: str, column: str) -> Figure:
    return lambda world: float(table(world, name)[column].sum())


def _refused(world: World) -> float:
    return _count("contacts", "steering", Steering.REFUSED)(world)


GONE_WITHOUT = {
    "abandonment": _count("contacts", "outcome", Outcome.ABANDONED),
    "breaks": _total("shifts", "break_s"),
    "wrap_up": _total("shifts", "wrap_up_s"),
    "search": _total("shifts", "search_s"),
    "refusal": _refused,
    "sales": _total("contacts", "sale"),
    "churn": _rows("churn"),
    "announced_churn": _count("churn", "how", Departure.ANNOUNCED),
    "surveys": _rows("surveys"),
    "failure_detection": _count("decisions", "kind", 1),
}


@pytest.mark.parametrize("mechanism", sorted(GONE_WITHOUT))
def test_what_is_switched_off_does_not_happen(mechanism: str) -> None:
    figure = GONE_WITHOUT[mechanism]
    assert figure(_world(**LEAVING)) > 0
    assert figure(_without(mechanism, **LEAVING)) == 0


def test_callbacks_are_offered_only_when_on() -> None:
    def called_back(**changes: Any) -> int:
        crowd = {"population": {"customers": 400}}
        world = _world(1.6, lambda s: Prefers(s, "entry:back"), **merge(crowd, changes))
        return int((table(world)["channel"] == world.compiled.channels.index["back"]).sum())

    assert called_back() > 0
    assert called_back(mechanisms={"callbacks": False}) == 0


@pytest.mark.parametrize(("mechanism", "verb"), [("offers", "offer"), ("recovery", "recover")])
def test_treatments_switched_off_are_not_given(mechanism: str, verb: str) -> None:
    def given(world: World) -> int:
        actions = world.compiled.actions
        return sum(actions[a].verb == verb for a in table(world, "treatments")["treatment"])

    assert given(_world(**LEAVING)) > 0
    assert given(_without(mechanism, **LEAVING)) == 0


def test_second_tier_transfers_only_when_on() -> None:
    def to_second_tier(world: World) -> int:
        contacts = table(world)
        experts = world.compiled.teams.names.index("experts")
        return int(((contacts["from_channel"] == contacts["channel"]) & (
            contacts["team"] == experts
        )).sum())  # fmt: skip

    calm: dict[str, Any] = {"policy": None, "teams": {"experts": {"overflow": False}}}
    assert to_second_tier(_world(**calm)) > 0
    assert to_second_tier(_without("transfers", **calm)) == 0


def test_overflow_brings_help_and_shortens_waits() -> None:
    def waits(world: World) -> float:
        contacts = table(world)
        phone = contacts["channel"] == world.compiled.channels.index["phone"]
        live = of(contacts, phone & (contacts["queued_s"] >= 0))
        until = np.where(live["answered_s"] >= 0, live["answered_s"], live["released_s"])
        return float((until - live["queued_s"]).mean())

    few: dict[str, Any] = {"policy": None, "mechanisms": {"transfers": False}}
    assert waits(_world(**few)) < waits(_without("overflow", **few))


def test_redial_comes_soon_and_recontact_later() -> None:
    def gaps(world: World, outcome: int) -> Columns:
        contacts, journeys = table(world), table(world, "journeys")
        failed = of(contacts, contacts["outcome"] == outcome)
        journey = dict(
            zip(journeys["journey"].tolist(), journeys["attempts"].tolist(), strict=True)
        )
        more = np.array([journey[j] for j in failed["journey"].tolist()])
        return {"again": more > failed["attempt"]}

    open_all_day: dict[str, Any] = {"policy": None}
    on = gaps(_world(**open_all_day), Outcome.ABANDONED)["again"].mean()
    off = gaps(_without("redial", **open_all_day), Outcome.ABANDONED)["again"].mean()
    assert on > off
    failed_off = gaps(_without("recontact", **open_all_day), Outcome.UNRESOLVED)["again"]
    assert not failed_off.any()
    assert gaps(_world(**open_all_day), Outcome.UNRESOLVED)["again"].any()


def test_confusion_fails_needs_that_automation_could_resolve() -> None:
    def resolved(world: World) -> int:
        contacts = table(world)
        bots = [world.compiled.channels.index[name] for name in ("bot", "ivr")]
        first = np.isin(contacts["channel"], bots) & (contacts["attempt"] == 1)
        done = of(contacts, first & (contacts["outcome"] == Outcome.RESOLVED))
        return len(done["contact"])

    still: dict[str, Any] = {"policy": None, "mechanisms": {"churn": False}}
    assert resolved(_without("confusion", **still)) > resolved(_world(**still))
    contacts = table(_without("confusion", **still))
    assert np.array_equal(contacts["seen_intent"], contacts["intent"])


def test_day_variation_spreads_the_days() -> None:
    def spread(varies: bool) -> float:
        scenario = desk(
            0.5, {"mean_s": 1.0}, 5, demand={"day_cv": 0.5},
            mechanisms={"day_variation": varies},
        )  # fmt: skip
        world = World(scenario, seed=1, roster=always_on(5, 30 * DAY_S)).run(30 * DAY_S)
        count = np.bincount((table(world)["start_s"] // DAY_S).astype(int), minlength=30)
        return float(count.var() / count.mean())

    assert spread(False) < 2.5  # a Poisson process has 1
    assert spread(True) > 50  # 1 + mean × cv² = 181 in the long run


def test_proficiency_makes_agents_differ() -> None:
    def speeds(world: World) -> set[float]:
        return {a["speed"] for t in range(world.compiled.teams.n) for a in on_duty(world, t)}

    on, off = (firm(mechanisms={"proficiency": p}) for p in (True, False))
    worlds = [World(s, seed=1) for s in (on, off)]
    for world in worlds:
        world.advance(10.5 * 3600)
    assert speeds(worlds[1]) == {1.0}
    assert len(speeds(worlds[0])) > 2


def _steady(minutes: float, **changes: Any) -> World:
    """A desk of one agent who is called every five minutes, and works ``minutes`` of them."""
    talk = {"kind": "constant", "mean_s": 60.0 * minutes}
    scenario = desk(1.0, talk, **merge({"mechanisms": {"tiredness": True}}, changes))
    times = np.arange(1, 200) * 300.0
    n = len(times)
    trace = Trace(times, np.arange(n), np.zeros(n, np.int64))
    return World(scenario, trace=trace, roster=always_on(1, DAY_S), seed=1).run(70_000.0)


def test_tiredness_slows_the_busy_and_spares_the_rest() -> None:
    def last(world: World) -> float:
        contacts = table(world)
        return float((contacts["released_s"] - contacts["answered_s"])[-1])

    assert last(_steady(2.0)) == pytest.approx(120.0)  # 40 % busy
    assert last(_steady(4.9, mechanisms={"tiredness": False})) == pytest.approx(294.0)
    tired = last(_steady(4.9))  # 98 % busy: near the full slowdown of 15 %
    assert 294.0 * 1.1 < tired <= 294.0 * 1.15


def test_tone_costs_satisfaction_only_where_it_changes() -> None:
    def felt(world: World) -> dict[int, float]:
        contacts = table(world)
        return dict(zip(contacts["contact"].tolist(), contacts["experience"].tolist(), strict=True))

    still: dict[str, Any] = {"policy": None, "mechanisms": {"churn": False}}
    on, off = felt(_world(**still)), felt(_without("tone", **still))
    assert on.keys() == off.keys()
    loss = np.array([off[c] - on[c] for c in on])
    assert loss.min() > -1e-9
    assert set(np.round(loss[loss > 1e-9], 6)) <= {0.12, 0.045, 0.075}  # weight × difference
    assert (loss > 1e-9).any()


def test_expectations_adapt_to_experience() -> None:
    on, off = _world(), _without("adapting_expectation")
    assert set(off.customers.expectation) == {firm().satisfaction.initial_expectation}
    moved = np.array(on.customers.expectation)
    felt = table(on)
    best = felt["customer"][np.argmax(felt["experience"])]
    assert len(set(moved.tolist())) > 10
    assert moved[best] != off.customers.expectation[best]


def test_agents_finish_after_the_shift_or_cut_off() -> None:
    finish, cut = _world(**LEAVING), _without("finish_after_shift", **LEAVING)
    assert (table(finish)["outcome"] != Outcome.CUT_OFF).all()
    assert (table(cut)["outcome"] == Outcome.CUT_OFF).sum() > 0
    late = [
        (t["off_s"] % DAY_S / 3600 % 1).max() for t in (table(w, "shifts") for w in (finish, cut))
    ]
    assert late[0] > 0


# -- cause and effect beyond the switches --------------------------------------------------------


def test_assistance_cuts_search_and_talk() -> None:
    def handle(**desk_rules: Any) -> tuple[float, float]:
        still = {"churn": False, "tiredness": False}
        world = _world(policy=None, agent_desktop=desk_rules, mechanisms=still)
        first = of(table(world), table(world)["contact"] < 200)
        human = of(first, (first["agent"] >= 0) & (first["others"] == 0))
        talk = human["released_s"] - human["answered_s"] - human["search_s"]
        return float(human["search_s"].mean()), float(talk.mean())

    plain, desktop, assist = handle(), handle(integrated_desktop=True), handle(agent_assist=True)
    assert desktop[0] < 0.75 * plain[0]
    assert assist[0] < 0.85 * plain[0]
    assert assist[1] < plain[1]


def test_chats_at_once_slow_each_other_down() -> None:
    chats = {
        "channels": {"phone": {"concurrency_slowdown": 0.5}},
        "teams": {"pool": {"channels": {"phone": 3}}},
    }
    scenario = desk(1.0, {"kind": "constant", "mean_s": 600.0}, **chats)
    trace = Trace(np.array([0.0, 1.0, 2.0, 3.0]), np.arange(4), np.zeros(4, np.int64))
    contacts = table(World(scenario, trace=trace, roster=always_on(1, DAY_S)).run(5000.0))
    order = np.argsort(contacts["start_s"])
    lasted = (contacts["released_s"] - contacts["answered_s"])[order]
    assert lasted[:3].tolist() == [600.0, 900.0, 1200.0]
    assert contacts["answered_s"][order][3] == 600.0  # the fourth waits for a slot
    assert lasted[3] == 1200.0


def test_better_service_keeps_customers_one_by_one() -> None:
    """With common luck nobody whom the worse firm keeps is lost by the better one."""
    still: dict[str, Any] = {
        "policy": None,
        "retention": {"announced_share": 0.0, "mood_effect": 2.0},
    }
    worse = _world(6.0, **still)
    better = _world(6.0, **merge(still, {"satisfaction": {"unresolved": 0.3, "given_up": 0.0}}))
    lost = [np.flatnonzero(np.array(w.customers.left_s) >= 0) for w in (worse, better)]
    assert len(lost[1]) < len(lost[0])
    assert set(lost[1].tolist()) <= set(lost[0].tolist())


def test_offers_save_leavers_and_recovery_lifts_moods() -> None:
    leavers: dict[str, Any] = {
        "retention": {"announced_share": 1.0},
        "segments": {"calm": {"offer_response": 0.8}, "hasty": {"offer_response": 0.8}},
    }
    idle, kind = _world(6.0, None, **leavers), _world(6.0, _offering, **leavers)
    assert _count("churn", "how", Departure.SAVED)(idle) == 0
    assert _count("churn", "how", Departure.SAVED)(kind) > 3
    assert sum(kind.customers.alive) > sum(idle.customers.alive)
    still: dict[str, Any] = {"mechanisms": {"churn": False}, "recovery": {"double_failure": 0.0}}
    plain, sorry = _world(2.5, None, **still), _world(2.5, _sorry, **still)
    assert np.mean(sorry.customers.mood) > np.mean(plain.customers.mood)
    assert _total("treatments", "cost")(sorry) > 0


def _offering(scenario: Any) -> Prefers:
    return Prefers(scenario, "cancel:offer")


def _sorry(scenario: Any) -> Prefers:
    return Prefers(scenario, "wrap_up:recover")


def test_messages_prevent_recontacts() -> None:
    still: dict[str, Any] = {"mechanisms": {"churn": False}}
    plain = _world(2.5, None, **still)
    told = _world(2.5, lambda s: Prefers(s, "wrap_up:message"), **still)
    resolved = _count("journeys", "outcome", JourneyOutcome.RESOLVED)
    assert resolved(told) > resolved(plain)
    assert len(table(told)["contact"]) < len(table(plain)["contact"])


def test_a_cancel_call_without_wrap_up_is_the_agents_too() -> None:
    """Its decision comes after the conversation; the agent who held it stands in the row."""
    contacts = table(_without("wrap_up", days=6.0, retention={"announced_share": 1.0}))
    answered = np.isin(contacts["outcome"], (Outcome.LEFT, Outcome.SAVED)) & (
        contacts["answered_s"] >= 0
    )
    assert answered.sum() > 5
    assert (contacts["agent"][answered] >= 0).all()
