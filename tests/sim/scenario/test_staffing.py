"""Staffing as a strategist means it: heads or paid hours, after scaling, absolute or relative."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.report.palette import styles_for
from experiments.report.staff import staff_rows
from experiments.strategies.staffing import TOLERANCE, staff, staffed
from experiments.strategies.strategy import Strategy
from policies.value.firm_figures import wage_per_s
from sim import InputError, Scenario, World, load_scenario
from sim.inputs import validate
from sim.inputs.relative import Relative
from sim.scenario.staff import headcount, most_on_duty, paid_hours_per_week
from tests.support.worlds import on_duty

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"]


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("-20%", -20.0, "%"),
        ("+10 %", 10.0, "%"),
        ("\u221212.5%", -12.5, "%"),
        ("+10 points", 10.0, "points"),
        ("- 1 point", -1.0, "points"),
    ],
)
def test_relative_changes_are_read(text: str, amount: float, unit: str) -> None:
    found = Relative.parse(text, "key")
    assert (found.amount, found.unit) == (amount, unit)
    assert Relative.parse(str(found), "key") == found


@pytest.mark.parametrize(
    "text", ["20%", "+3", "-", "+%", "+1e3%", "++1%", "-20 %%", "+1,5%", "+5 pounds", "", -20, None]
)
def test_what_is_no_relative_change_is_refused(text: Any) -> None:
    with pytest.raises(InputError, match=r'^key: a relative change looks like "-20%"') as caught:
        Relative.parse(text, "key")
    assert repr(text) in str(caught.value)
    with pytest.raises(InputError, match="must not be beyond 10,000"):
        Relative.parse("+10001%", "key")


def test_relative_changes_are_applied() -> None:
    assert Relative.parse("-20%", "k").apply(50.0, "k") == 40.0
    assert Relative.parse("+10 points", "k").apply(0.6, "k") == pytest.approx(0.7)
    assert Relative.parse("+50%", "k").apply(-2.0, "k") == -3.0


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("-20%", None, "-20% of what has no value; give the value itself"),
        ("-20%", 0.0, "-20% of 0 changes nothing; give the value itself"),
        ("+10 points", None, r"\+10 points of what has no value"),
        ("+10 points", 30.0, "points change a share between 0 and 1; it is 30"),
        ("+10 points", 0.95, r"must be at most 1; \+10 points makes 1.05 of 0.95"),
        ("-10 points", 0.05, "must be at least 0; -10 points makes -0.05 of 0.05"),
        ("+900%", 2.0, r"must be at most 10; \+900% makes 20 of 2"),
        ("-80%", 2.0, "must be at least 1; -80% makes 0.4 of 2"),
    ],
)
def test_a_change_that_leads_nowhere_is_refused(text: str, value: Any, said: str) -> None:
    bounds = (1.0, 10.0) if "%" in text else (0.0, 1.0)
    with pytest.raises(InputError, match=f"^key: {said}"):
        Relative.parse(text, "key").apply(value, "key", *bounds)


@given(st.floats(-99, 1000), st.floats(0.01, 1e6))
def test_a_percentage_is_undone_by_its_inverse(percent: float, value: float) -> None:
    there = Relative(percent, "%").apply(value, "k")
    back = 100 * (1 / (1 + percent / 100) - 1)
    assert Relative(back, "%").apply(there, "k") == pytest.approx(value)


def firm(scale: float = 1.0, **changes: Any) -> Scenario:
    return load_scenario("telco", {"population": {"scale": scale}, **changes})


def after(scale: float, target: Any, team: str = "frontline") -> dict[str, float]:
    """Return the staff of a team once a strategy has set it."""
    strategy = validate(Strategy, {"policy": "p", "staffing": {team: target}}, "test")
    scenario = firm(scale)
    laid_over = {"population": {"scale": scale}, **staffed(scenario, strategy.staffing)}
    return staff(load_scenario("telco", laid_over))[team]


def test_heads_and_hours_are_counted_from_the_shifts() -> None:
    shifts: list[dict[str, Any]] = [
        {"agents": 2, "days": WEEKDAYS, "start_h": 8, "end_h": 16},
        {"agents": 3, "days": ["mon"], "start_h": 12, "end_h": 20},
        {"agents": 4, "days": ["sat"], "start_h": 16, "end_h": 20},
    ]
    team = firm(teams={"frontline": {"shifts": shifts}}).teams["frontline"]
    counts = headcount(team, 1.0)
    assert counts == [2, 3, 4]
    assert paid_hours_per_week(team, counts) == 2 * 40 + 3 * 8 + 4 * 4
    assert most_on_duty(team, counts) == 5
    assert headcount(team, 0.5) == [1, 1, 2]  # 4.5 in all; half a person rounds to even
    assert headcount(team, 0.01) == [1, 0, 0]  # somebody is always there


def test_heads_are_those_of_the_simulated_firm() -> None:
    """The world's floor has what staffing counted: hour by hour, at a scale."""
    for target, scale in ((4, 1.0), (4, 0.5), ("-20%", 0.5)):
        asked = validate(Strategy, {"policy": "p", "staffing": {"frontline": target}}, "test")
        plain = firm(scale)
        scenario = load_scenario(
            "telco", {"population": {"scale": scale}, **staffed(plain, asked.staffing)}
        )
        world, most, hours = World(scenario, seed=1), 0, 0
        team = list(scenario.teams).index("frontline")
        for hour in range(168):
            world.advance(hour * 3600 + 1800.0)
            there = sum(not agent["leaving"] for agent in on_duty(world, team))
            most, hours = max(most, there), hours + there
        expected = staff(scenario)["frontline"]
        assert most == expected["heads"]
        assert hours == expected["paid_hours_per_week"]


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.25])
@pytest.mark.parametrize("heads", [1, 2, 4, 12])
def test_absolute_heads_are_met_exactly(scale: float, heads: int) -> None:
    assert after(scale, heads)["heads"] == heads
    assert after(scale, {"heads": heads})["heads"] == heads


