"""Factorial designs in a world whose effects are known."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments.questions import factorial
from experiments.questions.factorial.answer import contrast, shapley
from experiments.questions.factorial.block import Factorial
from experiments.questions.factorial.design import Plan, fraction, full, members
from experiments.questions.measured import Measured
from experiments.questions.results import Answers, FactorialAnswer
from experiments.running.runner import run_experiment
from sim.metrics.metrics import EXPECTED
from tests.support.fake_runs import in_process
from tests.support.known_world import config, engine, on, truth

NAMES = ["a", "b", "c", "d"]


def block(**changes: Any) -> dict[str, Any]:
    return {"factors": {name: {"on": on(**{name: 1})} for name in NAMES}, **changes}


def answer_of(folder: Path, **changes: Any) -> FactorialAnswer:
    found = run_experiment(config(**changes), engine(), in_process(folder)).results
    answers = Answers.of(found.manifest)
    assert answers is not None and answers.factorial is not None
    return answers.factorial


def value(cell: int) -> float:
    return truth({NAMES[i]: 1 for i in members(cell)})


def combined(weights: dict[int, float]) -> float:
    return sum(weight * value(cell) for cell, weight in weights.items())


def test_contrasts_recover_what_the_world_is_made_of() -> None:
    plan = full(4)
    # 4 for a and b together, -1 for a, b and c: averaged over the levels of the others.
    assert combined(contrast(plan, 0b0001)) == pytest.approx(3 + 4 / 2 - 1 / 4)
    assert combined(contrast(plan, 0b0100)) == pytest.approx(-2 - 1 / 4)
    assert combined(contrast(plan, 0b1000)) == pytest.approx(0.5)
    assert combined(contrast(plan, 0b0011)) == pytest.approx(4 / 2 - 1 / 4)
    assert combined(contrast(plan, 0b0111)) == pytest.approx(-1 / 4)
    assert combined(contrast(plan, 0b1010)) == pytest.approx(0)


def test_shapley_values_are_the_average_over_all_orders() -> None:
    plan = full(4)
    orders = list(permutations(range(4)))
    for factor in range(4):
        gains = []
        for order in orders:
            before = sum(1 << i for i in order[: order.index(factor)])
            gains.append(value(before | 1 << factor) - value(before))
        assert combined(shapley(plan, factor)) == pytest.approx(np.mean(gains))
    total = sum(combined(shapley(plan, factor)) for factor in range(4))
    assert total == pytest.approx(value(0b1111) - value(0))


def test_a_fraction_gives_the_sum_of_what_is_aliased() -> None:
    whole, part = full(4), fraction(4, 4)
    assert len(part.cells) == 8
    for product in part.contrasts():
        aliased = [product, *part.aliases(product)]
        everything = sum(combined(contrast(whole, p)) for p in aliased)
        assert combined(contrast(part, product)) == pytest.approx(everything)


def measured(plan: Plan, rng: np.random.Generator, n: int) -> tuple[Factorial, Measured]:
    asked = Factorial.model_validate(block())
    values = {asked.cell_name(cell): value(cell) + rng.exponential(2.0, n) for cell in plan.cells}
    digests = {name: tuple(map(str, of)) for name, of in values.items()}
    return asked, Measured({EXPECTED: values}, {}, digests)


def test_intervals_of_contrasts_and_shapley_values_cover() -> None:
    """Of 95% intervals over 12 replications of skewed noise, some 95% hold the truth."""
    rng, plan = np.random.default_rng(1), full(4)
    held = []
    for _ in range(60):
        answer = factorial.answer(*_asked(measured(plan, rng, 12)))
        for found in answer.contrasts:
            product = sum(1 << NAMES.index(name) for name in found.factors)
            held.append(_holds(found.worth[EXPECTED], combined(contrast(plan, product))))
        for share in answer.shapley:
            factor = NAMES.index(share.factor)
            held.append(_holds(share.worth[EXPECTED], combined(shapley(plan, factor))))
    assert len(held) == 60 * 19
    assert 0.925 < np.mean(held) < 0.975


def _asked(pair: tuple[Factorial, Measured]) -> tuple[Factorial, str, Measured]:
    return pair[0], "plain", pair[1]


def _holds(worth: Any, true: float) -> bool:
    return worth.low <= true <= worth.high


def test_the_answer_of_a_run(tmp_path: Path) -> None:
    answer = answer_of(tmp_path / "run", factorial=block())
    assert (answer.of, answer.design.fraction, answer.design.cells) == ("plain", "full", 16)
    assert answer.remainder is None and answer.design.extra == 0
    order = [c.factors for c in answer.contrasts]
    assert order[:4] == [("a",), ("b",), ("c",), ("d",)]
    assert order[4] == ("a", "b")  # the largest interaction
    shown = {c.factors for c in answer.contrasts if c.worth[EXPECTED].shown}
    assert {("a",), ("b",), ("c",), ("d",), ("a", "b")} <= shown
    total = answer.total[EXPECTED].mean
    assert total == pytest.approx(value(15) - value(0), abs=0.3)
    assert sum(s.worth[EXPECTED].mean for s in answer.shapley) == pytest.approx(total)  # type: ignore[misc]
    shares = [s.share for s in answer.shapley]
    assert all(share is not None and share.low < share.mean < share.high for share in shares)  # type: ignore[operator]
    assert sum(share.mean for share in shares) == pytest.approx(1)  # type: ignore[union-attr,misc]
    assert answer.alone["a"][EXPECTED].mean == pytest.approx(3, abs=0.3)
    # Common luck has a standard deviation of 5 and cancels.
    assert answer.alone["a"][EXPECTED].high - answer.alone["a"][EXPECTED].low < 0.5  # type: ignore[operator]


def test_a_fraction_says_what_it_cannot_tell(tmp_path: Path) -> None:
    answer = answer_of(tmp_path / "run", factorial=block(resolution=4))
    assert (answer.design.fraction, answer.design.cells, answer.design.extra) == ("1/2", 8, 4)
    assert answer.design.words == (("a", "b", "c", "d"),)
    aliases = {c.factors: c.aliases for c in answer.contrasts}
    assert aliases["a", "b"] == (("c", "d"),)
    assert aliases["d",] == (("a", "b", "c"),)
    assert answer.total[EXPECTED].mean == pytest.approx(value(15) - value(0), abs=0.3)
    # All words are even: three factors together are in the main effects, and nothing is left.
    assert answer.remainder is None


def test_what_a_fraction_leaves_out_is_measured(tmp_path: Path) -> None:
    factors = {name: {"on": on(**{name: 1})} for name in [*NAMES, "e"]}
    answer = answer_of(tmp_path / "run", factorial={"factors": factors, "resolution": 5})
    assert (answer.design.cells, answer.design.extra) == (16, 1)
    plan = fraction(5, 5)
    mains = [contrast(plan, 1 << i) for i in range(5)]
    values = {cell: value(cell & 15) for cell in range(32)}  # e is worth nothing
    left = values[31] - values[0]
    left -= sum(weight * values[cell] for main in mains for cell, weight in main.items())
    assert left == pytest.approx(-0.25)
    assert answer.remainder is not None
    found = answer.remainder[EXPECTED]
    assert found.low < left < found.high < left + 0.3  # type: ignore[operator]


def test_no_share_of_a_total_that_may_be_nothing(tmp_path: Path) -> None:
    factors = {"a": {"on": on(a=1)}, "c": {"on": on(c=1.5)}}  # 3 and -3
    answer = answer_of(tmp_path / "run", factorial={"factors": factors})
    assert not answer.total[EXPECTED].shown
    assert [share.share for share in answer.shapley] == [None, None]
    assert answer.shapley[0].worth[EXPECTED].shown


def test_both_levels_may_be_deltas(tmp_path: Path) -> None:
    factors = {"a": {"off": on(a=1), "on": on(a=2)}, "d": {"on": on(d=1), "title": "Dee"}}
    answer = answer_of(tmp_path / "run", factorial={"factors": factors})
    assert answer.alone["a"][EXPECTED].mean == pytest.approx(3, abs=0.3)
    assert [factor.title for factor in answer.factors] == ["a", "Dee"]
