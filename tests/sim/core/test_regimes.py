"""Information regimes: what passes, what is matched, when rows arrive, and what a view can show."""

from __future__ import annotations

import math
from copy import copy
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import Policy
from sim import Kind, Scenario, World
from sim.core.knowing import is_visible, visible_until
from sim.core.records.decisions import SeenProfile
from sim.core.records.rows import ContactRow
from sim.core.seeing import see_profile
from sim.decisions.view import View
from sim.register.register import Context, Outcome
from sim.scenario.knowledge import Regime
from sim.units import DAY_S
from tests.support.worlds import Columns, Scatters, firm, of, table

SCENARIO = firm()
SILO = SCENARIO.regimes["multichannel"]


class Keeps(Policy):
    """Decides by default and keeps what it was shown."""

    reads = frozenset({"profile", "loads", "candidates"})

    def prepare(self, scenario: Scenario) -> None:
        self.views: list[View] = []

    def decide(self, view: View) -> int:
        self.views.append(view)
        return view.default


def _seen(regime: Regime) -> tuple[list[View], World]:
    scenario = firm(population={"customers": 300})
    policy = Keeps(scenario)
    world = World(scenario, regime=regime, policy=policy, seed=1).run(2 * DAY_S)
    return policy.views, world


# -- the filter ----------------------------------------------------------------------------------


@cache
def _under(regime: Regime) -> World:
    return World(SCENARIO, regime=regime, engine="interpreted")


def _visible_until(regime: Regime, now: float) -> float:
    world = _under(regime).core.world
    world.now = now
    return visible_until(world)


def _row_visible(a: int, released_s: float, b: int, regime: Regime, now: float) -> bool:
    """Return whether a row of channel ``a`` is visible on channel ``b``."""
    world = _under(regime).core.world
    world.now = now
    return bool(is_visible(world, ContactRow(channel=a, released_s=released_s), b))


@given(st.floats(0, 1e7), st.floats(0, 1e7), st.sampled_from([0, 1]), st.sampled_from([0, 1]))
def test_rows_arrive_at_once_or_at_midnight(released: float, now: float, a: int, b: int) -> None:
    assert _visible_until(Regime(), now) == now
    nightly = Regime(latency="nightly")
    midnight = _visible_until(nightly, now)
    assert midnight <= now < midnight + DAY_S + 1e-6
    assert midnight % DAY_S == pytest.approx(0, abs=1e-6)
    if _row_visible(a, released, b, nightly, now):
        assert _row_visible(a, released, b, Regime(), now)
    if _row_visible(a, released, b, SILO, now):
        assert a == b
    assert _row_visible(0, 0.0, 0, Regime(visible="own"), 1.0)
    assert not _row_visible(0, 0.0, 1, Regime(visible="own"), 1.0)
    assert not _row_visible(0, 0.0, 0, Regime(signals="none"), 1.0)
    prepared = Regime(acts="nightly")
    assert _row_visible(0, released, 0, prepared, now) == _row_visible(0, released, 0, nightly, now)


def test_context_is_what_the_regime_passes() -> None:
    def contexts(regime: Regime) -> Columns:
        world = World(SCENARIO, regime=regime, policy=Scatters(SCENARIO), seed=1).run(3 * DAY_S)
        contacts = table(world)
        return of(contacts, contacts["outcome"] != Outcome.SUPERSEDED)

    passes = contexts(Regime())["context"]
    assert set(passes.tolist()) == {Context.FIRST, Context.PASSED}
    never = contexts(Regime(context="never"))["context"]
    assert set(never.tolist()) == {Context.FIRST, Context.REPEATED}
    for other in (Regime(latency="nightly"), Regime(match_rate=0.0), Regime(visible="own")):
        assert set(contexts(other)["context"].tolist()) == {Context.FIRST, Context.PASSED}
    tomorrow = contexts(Regime(context="next_day"))
    assert set(tomorrow["context"].tolist()) == {Context.FIRST, Context.PASSED, Context.REPEATED}
    same_leg = (tomorrow["from_channel"] >= 0) & (tomorrow["context"] == Context.PASSED)
    assert not same_leg.any()  # what was said a minute ago passes on tomorrow


