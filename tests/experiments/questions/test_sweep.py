"""Sweeps: curves, gaps, and where strategies change places."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.questions.results import Answers, SweepAnswer
from experiments.questions.sweep.block import Values, delta_of
from experiments.questions.sweep.crossing import zeros
from experiments.report.answers.sentences import crossing_sentences, still_sentences
from experiments.running.runner import run_experiment
from sim.metrics.metrics import EXPECTED
from tests.support.fake_runs import in_process
from tests.support.known_world import config, engine, on

X = (0.0, 1.0, 2.0, 3.0)


def test_the_interval_of_a_crossing_covers() -> None:
    """The lines cross at 1.3; of 95% intervals from 10 replications, 95% hold it."""
    rng, held, n = np.random.default_rng(2), [], 400
    for _ in range(n):
        slopes, offsets = rng.normal(1.0, 0.5, 10), rng.normal(-1.3, 1.0, 10)
        found = zeros(X, np.array([offsets + slopes * x for x in X]))
        above = found.low is None or found.low <= 1.3
        held.append(found.anywhere and above and (found.high is None or found.high >= 1.3))
    assert 0.92 < np.mean(held) < 0.98


def test_a_sharp_crossing_has_a_narrow_interval() -> None:
    noise = np.random.default_rng(3).normal(0, 0.01, 10)
    found = zeros(X, np.array([x - 1.3 + noise for x in X]))
    assert found.at == (pytest.approx(1.3, abs=0.02),)
    assert found.low is not None and found.high is not None
    assert 1.2 < found.low < found.at[0] < found.high < 1.4


def test_without_noise_the_crossing_is_a_point() -> None:
    found = zeros(X, np.array([[x - 1.5] * 5 for x in X]))
    assert found.at == (1.5,)
    assert (found.low, found.high) == (pytest.approx(1.48), pytest.approx(1.52))


def test_curves_that_do_not_cross_or_cannot_be_told_apart() -> None:
    apart = zeros(X, np.array([[x + 1.0] * 5 for x in X]))
    assert (apart.at, apart.anywhere) == ((), False)
    open_ = zeros(X, np.random.default_rng(4).normal(0, 1, (4, 10)))
    assert open_.anywhere and (open_.low, open_.high) == (None, None)
    one = zeros(X, np.array([[x - 1.5] for x in X]))  # one replication proves nothing
    assert (one.low, one.high, one.anywhere) == (None, None, True)


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=6))
def test_roots_lie_where_the_mean_changes_its_sign(means: list[float]) -> None:
    x = [float(i) for i in range(len(means))]
    found = zeros(x, np.array([[m, m, m] for m in means]))
    for root in found.at:
        assert np.interp(root, x, means) == pytest.approx(0, abs=1e-9)
    changes = sum(min(pair) < 0 < max(pair) for pair in pairwise(means))
    assert len(found.at) == changes + sum(m == 0 for m in means)


def answer_of(folder: Path, **changes: Any) -> SweepAnswer:
    found = run_experiment(config(**changes), engine(), in_process(folder)).results
    answers = Answers.of(found.manifest)
    assert answers is not None and answers.sweep is not None
    return answers.sweep


BOTH = {"plain": {"policy": "x"}, "with b": {"policy": "x", **on(b=1, c=1)}}


def test_strategies_change_places_where_the_world_says(tmp_path: Path) -> None:
    # with b: + 1 - 2 + a (4 - 1), so that it is ahead from a = 1/3 on.
    sweep = {"keys": {"on.a": {"from": 0, "to": 1, "points": 5}}}
    answer = answer_of(tmp_path / "run", strategies=BOTH, sweep=sweep)
    assert answer.strategies == ("plain", "with b")
    assert answer.axes[0].x == (0, 0.25, 0.5, 0.75, 1)
    (crossing,) = [c for c in answer.crossings if c.metric == EXPECTED]
    assert crossing.low is not None and crossing.high is not None
    assert crossing.low < 1 / 3 < crossing.high
    assert crossing.at == (pytest.approx(1 / 3, abs=0.1),)
    assert (crossing.left, crossing.right) == ("plain", "with b")
    (cost,) = [c for c in answer.crossings if c.metric == "cost_per_customer"]
    assert (cost.left, cost.right) == ("with b", "plain")  # less cost is better
    at = {(p.strategy, p.at): p for p in answer.points}
    assert at["plain", (1.0,)].worth[EXPECTED].mean == pytest.approx(3, abs=0.3)
    assert len(answer.gaps) == 5


def test_a_strategy_that_no_point_moves_is_named(tmp_path: Path) -> None:
    strategies = {"plain": {"policy": "x"}, "b": {"policy": "x", **on(b=1)}}
    sweep = {"keys": {"on.nothing": [1, 2]}}
    answer = answer_of(tmp_path / "run", strategies=strategies, sweep=sweep)
    assert answer.unmoved == ("plain", "b")
    (plain, b) = still_sentences(answer, str)
    assert plain.startswith("In plain, on.nothing changes nothing") and b.startswith("In b, ")
    (said,) = crossing_sentences(answer, str)
    assert said.startswith("b is ahead of plain in expected value per customer over the whole")
    moved = answer_of(tmp_path / "more", sweep={"keys": {"on.a": [0, 2]}})
    assert moved.unmoved == ()


def test_two_keys_give_a_crossing_for_each_value_of_the_second(tmp_path: Path) -> None:
    sweep = {"keys": {"on.a": [0, 1], "on.d": [0, 2, 4]}}
    answer = answer_of(tmp_path / "run", strategies=BOTH, sweep=sweep)
    assert [axis.key for axis in answer.axes] == ["on.a", "on.d"]
    assert len(answer.points) == 2 * 6
    assert [c.beside for c in answer.crossings if c.metric == EXPECTED] == [0, 2, 4]
    at = {(p.strategy, p.at): p for p in answer.points}
    assert at["plain", (1.0, 4.0)].worth[EXPECTED].mean == pytest.approx(3 + 2, abs=0.3)


def test_values_are_numbers_or_changes_in_one_unit() -> None:
    shares = Values.model_validate({"from": "-20 points", "to": "+20 points", "points": 3})
    assert (shares.unit, shares.x) == ("points", (-20, 0, 20))
    assert [shares.written(x) for x in shares.x] == ["-20 points", "+0 points", "+20 points"]
    plain = Values.model_validate({"values": [3, 1.5, 2]})
    assert (plain.unit, plain.x) == ("", (1.5, 2, 3))
    assert [type(plain.written(x)) for x in plain.x] == [float, int, int]
    assert Values.model_validate({"from": 0, "to": 0.3, "points": 4}).x == (0, 0.1, 0.2, 0.3)


def test_keys_may_be_of_the_strategy() -> None:
    assert delta_of("policy.wait_s", 5).paths() == {("policy", "wait_s")}
    assert delta_of("staffing.front", "+10%").staffing["front"].paid_hours_per_week == "+10%"
    assert delta_of("regime.intent_accuracy", 0.9).regime == {"intent_accuracy": 0.9}
    assert delta_of('teams."a.b".agents_factor', 2).overrides == {
        "teams": {"a.b": {"agents_factor": 2}}
    }
