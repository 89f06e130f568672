"""Agents at work: the properties that the formulas promise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim.behaviour as b
from sim.scenario.service import AgentDesktop

shares = st.floats(0, 1)


@given(shares, st.booleans(), st.floats(0, 20), st.floats(0, 20), st.floats(0.1, 5))
def test_tiredness_tends_to_the_occupancy(
    tired: float, busy: bool, hours: float, more: float, half_life: float
) -> None:
    once = b.tiredness_after(tired, busy, hours + more, half_life)
    twice = b.tiredness_after(
        b.tiredness_after(tired, busy, hours, half_life), busy, more, half_life
    )
    assert once == pytest.approx(twice)
    assert 0 <= once <= 1
    goal = 1.0 if busy else 0.0
    assert abs(once - goal) <= abs(tired - goal) + 1e-12
    assert b.tiredness_after(tired, busy, 1000.0, half_life) == pytest.approx(goal, abs=1e-9)


def test_tired_share_starts_at_the_threshold() -> None:
    assert b.tired_share(0.8, 0.8) == 0
    assert b.tired_share(0.9, 0.8) == pytest.approx(0.5)
    assert b.tired_share(1.0, 0.8) == pytest.approx(1.0)
    assert b.tired_share(1.0, 1.0) == 0


def test_chats_slow_each_other_down() -> None:
    assert [b.chat_slowdown(n, 0.3) for n in range(3)] == pytest.approx([1.0, 1.3, 1.6])


@given(shares, shares)
def test_a_boost_turns_a_share_of_the_failures(resolution: float, boost: float) -> None:
    assert 1 - b.boosted(resolution, boost) == pytest.approx((1 - resolution) * (1 - boost))


def test_the_desk_takes_its_cuts_off_only_where_the_firm_has_it() -> None:
    cuts = {"assist_talk_cut": 0.1, "assist_search_cut": 0.4, "desktop_search_cut": 0.5}
    for desktop in (False, True):
        for assist in (False, True):
            desk = AgentDesktop.model_validate(
                {**cuts, "integrated_desktop": desktop, "agent_assist": assist}
            )
            assert desk.talk_left == pytest.approx(0.9 if assist else 1.0)
            left = (0.5 if desktop else 1.0) * (0.6 if assist else 1.0)
            assert desk.search_left == pytest.approx(left)
    assert b.search_time(40.0, 0.5) == 40.0


def test_who_joins_a_line_waits_for_all_before_and_one_service() -> None:
    assert b.expected_wait(300.0, 0, 1) == 300.0
    assert b.expected_wait(300.0, 3, 4) == 300.0