def test_repeated_explanation_costs_effort_and_time() -> None:
    def later(regime: Regime) -> tuple[float, float]:
        world = World(SCENARIO, regime=regime, seed=1).run(3 * DAY_S)
        contacts = table(world)
        human = of(contacts, (contacts["context"] != Context.FIRST) & (contacts["agent"] >= 0))
        talk = human["released_s"] - human["answered_s"] - human["search_s"]
        return float(human["effort"].mean()), float(talk.mean())

    known, repeated = later(Regime()), later(Regime(context="never"))
    assert repeated[0] > known[0] + 0.1
    assert repeated[1] > known[1] + 20


def test_what_automation_prepared_arrives_only_with_the_context() -> None:
    """A hand-over saves talk time when its context passes, and none when it does not."""

    def talk(preparation: float, regime: Regime) -> dict[int, float]:
        scenario = firm(
            channels={"ivr": {"automation": {"preparation": preparation, "recognition": 1.0}}},
            mechanisms={"tiredness": False, "proficiency": False, "transfers": False},
            agent_desktop={"repeat_s": 0.0},
        )
        world = World(scenario, regime=regime, seed=1).run(DAY_S)
        contacts = table(world)
        ivr = world.compiled.channels.index["ivr"]
        keep = (contacts["from_channel"] == ivr) & (contacts["agent"] >= 0)
        keep &= (contacts["attempt"] == 1) & (contacts["outcome"] != Outcome.OPEN)
        mine = of(contacts, keep)
        lasted = mine["released_s"] - mine["answered_s"] - mine["search_s"]
        return dict(zip(mine["journey"].tolist(), lasted.tolist(), strict=True))

    whole, half = talk(0.0, Regime()), talk(0.5, Regime())
    both = whole.keys() & half.keys()
    assert len(both) > 10
    assert [half[j] for j in both] == pytest.approx([0.5 * whole[j] for j in both])
    lost = talk(0.5, Regime(context="never"))
    both = whole.keys() & lost.keys()
    assert [lost[j] for j in both] == pytest.approx([whole[j] for j in both])


# -- the profile ---------------------------------------------------------------------------------


def test_the_profile_counts_the_visible_rows() -> None:
    """What is seen is seen of all channels at once, or of one channel and nightly."""
    policy = Scatters(SCENARIO)
    world = World(SCENARIO, policy=policy, seed=1, engine="interpreted").run(4 * DAY_S)
    core, contacts, now = world.core, table(world), world.now

    def profile(customer: int, channel: int, regime: Regime) -> SeenProfile:
        shown = World(SCENARIO, regime=regime).core.rules  # a regime's numbers
        for name in ("sees_all", "real_time", "sees_signals"):
            core.rules.put_scalar(name, shown.scalar(name))
        see_profile(core.world, customer, channel)
        return core.world.seen_profiles.rows[0]

    busiest = np.argsort(np.bincount(contacts["customer"]))[-20:]
    for customer in busiest.tolist():
        mine = of(contacts, contacts["customer"] == customer)
        newest = np.argsort(-np.arange(len(mine["contact"])))[:12]
        rows = {name: values[newest] for name, values in mine.items()}
        everything = copy(profile(customer, 0, Regime()))
        assert everything.contacts == len(newest)
        assert everything.failures == (rows["coded"] != Outcome.RESOLVED).sum()
        assert everything.abandoned == (rows["coded"] == Outcome.ABANDONED).sum()
        assert everything.transfers == (rows["coded"] == Outcome.TRANSFERRED).sum()
        first, journeys = rows["from_channel"] < 0, rows["journey"]
        assert everything.repeats == (first[:-1] & (journeys[:-1] == journeys[1:])).sum()
        until = np.where(rows["answered_s"] >= 0, rows["answered_s"], rows["released_s"])
        waits = np.where(rows["queued_s"] >= 0, until - rows["queued_s"], 0.0)
        assert everything.mean_wait_min == pytest.approx(waits.mean() / 60)
        assert profile(customer, 0, Regime(signals="none")).contacts == 0
        for channel in range(world.compiled.channels.n):
            own = profile(customer, channel, SILO)
            visible = (rows["channel"] == channel) & (rows["released_s"] <= now - now % DAY_S)
            assert own.contacts == visible.sum()


NOBODY = SILO.model_copy(update={"match_rate": 0.0})


