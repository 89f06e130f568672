"""Policies may be given other figures than those of the world that they act in."""

from __future__ import annotations

from typing import Any

import pytest

from experiments import ExperimentConfig
from experiments.running.engine import simulator
from experiments.running.identity import stamp
from experiments.running.replicate import prepared, replicate
from sim import InputError

OUT_OF_DATE = {"intents": {"fault": {"resolution": {"chat": 0.05}}}}


def config(figures: str | None, overrides: dict[str, Any]) -> ExperimentConfig:
    return ExperimentConfig.model_validate(
        {
            "name": "figures",
            "scenario": "telco",
            "overrides": {"population": {"customers": 300}, **overrides},
            "horizon_days": 2.0,
            "replications": 2,
            "strategies": {"rule": {"policy": "best_channel", "firm_figures": figures}},
        }
    )


def test_the_policy_gets_the_figures_and_the_world_keeps_its_own() -> None:
    ready = prepared(config("telco", OUT_OF_DATE), "rule")
    intents = list(ready.scenario.intents)
    fault, chat = intents.index("fault"), list(ready.scenario.channels).index("chat")
    assert ready.scenario.intents["fault"].resolution["chat"] == 0.05
    right = prepared(config(None, OUT_OF_DATE), "rule").policy.channels.human[fault][chat]
    stale = ready.policy.channels.human[fault][chat]
    assert stale > right + 0.3


def test_figures_matter_only_where_they_differ() -> None:
    own, named = (replicate(config(f, {}), "rule", 0).digest for f in (None, "telco"))
    assert own == named
    stale, right = (replicate(config(f, OUT_OF_DATE), "rule", 0).digest for f in ("telco", None))
    assert stale != right


def test_figures_are_part_of_the_identity() -> None:
    found = []
    for figures in (None, "telco"):
        one = config(figures, {})
        found.append(stamp(one, simulator().describe(one))["digest"])
    assert found[0] != found[1]


def test_figures_of_another_firm_are_refused() -> None:
    with pytest.raises(
        InputError, match=r"strategies\.rule: firm_figures: must have the actions of"
    ):
        simulator().describe(config("helpdesk", {}))
