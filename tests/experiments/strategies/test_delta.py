"""Deltas: what they change in a strategy, and which cannot be had together."""

from __future__ import annotations

from typing import Any

import pytest

from experiments.strategies.delta import Delta, clash
from experiments.strategies.strategy import Strategy
from sim import load_scenario
from sim.tables.arguments import regime_of


def strategy(**keys: Any) -> Strategy:
    return Strategy.model_validate({"policy": "silo", **keys}, strict=False)


def delta(**keys: Any) -> Delta:
    return Delta.model_validate(keys, strict=False)


def test_overrides_and_staffing_are_laid_over_the_strategy() -> None:
    base = strategy(
        overrides={"choice": {"skill_weight": 1, "x": 2}}, staffing={"a": 3, "b": "+10%"}
    )
    change = delta(overrides={"choice": {"skill_weight": "+10%"}}, staffing={"b": 5})
    found = change.applied(base)
    assert found.overrides == {"choice": {"skill_weight": "1 then +10%", "x": 2}}
    assert (found.staffing["a"].heads, found.staffing["b"].heads) == (3, 5)
    assert base.staffing["b"].paid_hours_per_week == "+10%"  # which it was


def test_a_policy_is_replaced_or_keeps_its_name() -> None:
    base = strategy(policy={"use": "thresholds", "params": {"a": 1, "b": 2}})
    other = delta(policy="silo").applied(base).policy
    assert (other.use, other.params) == ("silo", {})
    same = delta(policy={"params": {"b": "+50%", "c": 3}}).applied(base).policy
    assert (same.use, same.params) == ("thresholds", {"a": 1, "b": "2 then +50%", "c": 3})


@pytest.mark.parametrize(
    ("base", "change", "differs"),
    [
        ("multichannel", {"visible": "all"}, {"visible": "all"}),
        ("optichannel", {"match_rate": "-10 points"}, {"match_rate": 0.85}),
        (None, {"steering": False}, {"steering": False}),
        ({"steering": False}, {"visible": "own"}, {"steering": False, "visible": "own"}),
    ],
)
def test_a_regime_keeps_its_other_keys(base: Any, change: Any, differs: dict[str, Any]) -> None:
    firm = load_scenario("telco")
    before = regime_of(firm, base).model_dump()
    after = regime_of(firm, delta(regime=change).applied(strategy(regime=base)).regime)
    assert after.model_dump() == {**before, **differs}


def test_a_regime_by_name_replaces_the_other() -> None:
    base = strategy(regime={"steering": False})
    assert delta(regime="multichannel").applied(base).regime == "multichannel"
    assert delta(channels=["phone"]).applied(base).channels == ("phone",)
    assert delta().applied(base) == base


@pytest.mark.parametrize(
    ("first", "second", "key"),
    [
        ({"channels": ["a"]}, {"channels": ["b"]}, ("channels",)),
        ({"regime": "x"}, {"regime": {"y": 1}}, ("regime", "y")),
        ({"regime": {"x": 1}}, {"regime": {"y": 1}}, None),
        ({"policy": {"params": {"a": 1}}}, {"policy": {"params": {"b": 1}}}, None),
        ({"policy": "a"}, {"policy": {"params": {"b": 1}}}, ("policy", "b")),
        ({"overrides": {"a": {"b": 1}}}, {"overrides": {"a": {"c": 1}}}, None),
        ({"overrides": {"a": None}}, {"overrides": {"a": {"c": 1}}}, ("overrides", "a", "c")),
        (
            {"staffing": {"t": 1}},
            {"overrides": {"teams": {"t": {"agents_factor": 2}}}},
            ("overrides", "teams", "t", "agents_factor"),
        ),
        ({}, {"channels": ["a"]}, None),
    ],
)
def test_deltas_clash_where_they_set_the_same_key(first: Any, second: Any, key: Any) -> None:
    assert clash(delta(**first), delta(**second)) == key
    assert clash(delta(**second), delta(**first)) == key