def test_who_recognises_nobody_sees_no_customer_and_no_past() -> None:
    views, world = _seen(NOBODY)
    customers = [v.customer for v in views if v.customer is not None]
    assert customers
    assert {(c.customer, c.segment, c.margin_per_month) for c in customers} == {(-1, -1, 0.0)}
    assert {(c.attempt, c.recovered) for c in customers} == {(1, False)}
    assert {v.profile.contacts for v in views if v.profile is not None} == {0}
    candidates = [c for v in views for c in v.candidates or ()]
    assert candidates
    assert {(c.segment, c.margin_per_month) for c in candidates} == {(-1, 0.0)}
    assert len({c.hazard_per_month for c in candidates}) == 1
    assert set(table(world)["steering"].tolist()) == {0}
    assert Kind.ENTRY not in {v.kind for v in views if len(v.actions) > 2}
    known, _ = _seen(Regime())
    assert {v.customer.segment for v in known if v.customer is not None} == {0, 1}
    assert {v.customer.attempt for v in known if v.customer is not None} > {1, 2}


def test_decision_latency_delays_what_the_policy_decides() -> None:
    regime = Regime(decision_latency_s=30.0)
    world = World(SCENARIO, regime=regime, policy=Scatters(SCENARIO), seed=1).run(DAY_S)
    contacts, rows = table(world), table(world, "decisions")
    decided = set(rows["contact"][rows["kind"] == Kind.ENTRY].tolist())
    first = of(contacts, (contacts["from_channel"] < 0) & (contacts["queued_s"] >= 0))
    delay = first["queued_s"] - first["start_s"]
    chosen = np.isin(first["contact"], list(decided))
    assert chosen.sum() > 50
    assert delay[chosen] == pytest.approx(30.0)
    assert delay[~chosen] == pytest.approx(0.0)


# -- hidden state --------------------------------------------------------------------------------


def _journey_at_hand(world: World) -> dict[str, Any]:
    """Return the journey that the pending decision is about."""
    contact = world.core.record("contacts", world.core.scalar("pending_contact"))
    return world.core.record("journeys", contact["journey"])


@pytest.mark.parametrize("accuracy", [1.0, 0.6])
def test_the_intent_is_seen_as_rightly_as_the_regime_says(accuracy: float) -> None:
    world = World(SCENARIO, regime=Regime(intent_accuracy=accuracy), external=[Kind.ENTRY], seed=1)
    right = []
    while world.advance(3 * DAY_S):
        assert world.pending is not None
        journey, view = _journey_at_hand(world), world.pending_view(frozenset())
        assert view.customer is not None
        if journey["attempts"] == 1:
            right.append(view.customer.intent == journey["intent"])
        world.answer(world.pending.default)
    error = 3.5 * math.sqrt(accuracy * (1 - accuracy) / len(right))
    assert abs(np.mean(right) - accuracy) <= error


def test_views_hold_plain_values_only() -> None:
    views, _ = _seen(Regime())
    assert {v.kind for v in views} >= {Kind.ENTRY, Kind.ESCALATION, Kind.DISPATCH, Kind.WRAP_UP}

    def plain(value: Any) -> bool:
        if isinstance(value, tuple):
            return all(plain(part) for part in value)
        return value is None or type(value) in (bool, int, float)

    assert all(plain(view) for view in views)
    assert all(view.hidden is None for view in views)
    with pytest.raises(AttributeError):
        views[0].kind = 1  # type: ignore[misc]


def test_only_an_oracle_is_shown_hidden_state() -> None:
    world = World(SCENARIO, external=[Kind.ENTRY], seed=1)
    assert world.advance(DAY_S)
    assert world.pending is not None
    journey = _journey_at_hand(world)
    hidden = world.pending_view(frozenset({"hidden"})).hidden
    assert hidden is not None
    assert hidden.intent == journey["intent"]
    assert hidden.mood == world.customers.mood[journey["customer"]]
    assert len(hidden.resolves) == world.compiled.channels.n
    for reads in (frozenset[str](), frozenset({"profile", "loads", "candidates"})):
        view = world.pending_view(reads)
        assert view.hidden is None
        assert (view.profile is None) == ("profile" not in reads)
        assert (view.loads is None) == ("loads" not in reads)