@pytest.mark.parametrize("scale", [5.0, 1.0, 0.5, 0.25])
def test_a_fifth_fewer_is_about_a_fifth_fewer(scale: float) -> None:
    now = staff(firm(scale))["frontline"]["paid_hours_per_week"]
    change = after(scale, "-20%")["paid_hours_per_week"] / now - 1
    assert -0.2 * (1 + TOLERANCE) <= change <= -0.2 * (1 - TOLERANCE)


def test_a_large_firm_comes_as_near_as_an_agent() -> None:
    now = staff(firm(50.0))["frontline"]["paid_hours_per_week"]
    for percent in (-33, -20, -3, 7, 150):
        hours = after(50.0, f"{percent:+}%")["paid_hours_per_week"]
        assert abs(hours - now * (1 + percent / 100)) <= 40


def test_paid_hours_can_be_given() -> None:
    assert after(1.0, {"paid_hours_per_week": 200})["paid_hours_per_week"] == 200
    now = staff(firm())["frontline"]["heads"]
    assert after(1.0, {"heads": "-50%"})["heads"] == now / 2


def test_what_rounds_to_another_order_of_magnitude_is_refused() -> None:
    said = (
        "staffing.frontline: '-20%' of 40 paid hours a week cannot be had: asked are 32, whole "
        "people at scale 0.1 make it 40"
    )
    with pytest.raises(InputError, match=said):
        after(0.1, "-20%")
    with pytest.raises(InputError, match="'-50%' of 1 heads on duty cannot be had"):
        after(0.1, {"heads": "-50%"})


def test_a_team_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match=r"staffing: 'frontlin' is not in.*mean 'frontline'"):
        after(1.0, 3, "frontlin")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (0, "staffing.frontline.heads: must be greater than 0; to drop a team"),
        (-2, "staffing.frontline.heads: must be greater than 0"),
        (2.5, "staffing.frontline.heads: must be a whole number of heads; got 2.5"),
        ("-100%", "must be a percentage above -100% here"),
        ("+10 points", "must be a percentage above -100% here"),
        ("less", "a relative change looks like"),
        ([3], "staffing.frontline: must be a mapping of keys to values; got [3]"),
        ({}, "staffing.frontline: give either heads or paid_hours_per_week"),
        ({"heads": 2, "paid_hours_per_week": 9}, "give either heads or paid_hours_per_week"),
        ({"hedas": 2}, "staffing.frontline.hedas: unknown key; got 2; did you mean 'heads'?"),
    ],
)
def test_staffing_that_is_refused(target: Any, said: str) -> None:
    raw = {"policy": "p", "staffing": {"frontline": target}}
    with pytest.raises(InputError) as caught:
        validate(Strategy, raw, "test")
    assert said in str(caught.value)


def test_policies_weigh_teams_by_the_agents_that_they_have() -> None:
    more = load_scenario("telco", {"teams": {"digital": {"agents_factor": 1000}}})
    digital = more.teams["digital"].wage_per_h / 3600
    assert wage_per_s(more, "email", "service") == pytest.approx(digital, rel=1e-3)
    assert wage_per_s(firm(), "email", "service") != pytest.approx(digital, rel=1e-3)


def test_the_page_shows_each_strategys_staff() -> None:
    manifest = {
        "staff": {
            "a": {"desk": {"people": 3, "heads": 2, "paid_hours_per_week": 88.0}},
            "b": {
                "desk": {"people": 1, "heads": 1, "paid_hours_per_week": 1_040.5},
                "night_shift": {"people": 1, "heads": 1, "paid_hours_per_week": 37.5},
            },
        }
    }
    rows = staff_rows(manifest, styles_for(["a", "b"], "a"))
    shown = {row.label: [(c.value, c.interval) for c in row.cells] for row in rows}
    assert shown == {
        "Desk": [
            ("88 h", "3 people, at most 2 at once"),
            ("1,040 h", "1 person, at most 1 at once"),
        ],
        "Night shift": [("–", ""), ("37.5 h", "1 person, at most 1 at once")],
        "All teams": [("88 h", "3 people"), ("1,078 h", "2 people")],
    }
    for nothing in ({}, {"staff": None}, {"staff": {"a": {}}}):
        assert staff_rows(nothing, styles_for(["a"], "a")) == []
