"""A strategy that is to believe signals, and is shown none: it runs, and is told of."""

from __future__ import annotations

import pytest

from experiments.cli.plan import told
from experiments.report.page import render_page
from experiments.running.comparison import run
from experiments.running.config.experiment import ExperimentConfig, load_config
from experiments.running.engine import simulator
from experiments.running.plan import plan_of


def config(**changes: object) -> ExperimentConfig:
    believing = {"use": "best_channel", "params": {"customer": "belief"}}
    return load_config(
        {
            "name": "blind",
            "scenario": "telco",
            "overrides": {"population": {"scale": 0.01}},
            "horizon_days": 1,
            "replications": 1,
            "strategies": {
                "segments": {"policy": "best_channel"},
                "seeing": {"policy": believing},
                "shut": {"title": "Eyes shut", "policy": believing, "regime": {"signals": "none"}},
            },
            **changes,
        }
    )


def test_it_says_so_before_it_runs_and_on_the_page(tmp_path) -> None:
    plan = plan_of(config(), simulator(), tmp_path / "blind", 1)
    assert len(plan.notes) == 1 and plan.notes[0].startswith("Eyes shut: acts on segments")
    assert plan.notes[0] in told(plan)
    outcome = run(config(), workers=1, folder=tmp_path / "blind")
    assert outcome.results.manifest["notes"] == list(plan.notes)
    assert "Eyes shut: acts on segments" in render_page(outcome.results)


def test_without_traces_in_the_world_nobody_sees_any() -> None:
    off = config(overrides={"population": {"scale": 0.01}, "mechanisms": {"signals": False}})
    assert len(simulator().describe(off).blind) == 2
    assert simulator().describe(config()).blind == ("shut",)


@pytest.mark.parametrize("name", ["seeing", "segments"])
def test_who_acts_on_what_is_shown_is_not_mentioned(name: str) -> None:
    assert not simulator().describe(config().only(name)).blind
