"""Effects of deltas: what each is worth, and that nothing is nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments.questions.results import Answers, EffectsAnswer
from experiments.report.answers.sentences import effects_sentences
from experiments.running.runner import run_experiment
from sim.metrics.metrics import EXPECTED
from tests.support.fake_runs import in_process
from tests.support.known_world import config, engine, on


def answer_of(folder: Path, **changes: Any) -> EffectsAnswer:
    found = run_experiment(config(**changes), engine(), in_process(folder)).results
    answers = Answers.of(found.manifest)
    assert answers is not None and answers.effects is not None
    return answers.effects


DELTAS = {"c": on(c=1), "a": {**on(a=1), "title": "Ay"}, "e": on(e=1), "none": on(nothing=1)}


def test_each_delta_has_its_worth_largest_first(tmp_path: Path) -> None:
    answer = answer_of(tmp_path / "run", effects={"deltas": DELTAS})
    assert answer.metrics == (EXPECTED, "retention", "cost_per_customer")
    assert [effect.name for effect in answer.effects] == ["a", "e", "c", "none"]
    a, e, c, _ = answer.effects
    assert (a.title, a.strategy) == ("Ay", "effects a")
    assert a.worth[EXPECTED].mean == pytest.approx(3, abs=0.3)
    assert c.worth[EXPECTED].mean == pytest.approx(-2, abs=0.3)
    assert a.worth["cost_per_customer"].mean == pytest.approx(6, abs=0.6)
    assert [x.worth[EXPECTED].shown for x in (a, e, c)] == [True, False, True]


def test_only_deltas_that_change_something_are_corrected_for(tmp_path: Path) -> None:
    answer = answer_of(tmp_path / "run", effects={"deltas": DELTAS})
    weakest = answer.effects[1].worth[EXPECTED]  # the largest p-value stays as it is
    assert weakest.p_holm == pytest.approx(weakest.p, rel=0.2)
    nothing = answer.effects[-1]
    assert nothing.unchanged and nothing.worth == {}
    assert not any(effect.unchanged for effect in answer.effects[:-1])


def test_what_changes_a_price_alone_changes_something(tmp_path: Path) -> None:
    """Prices are in no register."""
    answer = answer_of(tmp_path / "run", effects={"deltas": {"dear": on(price=-1)}})
    (dear,) = answer.effects
    assert not dear.unchanged
    assert dear.worth[EXPECTED].mean == pytest.approx(-1)


def test_what_is_left_open_is_said(tmp_path: Path) -> None:
    deltas = {"slow": on(slow=1), "a": on(a=1), "none": on(nothing=1)}
    answer = answer_of(tmp_path / "run", effects={"deltas": deltas})
    left = {effect.name: effect.left_open for effect in answer.effects}
    assert left["slow"] is not None and left["slow"].mean == pytest.approx(0.1, abs=0.01)
    assert left["a"] is not None and left["none"] is None
    said = effects_sentences(answer, str.upper)
    (flattered,) = [sentence for sentence in said if "are open at the end" in sentence]
    assert flattered.startswith("With 'slow', 10 percentage points more of the journeys than with")
    assert flattered.endswith("is in no figure, which flatters it.")
    assert any("'none' changed nothing" in sentence for sentence in said)


def test_deltas_are_of_the_strategy_named(tmp_path: Path) -> None:
    strategies = {"plain": {"policy": "x"}, "b on": {"policy": "x", **on(b=1)}}
    effects = {"of": "b on", "deltas": {"a": on(a=1)}}
    answer = answer_of(tmp_path / "run", strategies=strategies, effects=effects)
    assert answer.of == "b on"
    assert answer.effects[0].worth[EXPECTED].mean == pytest.approx(3 + 4, abs=0.3)
