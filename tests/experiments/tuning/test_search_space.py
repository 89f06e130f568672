"""Objectives, races, dimensions and configs of a search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments.tuning.config import Racing
from experiments.tuning.objective import formula, score, weights_of
from experiments.tuning.race import beaten, survivors
from experiments.tuning.space import parameters
from experiments.tuning.store import FILE, Evaluation, Evaluations
from experiments.tuning.tune import space_of
from sim import InputError
from tests.support.tunings import BETTER, HERE, config


def test_objective_weights_and_signs() -> None:
    assert weights_of("retention", BETTER) == {"retention": 1.0}
    assert weights_of("cost", BETTER) == {"cost": -1.0}
    weights = weights_of({"retention": 300, "cost": -1, "undefined": 0}, BETTER)
    assert score({"retention": 0.5, "cost": 20.0}, weights) == 130.0
    undefined = score({"retention": float("nan"), "cost": 1.0}, weights)
    assert undefined != undefined
    assert formula({"retention": 300, "cost": -1}) == "300 × retention \u2212 cost"


@pytest.mark.parametrize(
    ("objective", "said"),
    [
        ("retntion", "unknown metric 'retntion'; did you mean 'retention'"),
        ({"cst": 1}, "unknown metric 'cst'; did you mean 'cost'"),
        ("contacts", "neither more nor less of 'contacts' is better"),
        ({"cost": 0.0}, "at least one weight must not be 0"),
    ],
)
def test_objectives_that_are_refused(objective: Any, said: str) -> None:
    with pytest.raises(InputError, match=said):
        weights_of(objective, BETTER)


def test_a_race_is_lost_by_paired_differences_not_by_luck() -> None:
    best = [1.0, 5.0, 9.0, 2.0]
    assert beaten([x - 0.1 - 0.001 * i for i, x in enumerate(best)], best, 0.1)
    assert not beaten([0.0, 7.0, 8.0, 3.0], best, 0.1)
    assert not beaten([1.5, 5.5], best, 0.1)
    scores = {3: [1.0, 5.1], 1: [0.5, 4.4], 2: [1.1, 5.3], 0: [1.2, 5.0]}
    assert survivors(scores, best, 0.5, 0.1) == [2, 0]
    assert survivors({1: [0.5, 4.5], 2: [0.4, 4.4]}, best, 1.0, 0.1) == []


def test_rounds_end_with_all_replications() -> None:
    assert Racing(first=2, factor=2).rounds(10) == [2, 4, 8, 10]
    assert Racing(first=4).rounds(3) == [3]


def test_every_kind_of_parameter_is_a_dimension() -> None:
    space = space_of(config(), "mine")
    names = [d.name for d in space]
    assert names[:5] == ["wait_s", "tries", "scale", "bold", "style"]
    assert all(name.startswith("weight.") for name in names[5:-1]) and len(names) > 6
    assert not {"free", "note"} & set(names)  # no bounds, so they stay as they are
    assert [(d.name, d.kind, d.low, d.high) for d in space][-1] == ("most", int, 1, 7)
    assert {(d.low, d.high) for d in space[5:-1]} == {(0, 2)}
    assert {d.name: d.log for d in space}["scale"]
    values = parameters(space, {d.name: d.start for d in space} | {"wait_s": 123.456789})
    assert values["wait_s"] == 123.5
    assert set(values["weight"]) == {name.partition(".")[2] for name in names[5:-1]}


def test_what_a_strategy_sets_is_fixed_unless_searched() -> None:
    fixed = {"mine": {"policy": {"use": f"{HERE}:Mine", "params": {"wait_s": 50.0, "tries": 2}}}}
    assert "wait_s" not in [d.name for d in space_of(config(strategies=fixed), "mine")]
    search = {"mine": {"wait_s": {"low": 10, "high": 90}, "free": {"low": 0, "high": 3}}}
    space = space_of(config(strategies=fixed, search=search), "mine")
    assert [(d.name, d.start, d.low, d.high) for d in space] == [
        ("wait_s", 50.0, 10, 90),
        ("free", 1.0, 0, 3),
    ]


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ({"wait": {}}, "search.mine.wait: is no parameter of Mine; did you mean 'wait_s'"),
        ({"free": {}}, "search.mine.free: needs low and high"),
        ({"wait_s": {"high": 2000}}, "wait_s.high: must be within the declared 0 to 1000"),
        ({"wait_s": {"low": 9, "high": 9}}, "low must be below high"),
        ({"wait_s": {"log": True}}, "a logarithmic scale needs low above 0"),
        ({"style": {"choices": ["cold"]}}, "must be among the declared; got 'cold'"),
        ({"style": {"low": 1}}, "has no bounds, as it is str"),
        ({"tries": {"low": 1.5}}, "low and high must be whole"),
        ({"tries": {"choices": ["a"]}}, "choices: is for words"),
        ({"most": {"high": 8}}, "most.high: must be within the declared 1 to 7; got 8"),
        ({"note": {}}, "search.mine.note: cannot be searched, as it is no number, truth or word"),
    ],
)
def test_ranges_that_are_refused(search: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        space_of(config(search={"mine": search}), "mine")
    assert said in str(caught.value)


def test_a_policy_without_parameters_cannot_be_tuned() -> None:
    with pytest.raises(InputError, match="CustomerChoice has no parameter to search"):
        space_of(config(strategies={"a": {"policy": "customer_choice"}}), "a")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"validation": {"seed": 1_000_000}}, "must differ from the seed that is tuned on"),
        ({"search": {"mne": {}}}, "search.mne: is not one of the strategies; did you mean 'mine'"),
        ({"trials": 0}, "trials: "),
        ({"sampler": "tpee"}, "did you mean 'tpe'"),
        ({"objectve": "cost"}, "objectve: unknown key"),
        ({"objective": {}}, "objective"),
        ({"warm_up_days": "auto"}, "warm_up_days"),
    ],
)
def test_configs_that_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        config(**changes)
    assert said in str(caught.value)


def test_evaluations_are_kept_with_what_is_undefined(tmp_path: Path) -> None:
    one = Evaluation.of("a", {"y": 2, "x": 0.1}, 3)
    assert one == Evaluation.of("a", {"x": 0.1, "y": 2}, 3)
    store = Evaluations(tmp_path)
    store.put(one, {"cost": 0.1 + 0.2, "undefined": float("nan")})
    store.put(Evaluation.of("a", {}, 0), "refused")
    again = Evaluations(tmp_path)
    found = again.get(one)
    assert isinstance(found, dict)
    assert found["cost"] == 0.1 + 0.2 and found["undefined"] != found["undefined"]
    assert again.get(Evaluation.of("a", {}, 0)) == "refused"
    assert again.get(Evaluation.of("a", {}, 1)) is None
    (tmp_path / FILE).write_bytes(b"no database at all, but long enough to be taken for one" * 9)
    with pytest.raises(InputError, match="cannot be used"):
        Evaluations(tmp_path)
