"""Levers: value for money, payback, and the best set within a budget."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.questions.levers.portfolio import best_set
from experiments.questions.results import Answers, LeversAnswer
from experiments.running.runner import run_experiment
from sim.metrics.metrics import EXPECTED
from tests.support.fake_runs import in_process
from tests.support.known_world import CUSTOMERS, config, engine, on

NAMES = "abcdef"
MONEY = st.lists(st.integers(0, 20), min_size=6, max_size=6)


@given(MONEY, MONEY, st.integers(1, 60), st.sets(st.sampled_from(list(combinations(NAMES, 2)))))
def test_no_set_within_the_budget_brings_more(
    gains: list[int], prices: list[int], budget: int, apart: set[tuple[str, str]]
) -> None:
    gain, price = dict(zip(NAMES, gains, strict=True)), dict(zip(NAMES, prices, strict=True))
    excluded = {frozenset(pair) for pair in apart}
    chosen = best_set(gain, price, budget, excluded)

    def net(names: tuple[str, ...]) -> float:
        return sum(gain[name] - price[name] for name in names)

    def allowed(names: tuple[str, ...]) -> bool:
        pairs = {frozenset(pair) for pair in combinations(names, 2)}
        return sum(price[name] for name in names) <= budget and not pairs & excluded

    assert allowed(chosen)
    every = [names for size in range(7) for names in combinations(NAMES, size) if allowed(names)]
    assert net(chosen) == max(map(net, every))


def answer_of(folder: Path, **changes: Any) -> LeversAnswer:
    found = run_experiment(config(**changes), engine(), in_process(folder)).results
    answers = Answers.of(found.manifest)
    assert answers is not None and answers.levers is not None
    return answers.levers


def lever(once: float = 0, per_month: float = 0, **levels: Any) -> dict[str, Any]:
    return {**on(**levels), "price": {"once": once, "per_month": per_month}}


def test_gains_are_of_the_whole_firm_and_year(tmp_path: Path) -> None:
    levers = {"a": lever(once=1_000, per_month=250, a=1), "none": lever(once=5, nothing=1)}
    answer = answer_of(tmp_path / "run", levers={"levers": levers})
    assert (answer.customers, answer.days, answer.portfolio) == (CUSTOMERS, 73, None)
    a, none = answer.levers
    worth = a.worth[EXPECTED].mean
    assert worth == pytest.approx(3, abs=0.3)
    # 73 days are a fifth of a year, so a month is 5/12 of what the run brought.
    month = a.gain_per_month.mean
    assert month == pytest.approx(worth * CUSTOMERS * 5 / 12)
    assert a.price.first_year == 1_000 + 12 * 250
    assert a.for_money is not None and a.for_money.mean == pytest.approx(12 * month / 4_000)
    assert a.payback_months == pytest.approx(1_000 / (month - 250))
    assert a.payback_low < a.payback_months < a.payback_high  # type: ignore[operator]
    assert (none.unchanged, none.rank, none.for_money, none.worth) == (True, None, None, {})


def test_levers_are_ranked_by_value_for_money(tmp_path: Path) -> None:
    levers = {
        "dear": lever(once=1e5, a=1),
        "cheap": lever(once=10, d=1),
        "free": lever(b=1),
        "harmful": lever(once=10, c=1),
    }
    answer = answer_of(tmp_path / "run", levers={"levers": levers})
    assert [found.name for found in answer.levers] == ["free", "cheap", "dear", "harmful"]
    assert [found.rank for found in answer.levers] == [1, 2, 3, 4]
    harmful = answer.levers[-1]
    assert (harmful.payback_months, harmful.payback_low) == (None, None)


def test_the_portfolio_is_simulated_together(tmp_path: Path) -> None:
    levers = {"a": lever(once=500, a=1), "b": lever(once=500, b=1), "c": lever(c=1)}
    answer = answer_of(tmp_path / "run", levers={"budget": 1_000, "levers": levers})
    chosen = answer.portfolio
    assert chosen is not None and chosen.levers == ("a", "b")
    assert chosen.strategy == "levers a + b"
    # Alone 3 and 1; together 4 more.
    assert chosen.worth[EXPECTED].mean == pytest.approx(8, abs=0.3)
    assert chosen.added.mean == pytest.approx(5 * CUSTOMERS * 4 - 1_000, abs=2_000)
    assert chosen.measured.mean == pytest.approx(5 * CUSTOMERS * 8 - 1_000, abs=2_000)


def test_levers_that_set_the_same_key_exclude_each_other(tmp_path: Path) -> None:
    levers = {"a": lever(once=1, a=1), "more a": lever(once=1, a=2), "b": lever(once=1, b=1)}
    answer = answer_of(tmp_path / "run", levers={"budget": 1e6, "levers": levers})
    assert answer.portfolio is not None
    assert answer.portfolio.levers == ("more a", "b")


def test_nothing_may_be_worth_its_price(tmp_path: Path) -> None:
    levers = {"c": lever(once=1, c=1), "dear": lever(once=1e9, a=1)}
    answer = answer_of(tmp_path / "run", levers={"budget": 100, "levers": levers})
    assert answer.portfolio is not None
    assert (answer.portfolio.levers, answer.portfolio.measured.mean) == ((), 0)
