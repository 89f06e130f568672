"""A folder where the command runs the fake engine instead of the simulator."""

from __future__ import annotations

from typing import Any

import pytest

from sim.metrics.metrics import Metric
from tests.support import fake_engine

METRICS = {
    "retention": Metric("retention", "Retention", "share", "retention", "higher", "Kept."),
    "cost": Metric("cost", "Cost", "currency", "cost", "lower", "Spent."),
}
RAW: dict[str, Any] = {
    "name": "fake",
    "title": "A fake [red] firm",
    "scenario": "fake",
    "horizon_days": 60,
    "replications": 5,
    "strategies": {"plain": {"policy": "a"}, "better": {"policy": "b"}},
}


def use(monkeypatch: pytest.MonkeyPatch, work: Any) -> None:
    monkeypatch.setattr("experiments.running.engine.simulator", lambda: fake_engine.engine(work))
