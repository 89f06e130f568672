"""A world whose answers are known: sums of what is on, and of pairs that are on together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from experiments import ExperimentConfig
from experiments.running.engine import Engine, Firm
from sim import InputError
from sim.inputs import validate
from sim.metrics.metrics import EXPECTED, METRICS, OPEN_SHARE
from tests.support.fake_engine import FakeResult

WORTH = {"a": 3.0, "b": 1.0, "c": -2.0, "d": 0.5, "a b": 4.0, "a b c": -1.0}
"""What is added where all of these are on; the rest is worth nothing."""
NOISE = {"loud": 1.0}
"""Noise of a key's own, where it is on."""
CUSTOMERS = 1_000


def truth(on: Mapping[str, Any]) -> float:
    """The mean value where keys have these levels (numbers); a product of them for pairs."""
    return 10.0 + sum(
        worth * float(np.prod([float(on.get(key, 0.0)) for key in keys.split()]))
        for keys, worth in WORTH.items()
    )


def levels(config: ExperimentConfig, strategy: str) -> dict[str, Any]:
    return dict(config.scenario_overrides(strategy).get("on", {}))


def replicate(config: ExperimentConfig, strategy: str, replication: int) -> FakeResult:
    """Common luck of standard deviation 5, own noise of 0.3 that goes by what is on."""
    on = levels(config, strategy)
    # Prices are no part of the register; a key called "nothing" is looked at by nobody.
    seen = {name: level for name, level in on.items() if name not in ("nothing", "price")}
    content = json.dumps(seen, sort_keys=True)
    key = int(hashlib.sha256(content.encode()).hexdigest()[:8], 16)
    common = np.random.default_rng([config.seed, replication]).normal()
    own = np.random.default_rng([config.seed, replication, key]).normal()
    noise = max([0.3, *(NOISE[name] for name in on if name in NOISE)])
    own *= bool(seen)
    value = truth(on) + 5 * common + noise * own
    metrics = {
        EXPECTED: value + float(on.get("price", 0.0)),
        "retention": 0.9,
        "cost_per_customer": 2 * value,
        OPEN_SHARE: 0.05 + 0.1 * float(on.get("slow", 0.0)) + 0.001 * own,
    }
    columns: dict[str, Any] = {"channel": ["phone"], "hour": [9], "contacts": [1.0]}
    return FakeResult(
        metrics=metrics,
        hourly=pl.DataFrame({**columns, "mean_wait_s": [1.0], "occupancy": [0.5]}),
        flows=pl.DataFrame({"source": ["phone"], "target": ["resolved"], "contacts": [1.0]}),
        survival=pl.DataFrame({"day": [0.0, 1.0], "retained": [1.0, 0.9]}),
        decisions=pl.DataFrame({"kind": ["entry"], "action": ["phone"], "count": [1]}),
        daily=pl.DataFrame({"metric": ["wait"], "day": [0], "value": [1.0]}),
        digest=hashlib.sha256(repr((sorted(seen.items()), replication)).encode()).hexdigest(),
    )


def describe(config: ExperimentConfig) -> Firm:
    contents = {}
    for name in config.strategies:
        on = levels(config, name)
        if on.get("impossible"):
            raise InputError(f"strategies.{name}: known: on.impossible: must be off")
        contents[name] = {"population": {"customers": CUSTOMERS, "scale": 1.0}, "on": on}
    prints = {name: json.dumps(content, sort_keys=True) for name, content in contents.items()}
    return Firm(contents, (), "EUR", prints=prints)


def engine() -> Engine:
    names = (EXPECTED, "retention", "cost_per_customer", OPEN_SHARE)
    return Engine(replicate, describe, None, {name: METRICS[name] for name in names})


def on(**levels: Any) -> dict[str, Any]:
    """A delta that switches keys on."""
    return {"overrides": {"on": levels}}


def config(**changes: Any) -> ExperimentConfig:
    raw = {
        "name": "known",
        "scenario": "known",
        "horizon_days": 73,  # a fifth of a year
        "replications": 30,
        "strategies": {"plain": {"policy": "a"}},
    }
    return validate(ExperimentConfig, {**raw, **changes}, "test")
