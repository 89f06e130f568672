"""Layers of overrides: a null deletes in the end, whatever the layers are grouped into."""

from __future__ import annotations

from functools import reduce
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from experiments import load_config
from experiments.learning.config import load_train_config
from experiments.running.replicate import replicate, scenario_of
from experiments.tuning.config import load_tune_config
from sim import InputError
from sim.inputs import merge, overlay, resolve_extends, set_path

KEYS = st.sampled_from("abc")
CHANGES = st.sampled_from(["+10%", "-5 points"])
VALUES = st.none() | st.integers(0, 3) | st.lists(st.integers(0, 1), max_size=2) | CHANGES
TREES = st.dictionaries(
    KEYS,
    st.recursive(VALUES, lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=8),
    max_size=3,
)
LAYERS = st.lists(TREES | TREES.map(lambda tree: {**tree, "*": None}), min_size=1, max_size=4)


@given(TREES, LAYERS, st.integers(0, 3))
def test_layers_composed_in_any_grouping_do_what_they_do_one_by_one(
    base: dict[str, Any], layers: list[dict[str, Any]], split: int
) -> None:
    one_by_one = reduce(merge, layers, base)
    assert merge(base, overlay(*layers)) == one_by_one
    assert merge(base, reduce(overlay, layers)) == one_by_one
    left, right = layers[:split], layers[split:]
    assert merge(base, overlay(overlay(*left), overlay(*right))) == one_by_one
    *_, from_the_end = accumulate(reversed(layers), lambda above, below: overlay(below, above))
    assert merge(base, from_the_end) == one_by_one


def test_what_was_there_can_be_removed_as_a_whole() -> None:
    base = {"a": {"b": 1, "c": {"d": 2}}, "e": 3}
    assert merge(base, {"a": {"*": None, "f": 4}}) == {"a": {"f": 4}, "e": 3}
    assert overlay({"a": None}, {"a": {"f": 4}}) == {"a": {"*": None, "f": 4}}
    assert overlay({}, {"a": {"f": None}}) == {"a": {"f": None}}


PLACES = (("overrides",), ("strategies", "*", "overrides"))


def test_documents_compose_the_overlays_that_they_hold(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "x: 1\noverrides: {a: {b: 1}, c: null}\nstrategies: {s: {overrides: {d: 1}}, t: {}}\n"
    )
    raw = {
        "extends": "base.yaml",
        "x": None,
        "overrides": {"a": {"b": None}, "c": {"e": 1}},
        "strategies": {"s": {"overrides": {"d": None}}, "t": None},
    }
    found = resolve_extends(raw, Path, tmp_path, PLACES)
    assert found == {
        "overrides": {"a": {"b": None}, "c": {"*": None, "e": 1}},
        "strategies": {"s": {"overrides": {"d": None}}},
    }


def test_a_setting_below_an_overlay_keeps_its_null() -> None:
    raw = {"x": 1, "overrides": {"gone": None, "shifts": [{"n": 1, "m": 2}]}}
    assert set_path(raw, "x=null", PLACES) == {"overrides": raw["overrides"]}

    def overrides(setting: str) -> Any:
        return set_path(raw, setting, PLACES)["overrides"]

    assert overrides("overrides.a.b=null") == {**raw["overrides"], "a": {"b": None}}
    assert overrides("overrides.gone.k=1")["gone"] == {"*": None, "k": 1}
    assert overrides("overrides.shifts.0.m=null")["shifts"] == [{"n": 1}]
    assert set_path(raw, "strategies.s.overrides.a=null", PLACES)["strategies"] == {
        "s": {"overrides": {"a": None}}
    }


@pytest.mark.parametrize(
    ("setting", "keys"),
    [
        ('s."a.b".t=1', ["s", "a.b", "t"]),
        ("s.'a.b'.t=1", ["s", "a.b", "t"]),
        ('"a=b" . c =1', ["a=b", "c"]),
        ("a b.it's=1", ["a b", "it's"]),
    ],
)
def test_a_name_with_a_dot_stands_in_quotes(setting: str, keys: list[str]) -> None:
    expected: Any = 1
    for key in reversed(keys):
        expected = {key: expected}
    assert set_path({}, setting) == expected


@pytest.mark.parametrize("setting", ['"".a=1', '"a.b=1', 'a."b"c=1', "a.=1"])
def test_quotes_that_do_not_close_are_refused(setting: str) -> None:
    with pytest.raises(InputError, match=r"must have the form key.path=value"):
        set_path({}, setting)


OFFICE = {"regime": "omnichannel", "policy": "customer_choice"}


def config(folder: Path, file: str = "c.yaml", **changes: Any) -> Path:
    raw = {"name": "n", "scenario": "helpdesk", "horizon_days": 7, "strategies": {"a": OFFICE}}
    (folder / file).write_text(yaml.safe_dump(raw | changes), encoding="utf-8")
    return folder / file


NEVER_CLOSES = {"channels": {"phone": {"hours": None}}}


def test_a_null_reaches_the_scenario_through_every_layer(tmp_path: Path) -> None:
    def hours(path: Path, *settings: str, strategy: str = "a") -> Any:
        return scenario_of(load_config(path, settings), strategy).channels["phone"].hours

    plain = config(tmp_path)
    assert hours(plain) is not None
    assert hours(plain, "overrides.channels.phone.hours=null") is None
    assert hours(plain, "strategies.a.overrides.channels.phone.hours=null") is None
    assert hours(plain, "strategies.a.overrides={channels: {phone: {hours: null}}}") is None
    assert hours(config(tmp_path, overrides=NEVER_CLOSES)) is None
    own = {"a": OFFICE, "b": {**OFFICE, "overrides": NEVER_CLOSES}}
    both = config(tmp_path, strategies=own)
    assert hours(both) is not None
    assert hours(both, strategy="b") is None
    other = {"channels": {"phone": {"effort": 0.3}}}
    config(tmp_path, "base.yaml", overrides=NEVER_CLOSES)
    child = tmp_path / "child.yaml"
    child.write_text(yaml.safe_dump({"extends": "base.yaml", "overrides": other}))
    assert hours(child) is None
    config(tmp_path, "base.yaml", overrides=other)
    child.write_text(yaml.safe_dump({"extends": "base.yaml", "overrides": NEVER_CLOSES}))
    assert hours(child) is None


def test_a_line_without_closing_hours_never_closes(tmp_path: Path) -> None:
    own = {"a": OFFICE, "b": {**OFFICE, "overrides": NEVER_CLOSES}}
    loaded = load_config(config(tmp_path, strategies=own))
    assert replicate(loaded, "a", 0).metrics["closed_share"] > 0.01
    assert replicate(loaded, "b", 0).metrics["closed_share"] == 0


def test_nulls_stay_in_the_overrides_of_every_kind_of_config() -> None:
    setting = ["overrides.channels.phone.hours=null"]
    for load, name in ((load_tune_config, "tune_telco"), (load_train_config, "helpdesk")):
        assert load(name, setting).overrides["channels"]["phone"] == {"hours": None}, name
