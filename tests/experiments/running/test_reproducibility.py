"""Same seed, same bytes: whatever the processes, the order, the loop, the forks, the hash seed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from experiments import ExperimentConfig
from experiments.running.engine import simulator
from experiments.running.replicate import prepared, replicate, window, world
from experiments.running.runner import Settings, run_experiment
from sim import World, scenario_names
from sim.env import JourneyEnv
from sim.units import DAY_S
from tests.support.paths import ROOT
from tests.support.small_runs import SCALE, config


def files(folder: Path) -> dict[str, bytes]:
    """All that a run keeps, but its stamp and manifest (which say when and how it was run)."""
    kept = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.parent != folder
    }
    return kept | {path.name: path.read_bytes() for path in folder.glob("*.parquet")}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A run in this process, replications in their order, registers kept."""
    folder = tmp_path_factory.mktemp("runs") / "one"
    run_experiment(config("telco"), simulator(), Settings(1, folder, "parquet"))
    found = files(folder)
    assert sum(name.endswith("done.json") for name in found) == 9
    assert sum("/register/" in name for name in found) >= 9
    return found


@pytest.mark.parametrize("workers", [2, 5])
def test_any_number_of_workers(tmp_path: Path, whole: dict[str, bytes], workers: int) -> None:
    run_experiment(config("telco"), simulator(), Settings(workers, tmp_path / "run", "parquet"))
    assert files(tmp_path / "run") == whole


@pytest.mark.parametrize("seed", [1, 2])
def test_any_order(
    tmp_path: Path, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    orders = []

    @contextmanager
    def shuffled(_workers: int, _cluster: str) -> Iterator[Any]:
        def work(function: Callable[[Any], Any], items: list[Any]) -> Iterator[Any]:
            mixed = random.Random(seed).sample(items, len(items))
            orders.append((items, mixed))
            return map(function, mixed)

        yield work

    monkeypatch.setattr("experiments.running.runner.pool", shuffled)
    run_experiment(config("telco"), simulator(), Settings(1, tmp_path / "run", "parquet"))
    assert any(items != mixed for items, mixed in orders)
    assert files(tmp_path / "run") == whole


def test_a_run_in_parts(tmp_path: Path, whole: dict[str, bytes]) -> None:
    for replications in (1, 3):
        part = config("telco", replications=replications)
        run_experiment(part, simulator(), Settings(1, tmp_path / "run", "parquet"))
    assert files(tmp_path / "run") == whole


def test_another_seed_or_replication_is_another_register() -> None:
    digests = {
        replicate(config("helpdesk", seed=seed), "steered", number).digest
        for seed in (11, 12)
        for number in (0, 1)
    }
    assert len(digests) == 4


# -- one replication, done in different ways -----------------------------------------------------
def inline(firm: ExperimentConfig, strategy: str) -> World:
    return world(firm, strategy, 1).run(window(firm)[1])


def in_pieces(firm: ExperimentConfig, strategy: str) -> World:
    started, end = world(firm, strategy, 1), window(firm)[1]
    for hour in range(0, 60, 7):
        started.advance(hour * 3600.0 + 0.5)
    return started.run(end)


def forked(firm: ExperimentConfig, strategy: str) -> World:
    """A child of a child; its parents have gone on to the end before it."""
    parent, end = world(firm, strategy, 1), window(firm)[1]
    parent.advance(0.4 * end)
    child = parent.fork()
    parent.run(end)
    child.advance(0.7 * end)
    grandchild = child.fork()
    child.run(end)
    return grandchild.run(end)


def environment(firm: ExperimentConfig, strategy: str) -> World:
    """Every decision of the policy answered from outside, through Gymnasium's loop."""
    ready = prepared(firm, strategy)
    env = JourneyEnv(
        ready.scenario,
        regime=firm.strategies[strategy].regime,
        decides=ready.decides,
        horizon_days=window(firm)[1] / DAY_S,
    )
    policy, truncated = ready.policy.fork(), False
    env.reset(seed=firm.seed, options={"replication": 1})
    while not truncated:
        pending = env.world.pending is not None
        action = policy.decide(env.world.pending_view(policy.reads)) if pending else 0
        truncated = env.step(action)[3]
    return env.world


@pytest.mark.parametrize("scenario", scenario_names())
def test_inline_in_pieces_forked_or_through_the_environment(scenario: str) -> None:
    firm = config(scenario)
    for strategy in ("steered", "random"):
        expected = inline(firm, strategy)
        assert expected.register.number_of("contacts") > 100
        digest = expected.register.digest()
        for way in (inline, in_pieces, forked, environment):
            assert way(firm, strategy).register.digest() == digest, (strategy, way.__name__)


SCRIPT = """
import json, sys
from tests.support import small_runs as t
from experiments.running.replicate import replicate
print(json.dumps([
    replicate(t.config(name), strategy, 0).digest
    for name in t.SCALE
    for strategy in ("silo", "steered", "random")
]))
"""


def test_another_process_with_other_hashes_of_text() -> None:
    """Python's hashes of text, and so the order of sets, differ from process to process."""
    found = {}
    for seed in ("1", "2"):
        environ = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environ, capture_output=True, text=True, check=True
        )
        found[seed] = json.loads(done.stdout)
    assert found["1"] == found["2"]
    here = [
        replicate(config(name), strategy, 0).digest
        for name in SCALE
        for strategy in ("silo", "steered", "random")
    ]
    assert found["1"] == here
