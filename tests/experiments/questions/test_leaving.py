"""The question which measure tells who leaves: on known areas, and on a small run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from experiments.questions.leaving import KINDS, Leaving, answer
from experiments.questions.measured import Measured
from experiments.questions.results import Answers, LeavingAnswer
from experiments.report.answers.leaving import leaving_notes, leaving_table, leaving_verdict
from experiments.report.page import render_page, setting_of
from experiments.report.verdict.wording import RunContext
from experiments.rows.record import findings
from experiments.running.engine import simulator
from experiments.running.runner import run_experiment
from experiments.store.results import RunResults
from sim import InputError
from sim.metrics.metrics import PREDICTION, measured
from tests.support.fake_runs import in_process
from tests.support.small_runs import config

PLAIN = RunContext("a", 28.0, "USD", 0.95, frozenset(), {}, None)


def _measured(journeys: float, proxies: float) -> Measured:
    """Twenty replications with the areas of both kinds given, and noise of 0.01 on each."""
    rng = np.random.default_rng(3)
    of = {name: 0.5 + rng.normal(0, 0.01, 20) for name in PREDICTION}
    for name in ("auc_journeys", "auc_answered_journeys"):
        of[name] = of[name] + journeys - 0.5
    for name in ("auc_proxies", "auc_answered_proxies"):
        of[name] = of[name] + proxies - 0.5
    return Measured({name: {"a": values} for name, values in of.items()}, {}, {})


@pytest.mark.parametrize(
    ("journeys", "proxies", "said"),
    [(0.6, 0.55, "tells more"), (0.55, 0.6, "tells less"), (0.55, 0.55, "could not be shown")],
)
def test_the_verdict_follows_the_areas(journeys: float, proxies: float, said: str) -> None:
    found = answer(Leaving(split=0.25), ["a"], _measured(journeys, proxies), 28.0)
    assert (found.first_days, found.rest_days) == (7.0, 21.0)
    assert list(found.of("a")) == list(KINDS)
    assert found.against[0].worth.mean == pytest.approx(journeys - proxies, abs=0.01)
    assert found.of("a")["auc_journeys"].above.shown
    (verdict,) = leaving_verdict(found, PLAIN)
    assert said in verdict


def test_measures_that_are_read_the_wrong_way_round_are_named() -> None:
    found = answer(Leaving(), ["a"], _measured(0.55, 0.4), 28.0)
    assert any("Proxies together (A)" in note for note in leaving_notes(found, PLAIN))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunResults:
    asked = config("helpdesk", leaving={}, horizon_days=28)
    folder = tmp_path_factory.mktemp("leaving") / "run"
    return run_experiment(asked, simulator(), in_process(Path(folder))).results


def _answer(run: RunResults) -> LeavingAnswer:
    answers = Answers.of(run.manifest)
    assert answers is not None and answers.leaving is not None
    return answers.leaving


def test_a_run_that_is_asked_answers_for_every_strategy(run: RunResults) -> None:
    found, setting = _answer(run), setting_of(run)
    assert [one.strategy for one in found.against] == ["silo", "steered", "random"]
    assert set(PREDICTION) <= set(run.metrics["metric"])
    table = leaving_table(found, setting)
    assert len(table.rows) == len(KINDS) + 2 and len(table.rows[0]) == 4
    assert "What tells who leaves: journeys or proxies" in render_page(run)
    told = [finding.of for finding in findings(Answers(leaving=found), setting.title)]
    assert len(told) == len(set(told)) == 3 * (len(KINDS) + 2)


def test_a_run_that_is_not_asked_measures_none_of_it() -> None:
    assert not set(PREDICTION) & set(measured(lifetime_value=True))
    assert set(PREDICTION) <= set(measured(lifetime_value=True, prediction=True))


@pytest.mark.parametrize("split", [0, 1, "half"])
def test_a_split_that_is_none_is_refused(split: object) -> None:
    with pytest.raises(InputError, match=r"leaving\.split"):
        config("helpdesk", leaving={"split": split})
