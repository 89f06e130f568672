"""The page says what each strategy knew, where a policy could make use of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from experiments.report.page import prepare, render_page
from experiments.running.engine import simulator
from experiments.running.runner import run_experiment
from experiments.store.results import RunResults
from sim.metrics.metrics import METRICS
from tests.support.fake_runs import in_process
from tests.support.small_runs import config


def _run(folder: Path, policy: Any, **changes: Any) -> RunResults:
    strategies = {"one": {"regime": "optichannel", "policy": policy}}
    asked = config("helpdesk", strategies=strategies, replications=2, **changes)
    return run_experiment(asked, simulator(), in_process(folder / "run")).results


@pytest.mark.parametrize("policy", ["best_channel", "bot_first"])
def test_who_could_believe_is_asked_what_it_knew(tmp_path: Path, policy: str) -> None:
    results = _run(tmp_path, policy)
    rows = prepare(results, METRICS).knowledge
    shown = [row.metric.name for row in rows]
    assert shown == ["recognised_share", "mistaken_share", "reason_known_share"]
    page = render_page(results)
    assert 'id="knowledge"' in page and "Reasons guessed rightly" in page


def test_what_was_believed_of_leavers_is_shown_where_it_was_asked(tmp_path: Path) -> None:
    use = {"use": "best_channel", "params": {"customer": "belief"}}
    results = _run(tmp_path, use, leaving={}, horizon_days=28)
    rows = {row.metric.name: row for row in prepare(results, METRICS).knowledge}
    assert rows["belief_auc"].cells[0].value != "–"
    assert "who left in the rest of the run" in render_page(results)


def test_who_could_not_is_not(tmp_path: Path) -> None:
    results = _run(tmp_path, "random")
    view = prepare(results, METRICS)
    assert not view.knowledge and 'id="knowledge"' not in render_page(results)
    tabled = [row.metric.name for rows in view.metric_tables.values() for row in rows]
    assert "recognised_share" not in tabled
