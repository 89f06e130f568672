"""Customers who last: tenure, drift, sleep and concerns in a world, in the engine at hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from experiments.validation.theory.retention import renewed_base
from sim import Scenario, World
from sim.behaviour.retention import renewal_probability
from sim.behaviour.tenure import churn_laws
from sim.register.register import Departure
from sim.units import DAY_S
from tests.support.worlds import Prefers, desk, firm, table

Z = 3.5  # two-sided 99.95 % of a normal error
CONTRACT = {
    "clock": "contractual",
    "period_days": 30,
    "mood_effect": 0.0,
    "announced_share": 0.0,
    "tenure": "stationary",
}
UNSETTLED = {"drift_sd": 0.8, "sleeping_share": 0.3, "sleep_depth": 1.5}
RENEWAL = {"alpha": 2.0, "beta": 60.0}


def still(
    customers: int, retention: dict[str, Any], segment: dict[str, Any] | None = None, **other: Any
) -> Scenario:
    """A firm whose customers have no needs and so no moods."""
    everyone = {"preference": {"phone": 1}, "share": 1.0, **(segment or {"renewal": RENEWAL})}
    return desk(
        0.0,
        {"mean_s": 60.0},
        population={"customers": customers},
        segments={"all": everyone},
        retention=retention,
        **other,
    )


def gone(world: World) -> np.ndarray:
    return np.array(world.customers.left_s) >= 0


def test_a_base_in_force_renews_as_the_posterior_says() -> None:
    """Everything else off: survivors of 24 renewals as Σ w_T Π (β+T+j) / (α+β+T+j)."""
    n = 20_000
    rules = {**CONTRACT, "period_days": 10, "spread_renewals": False, "longest_tenure": 60}
    world = World(still(n, rules), seed=2)
    first = np.array(world.customers.tenure)
    left = []
    for renewal in (1, 3, 12, 24):
        world.advance(renewal * 10 * DAY_S + 1)
        left.append(1 - gone(world).mean())
    exact = renewed_base([1, 3, 12, 24], 2.0, 60.0, 60)
    error = np.sqrt(exact * (1 - exact) / n)
    assert (np.abs(np.array(left) - exact) < Z * error).all()
    assert len(np.unique(first)) == 61
    stayed = np.array(world.customers.tenure)[~gone(world)]
    assert (stayed == first[~gone(world)] + 24).all()
    assert (np.array(world.customers.tenure)[gone(world)] < first[gone(world)] + 24).all()


@pytest.mark.parametrize("clock", ["contractual", "hazard"])
@pytest.mark.parametrize("unsettled", [{"drift_sd": 1.2}, {"sleeping_share": 0.4}, UNSETTLED])
def test_drift_and_sleep_leave_mean_churn_alone(clock: str, unsettled: dict[str, float]) -> None:
    """At the first renewal (or in a day): 60,000 customers find a change of 6 % in 99 of 100.

    Binomial: churn about 0.022, relative error 2.7 % of one sample, tested at 3.5 errors; what is
    held off (no correction) would be +31 %, -27 % or more.
    """
    n = 60_000
    rules = {**CONTRACT, "clock": clock, **unsettled}
    monthly = 0.022 * 30.4
    world = World(still(n, rules, {"renewal": RENEWAL, "hazard_per_month": monthly}), seed=6)
    if clock == "contractual":
        (law,) = churn_laws(world.compiled.scenario)
        expected = law.mean
        world.advance(30 * DAY_S + 1)
    else:
        expected = 1 - math.exp(-0.022)
        world.advance(DAY_S)
    found = gone(world).mean()
    assert abs(found - expected) < Z * math.sqrt(expected * (1 - expected) / n)


def test_drift_moves_weekly_by_its_law() -> None:
    """Stationary spread, exact decay; a seventh of the customers each midnight."""
    n, half_life = 30_000, 20.0
    rules = {**CONTRACT, "drift_sd": 0.8, "drift_half_life_days": half_life}
    world = World(still(n, rules), seed=3)
    world.advance(DAY_S / 2)
    first = np.array(world.customers.drift)
    world.advance(4.5 * DAY_S)
    some = np.array(world.customers.drift)
    moved = np.isin(np.arange(n) % 7, [1, 2, 3, 4])
    assert (some[moved & ~gone(world)] != first[moved & ~gone(world)]).all()
    assert (some[~moved] == first[~moved]).all()
    world.advance(22 * DAY_S)
    later, there = np.array(world.customers.drift), ~gone(world)
    kept = 0.5 ** (21 / half_life)
    before, after = some[there & ~moved], later[there & ~moved]
    assert before.std() == pytest.approx(0.8, rel=Z / math.sqrt(2 * len(before)))
    assert after.std() == pytest.approx(0.8, rel=0.04)
    slope = float(before @ after / (before @ before))
    assert slope == pytest.approx(kept, abs=Z / math.sqrt(len(before)))


def test_those_at_risk_leave_and_sleepers_stay() -> None:
    """Renewal churn by what is true of a customer, against the one function."""
    world = World(still(40_000, {**CONTRACT, **UNSETTLED}), seed=4)
    people = world.customers
    base, drift, asleep = (np.array(x) for x in (people.base, people.drift, people.asleep))
    due = np.array(people.renewal_day)
    world.advance(30 * DAY_S + 1)
    soon = (due <= 2) & (np.arange(len(due)) % 7 > 2)  # renewed before a first move of the drift
    p = [
        renewal_probability(b, 0.0, 0.0, x, 1.5 * a)
        for b, x, a in zip(base[soon], drift[soon], asleep[soon], strict=True)
    ]
    expected, left = np.array(p), gone(world)[soon]
    for group in (asleep[soon] == 1, asleep[soon] == 0, drift[soon] > 0.8, drift[soon] < -0.5):
        # Later renewals of the month are none: a period is 30 days.
        sd = math.sqrt(float((expected[group] * (1 - expected[group])).sum()))
        assert abs(left[group].sum() - expected[group].sum()) < Z * sd + 1e-9
    assert expected[drift[soon] > 0.8].mean() > 2 * expected[drift[soon] < -0.5].mean()


def test_risk_is_the_log_odds_of_the_last_weekly_step() -> None:
    rules = {**CONTRACT, **UNSETTLED}
    world = World(still(3000, rules), seed=1)
    (law,) = churn_laws(world.compiled.scenario)
    people = world.customers
    start = np.array(people.risk)
    now = np.array(people.base) + np.array(people.drift) - 1.5 * np.array(people.asleep)
    assert start == pytest.approx(now - law.mean_log_odds, abs=1e-12)
    assert abs(start.mean()) < Z * start.std() / math.sqrt(len(start))
    world.advance(7.5 * DAY_S)
    now = np.array(people.base) + np.array(people.drift) - 1.5 * np.array(people.asleep)
    there = ~gone(world)
    assert np.array(people.risk)[there] == pytest.approx((now - law.mean_log_odds)[there])


@pytest.mark.parametrize("clock", ["contractual", "hazard"])
def test_treatments_wake_sleepers_for_a_while(clock: str) -> None:
    scenario = firm(
        retention={
            "clock": clock,
            "sleeping_share": 0.5,
            "woken_by_call": 0.9,
            "awake_half_life_days": 1.0,
        },
        segments={"calm": {"hazard_per_month": 0.0}, "hasty": {"hazard_per_month": 0.0}},
        mechanisms={"announced_churn": False},
    )
    world = World(scenario, policy=Prefers(scenario, "wrap_up:recover", "recover"), seed=2)
    world.advance(1.9 * DAY_S)
    people = world.customers
    awake, asleep = np.array(people.awake), np.array(people.asleep)
    treated = np.zeros(people.n, dtype=bool)
    treated[table(world, "treatments")["customer"]] = True
    assert (awake[treated & (asleep == 1)] > 0).all() and (awake > 0).sum() > 10
    assert (awake[(asleep == 0) | ~treated] == 0).all()
    world.advance(2 * DAY_S + 1e-3)
    later = np.array(people.awake)
    same = table(world, "treatments")["time_s"].max() < 1.9 * DAY_S
    assert same or (later[treated] > 0).any()
    quiet = (awake > 0) & (later < awake)
    assert later[quiet] == pytest.approx(awake[quiet] / 2)


def test_who_leaves_has_a_reason_and_who_is_asked_states_one() -> None:
    kinds = {
        "price": {"weight": 0.4},
        "service": {"weight": 0.3, "mood_effect": 0.8},
        "moving": {"weight": 0.3},
    }
    concerns = {"kinds": kinds, "own": 10.0, "stated_right": 0.5, "otherwise": "price"}
    rules = {"clock": "hazard", "announced_share": 0.5}
    scenario = firm(
        population={"customers": 4000},
        retention=rules,
        concerns=concerns,
        segments={"calm": {"hazard_per_month": 3.0}, "hasty": {"hazard_per_month": 3.0}},
        intents={"question": {"needs_per_month": 0.2}, "repair": {"needs_per_month": 0.1}},
    )
    world = World(scenario, seed=3).run(14 * DAY_S)
    rows = table(world, "churn")
    how, reason, stated = rows["how"], rows["reason"], rows["stated"]
    assert (stated[how == Departure.SILENT] == -1).all()
    asked = how != Departure.SILENT
    assert (stated[asked] >= 0).all() and asked.sum() > 150
    wrong = asked & (reason != 0)
    share = (stated[wrong] == reason[wrong]).mean()
    assert share == pytest.approx(0.5, abs=Z * math.sqrt(0.25 / wrong.sum()))
    assert (stated[asked & (reason == 0)] == 0).all()
    own = np.array(world.customers.concern)[rows["customer"]]
    for j, weight in enumerate((0.4, 0.3, 0.3)):
        mine = own == j
        if j != 1:  # who is troubled by service leaves in moods of their own
            others = 1 - weight
            expected = 10 * weight / (10 * weight + others)
            assert (reason[mine] == j).mean() == pytest.approx(expected, abs=0.06)


def test_switches_turn_each_off() -> None:
    names = ("tenure", "drift", "sleepers", "concerns")
    on = {
        "retention": {**CONTRACT, **UNSETTLED},
        "concerns": {"kinds": {"price": {"weight": 1.0, "intents": ["question"]}}},
    }
    plain = World(firm(retention={**CONTRACT, "tenure": "new"}), seed=1).run(3 * DAY_S)
    off = World(firm(**on, mechanisms=dict.fromkeys(names, False)), seed=1).run(3 * DAY_S)
    assert off.register.digest() == plain.register.digest()
    assert not off.core.rules.scalar("drifts") and not off.core.rules.scalar("sleeps")
    for name in names:
        rest = {other: other == name for other in names}
        world = World(firm(**on, mechanisms=rest), seed=1)
        people = world.customers
        facts = {
            "tenure": np.any(np.array(people.tenure) > 0),
            "drift": np.any(np.array(people.drift) != 0),
            "sleepers": np.any(np.array(people.asleep) > 0),
            "concerns": np.any(np.array(people.concern) >= 0),
        }
        assert facts == rest


@pytest.mark.parametrize("clock", ["contractual", "hazard"])
def test_forks_go_on_identically(clock: str) -> None:
    kinds = {"price": {"weight": 0.6, "intents": ["question"]}, "service": {"weight": 0.4}}
    scenario = firm(
        retention={"clock": clock, "period_days": 2, "tenure": "stationary", **UNSETTLED},
        concerns={"kinds": kinds},
    )
    whole = World(scenario, seed=5).run(9 * DAY_S)
    parent = World(scenario, seed=5)
    parent.advance(4.3 * DAY_S)
    child = parent.fork().run(9 * DAY_S)
    assert child.register.digest() == whole.register.digest()
    assert np.array_equal(child.customers.risk, whole.customers.risk)
    assert parent.run(9 * DAY_S).register.digest() == whole.register.digest()
