"""The engine is part of what a run is: in its folder, its manifest, its page and its workers."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from experiments.report import write_page
from experiments.running import manifest as manifests
from experiments.running.engine import simulator
from experiments.running.identity import Work, default_folder, source_digests, stamp
from experiments.running.runner import Settings, run_experiment
from experiments.runtime.pool import RunError
from experiments.store.results import RunResults
from sim import InputError
from sim.core.engine import INTERPRETED, VARIABLE, engine
from tests.support import fake_engine
from tests.support.fake_runs import config, in_process
from tests.support.paths import ROOT
from tests.support.small_runs import config as small

OTHER = "compiled, otherwise"


def identity() -> dict[str, str]:
    own = config()
    return stamp(own, fake_engine.describe(own))


def test_a_run_is_named_by_its_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    here = identity()
    assert here["engine"] == str(engine())
    monkeypatch.setattr(manifests, "engine_name", lambda: OTHER)
    there = identity()
    assert {name for name in here if here[name] != there[name]} == {"engine"}
    assert default_folder(config(), here) != default_folder(config(), there)


def test_a_run_is_not_resumed_by_another_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_experiment(config(), fake_engine.engine(), in_process(tmp_path))
    monkeypatch.setattr(manifests, "engine_name", lambda: OTHER)
    with pytest.raises(InputError) as refused:
        run_experiment(config(), fake_engine.engine(), in_process(tmp_path))
    said = str(refused.value)
    assert f"run folder of another engine: has {engine()}, this run has {OTHER}" in said


def test_a_worker_with_another_engine_is_refused() -> None:
    work = Work.of(config(), identity())
    work.begin()
    with pytest.raises(RunError, match=rf"a worker's engine is '{engine()}', this run's '{OTHER}'"):
        replace(work, run="another", engine=OTHER).begin()


def test_manifest_and_page_name_the_engine(tmp_path: Path) -> None:
    of_run = small("helpdesk", replications=2, horizon_days=1)
    run_experiment(of_run, simulator(), Settings(workers=1, folder=tmp_path))
    results = RunResults.load(tmp_path)
    assert results.manifest["versions"]["engine"] == str(engine())
    write_page(results, tmp_path / "page.html")
    assert f"engine {engine()}" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_what_the_compiled_engine_is_made_of_is_source() -> None:
    names = source_digests()
    assert "sim/core/loop.py" in names and "sim/core/storage.pxi" in names


def test_both_engines_write_the_same_registers_under_different_names(tmp_path: Path) -> None:
    if engine().name == INTERPRETED:
        pytest.skip("this process has one engine only")
    of_run = small("helpdesk", replications=1, horizon_days=1)
    run_experiment(of_run, simulator(), Settings(workers=1, folder=tmp_path / "here"))
    (tmp_path / "config.json").write_text(of_run.model_dump_json(exclude_none=True))
    words = ["run", str(tmp_path / "config.json"), "--out", str(tmp_path / "there"), "--json"]
    environ = {**os.environ, VARIABLE: INTERPRETED, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "experiments.cli", *words, "--workers", "1"]
    subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    here, there = (RunResults.load(tmp_path / name).manifest for name in ("here", "there"))
    assert here["digests"] == there["digests"]
    assert there["versions"]["engine"] == INTERPRETED
    assert here["digest"] != there["digest"]
