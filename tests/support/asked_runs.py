"""A run of the known world that is asked everything, and what comes of it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from experiments import RunResults
from experiments.questions.results import Answers
from experiments.report.answers.blocks import Block, blocks_of
from experiments.report.page import setting_of
from experiments.running.runner import run_experiment
from tests.support.fake_runs import in_process
from tests.support.known_world import config, engine, on

STRATEGIES: dict[str, Any] = {
    "plain": {"policy": "x", "title": "Plain"},
    # + 1 - 2 + a (4 - 1): ahead of plain from a = 1/3 on
    "both": {"policy": "x", "title": "With <b>", **on(b=1, c=1)},
}
ASKED: dict[str, Any] = {
    "replications": 8,
    "strategies": STRATEGIES,
    "effects": {
        "deltas": {
            "d": on(d=1),
            "a": {"title": "A <i>& more", **on(a=1)},
            "slow": on(slow=1),
            "c": on(c=1),
            "none": on(nothing=1),
        }
    },
    "factorial": {"factors": {name: {"on": on(**{name: 1})} for name in "abc"}},
    "sweep": {"keys": {"on.a": {"from": 0, "to": 1, "points": 5}}},
    "levers": {
        "budget": 30_000,
        "levers": {
            "a": {"title": "A first", **on(a=1), "price": {"once": 9000}},
            "b": {**on(b=1), "price": {"once": 1000}},
            "c": {**on(c=1), "price": {"once": 10}},
            "none": {**on(nothing=1), "price": {"once": 5}},
        },
    },
}
"""What each is worth is in `known_world.WORTH`; a and b are worth 4 more together."""


def asked(**changes: Any) -> RunResults:
    """Return the run with some of it changed."""
    with TemporaryDirectory() as folder:
        ran = run_experiment(config(**ASKED | changes), engine(), in_process(Path(folder) / "run"))
        return ran.results


@cache
def whole() -> RunResults:
    """Return the run as it is."""
    return asked()


def blocks(results: RunResults) -> dict[str, Block]:
    """Return a run's answered questions by key."""
    answers = Answers.of(results.manifest)
    assert answers is not None
    return {block.key: block for block in blocks_of(answers, setting_of(results))}
