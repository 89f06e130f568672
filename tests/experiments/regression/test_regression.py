"""What `check` can tell, its exit codes, and what it tells machines."""

from __future__ import annotations

import json
import math
import os
import re
import shlex
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as xml
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import yaml
from rich.console import Console

from experiments.cli.console import print_check
from experiments.cli.main import main
from experiments.regression.baseline import Baseline, platform_of
from experiments.regression.check import BaselineCheck, MetricChange, compare
from experiments.regression.output import annotated, annotation, junit, junit_of_error
from experiments.regression.tolerances import TOLERANCES, Tolerance, tolerance_of
from experiments.statistics import equivalence_power, equivalent
from sim import METRICS, InputError
from sim.inputs import validate
from tests.support import fake_engine
from tests.support.fake_command import use
from tests.support.paths import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "regression.yml"


# -- tolerances and power ---------------------------------------------------------------------


def test_tolerances_are_what_a_change_of_practical_interest_is() -> None:
    retention = tolerance_of("retention")
    assert retention.width("retention", {"retention": 0.95}) == 0.003
    lost = tolerance_of("churned_per_1000").width("churned_per_1000", {"churned_per_1000": 5.0})
    assert lost == pytest.approx(1000 * 0.003)  # the same customers
    worth = {"expected_value_per_customer": -1.0, "future_value_per_customer": 2000.0}
    value = tolerance_of("expected_value_per_customer")
    assert value.width("expected_value_per_customer", worth) == pytest.approx(6.0)
    assert set(TOLERANCES) <= set(METRICS)
    assert tolerance_of("occupancy").width("occupancy", {"occupancy": 0.8}) == 0.01
    assert tolerance_of("cost").width("cost", {"cost": -200.0}) == 2.0
    assert tolerance_of("no such metric") == Tolerance(relative=0.02)


@pytest.mark.parametrize(
    ("n", "deviation", "difference"),
    [(2, 0.1, 0.0), (4, 0.5, 0.0), (6, 0.5, 0.0), (8, 0.5, 0.5), (8, 1.0, -1.0), (9, 0.7, 0.2)],
)
def test_the_power_is_the_share_of_tests_that_pass(
    n: int, deviation: float, difference: float
) -> None:
    trials = 3000
    samples = np.random.default_rng(11).normal(difference, deviation, (trials, n))
    passed = sum(equivalent(sample, np.zeros(n), 1.0).equivalent for sample in samples) / trials
    power = equivalence_power(deviation, n, 1.0, difference=difference)
    assert abs(passed - power) <= 4 * math.sqrt(power * (1 - power) / trials)


def test_power_grows_with_replications_and_is_at_most_alpha_at_the_tolerance() -> None:
    powers = [equivalence_power(1.0, n, 1.0) for n in (1, 2, 4, 8, 16, 32)]
    assert powers[0] == 0 and powers == sorted(powers) and powers[-1] > 0.99
    for n in (2, 4, 30):
        for side in (-1.0, 1.0):
            assert equivalence_power(0.5, n, 1.0, difference=side) <= 0.05 + 1e-3
    assert equivalence_power(0.0, 3, 0.0) == 1.0
    assert equivalence_power(0.0, 3, 1.0, difference=2.0) == 0.0
    with pytest.raises(InputError, match="deviation: must be finite and at least 0"):
        equivalence_power(-1.0, 3, 1.0)


def baseline_of(values: dict[str, dict[str, list[float | None]]]) -> Baseline:
    n = len(next(iter(next(iter(values.values())).values())))
    strategies = {name for of in values.values() for name in of}
    raw = dict(
        format=1, name="b", revision="", seed=1, replications=n, horizon_days=1.0, warm_up_days=0.0,
        platform={}, digests={name: ("d",) * n for name in sorted(strategies)},
        metrics={name: {"values": of} for name, of in values.items()},
    )  # fmt: skip
    return validate(Baseline, raw, "baseline")


def compared(
    base: Baseline,
    shift: float = 0.0,
    versions: Mapping[str, str] | None = None,
    exact: bool | None = False,
) -> BaselineCheck:
    """Compare a baseline with itself, its last strategy's values shifted."""
    import polars as pl

    names = list(base.digests)
    rows = [
        (strategy, n, name, None if v is None else v + shift * (strategy == names[-1]))
        for name, of in base.metrics.items()
        for strategy, values in of.values.items()
        for n, v in enumerate(values)
    ]
    frame = pl.DataFrame(rows, schema=["strategy", "replication", "metric", "value"], orient="row")
    manifest = {
        "seed": 1, "replications": base.replications, "horizon_days": 1.0, "warm_up_days": 0.0,
        "versions": versions or {}, "digests": {k: list(v) for k, v in base.digests.items()},
    }  # fmt: skip
    return compare(SimpleNamespace(metrics=frame, manifest=manifest), base, exact=exact)  # type: ignore[arg-type]


@pytest.mark.parametrize(("recorded", "told"), [("", ""), ("new", ""), ("old", "old → new")])
def test_another_engine_is_told_and_leaves_the_comparison_exact(recorded: str, told: str) -> None:
    base = baseline_of({"retention": {"a": [0.5, 0.6]}}).model_copy(update={"engine": recorded})
    now = {**platform_of({}), "engine": "new"}
    same = compared(base, versions=now, exact=None)
    assert same.other_engine == told and same.exact is (not same.other_platform)
    assert told in shown(same) and "disagree" not in shown(same)
    moved = compared(base, 0.1, versions=now, exact=True)
    assert not moved.passed and ("the engines disagree" in shown(moved)) is bool(told)


def shown(check: BaselineCheck) -> str:
    console = Console(record=True, width=200, file=StringIO())
    print_check(check, console)
    return console.export_text()


def test_the_power_of_a_check_comes_from_paired_differences_of_the_recorded_strategies() -> None:
    luck = np.random.default_rng(3).normal(0, 0.05, 8)  # common to both strategies
    own = 0.001 * np.array([1, -1] * 4)
    pair = {"a": list(0.9 + luck), "b": list(0.9 + luck + own)}
    found = compared(baseline_of({"retention": pair}))
    (a, b) = found.rows
    assert a.power == pytest.approx(equivalence_power(float(own.std(ddof=1)), 8, 0.003))
    assert a.power == b.power > 0.9
    alone = compared(baseline_of({"retention": {"a": pair["a"]}})).rows[0]
    independent = math.sqrt(2) * float(luck.std(ddof=1))
    assert alone.power == pytest.approx(equivalence_power(independent, 8, 0.003))
    assert alone.power < 0.01
    few = compared(baseline_of({"retention": {k: v[:2] for k, v in pair.items()}}))
    assert few.power.weak == ("retention",) and few.power.luck_alone_fails > 0.8
    assert found.power.weak == () and found.power.notices == 0.95


def test_what_is_never_defined_has_no_power_and_one_replication_has_none() -> None:
    check = compared(baseline_of({"refused_share": {"a": [None] * 3}, "cost": {"a": [1.0] * 3}}))
    assert math.isnan(check.rows[0].power) and check.rows[1].power == 1.0
    assert check.power.metrics == 1
    assert compared(baseline_of({"cost": {"a": [1.0]}})).rows[0].power == 0.0


def test_a_change_of_retention_by_half_a_point_is_noticed() -> None:
    values = {"retention": {"a": [0.95, 0.951, 0.949, 0.95], "b": [0.96, 0.9612, 0.959, 0.96]}}
    assert [row.state for row in compared(baseline_of(values), 0.001).rows][1] == "equivalent"
    assert [row.state for row in compared(baseline_of(values), -0.005).rows][1] == "moved"


# -- machines ---------------------------------------------------------------------------------

ROWS = (
    MetricChange("a", "retention", 0.9, 0.9, 0.0, 0.0, 0.003, "identical", 0.9),
    MetricChange("a", "cost", 10.0, 11.0, 0.9, 1.1, 0.1, "moved", 0.9),
    MetricChange("a", "csat", 3.0, 3.01, -0.1, 0.1, 0.05, "undecided", 0.25),
    MetricChange("a", "nps", 3.0, math.nan, math.nan, math.nan, 2.0, "missing", 0.9),
    MetricChange("a", "sales", 3.0, 3.001, 0.0, 0.1, 0.05, "equivalent", 0.9),
    MetricChange("a", "fresh", math.nan, 1.0, math.nan, math.nan, math.nan, "new"),
)


@pytest.mark.parametrize(
    ("exact", "failing"),
    [
        (False, ["cost", "csat", "nps"]),
        (True, ["registers", "cost", "csat", "nps", "sales"]),
    ],
)
def test_junit_has_a_test_for_each_thing_compared(exact: bool, failing: list[str]) -> None:
    check = BaselineCheck(ROWS, {"a": (1, 2)}, "", "", exact)
    suite = xml.fromstring(junit("name", check)).find("testsuite")
    assert suite is not None
    tests = suite.findall("testcase")
    assert [test.get("name") for test in tests] == ["registers", *(row.metric for row in ROWS)]
    assert [test.get("name") for test in tests if test.find("failure") is not None] == failing
    assert (suite.get("tests"), suite.get("failures")) == ("7", str(len(failing)))
    assert {test.get("classname") for test in tests} == {"name.a"}
    assert "power 25%" in str(xml.tostring(tests[3]))
    assert len(annotated("name", check)) == len(failing)


def test_an_error_in_junit_holds_what_xml_cannot() -> None:
    suite = xml.fromstring(junit_of_error("n", RuntimeError("a <b> \x1b[2J \x00"))).find(
        "testsuite"
    )
    assert suite is not None and suite.get("errors") == "1"
    (error,) = suite.iter("error")
    assert error.get("message") == "RuntimeError: a <b> \\x1b[2J \\x00"


def test_annotations_are_escaped_and_few() -> None:
    assert annotation("a: b, c", "50%\nof ::it") == "::error title=a%3A b%2C c::50%25%0Aof ::it"
    rows = tuple(
        MetricChange("a", f"m{n}", 1.0, 2.0, 0.9, 1.1, 0.1, "moved", 0.9) for n in range(30)
    )
    lines = annotated("name", BaselineCheck(rows, {"a": ()}, "", "", False))
    assert len(lines) == 10 and lines[-1].endswith("::and 21 more")
    assert len(annotated("name", BaselineCheck(rows[:10], {"a": ()}, "", "", False))) == 10


# -- the command ------------------------------------------------------------------------------

RAW: dict[str, Any] = {
    "name": "fake",
    "scenario": "fake",
    "horizon_days": 60,
    "replications": 3,
    "strategies": {"plain": {"policy": "a"}, "better": {"policy": "b"}},
}
CHECK = ["check", "config.yaml", "--baseline", "base.json", "--workers", "1", "--junit", "j.xml"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(RAW))
    use(monkeypatch, fake_engine.replicate)
    assert main([*CHECK[:-2], "--update"]) == 0
    return tmp_path


def failures_of(path: str) -> list[str | None]:
    tests = xml.parse(path).getroot().iter("testcase")
    return [test.get("name") for test in tests if len(test)]


def test_check_tells_junit_and_github(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main([*CHECK, "--github"]) == 0
    caught = capsys.readouterr()
    assert failures_of("j.xml") == []
    assert "::error" not in caught.err
    assert "power: a change as large as its tolerance is noticed with 95%" in caught.out
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert main([*CHECK, "--set", "strategies.better.policy=c", "--json"]) == 0
    monkeypatch.setattr(fake_engine, "EFFECT", {"better": 0.2})
    capsys.readouterr()
    assert main([*CHECK, "--json"]) == 1
    caught = capsys.readouterr()
    assert failures_of("j.xml") == ["registers", "retention"]
    assert "::error title=fake%3A better%3A retention::moved: 0.8" in caught.err
    plain = json.loads(caught.out)  # annotations do not get in its way
    assert plain["power"]["notices"] == 0.95 and 0 <= plain["rows"][0]["power"] <= 1


def crash(*_: object) -> Any:
    raise ZeroDivisionError("division by zero")


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_failed_replication_is_not_a_change(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    use(monkeypatch, fake_engine.broken)
    arguments = [*CHECK, "--github"] if command == "check" else ["run", *CHECK[1:2], *CHECK[4:6]]
    assert main(arguments) == 70
    caught = capsys.readouterr()
    assert "optichannel: strategy 'better', replication 2 failed: ZeroDivisionError" in caught.err
    if command == "check":
        assert failures_of("j.xml") == ["run"]  # no older file speaks for this run
        assert "::error title=fake%3A the run failed::strategy 'better'" in caught.err


@pytest.mark.parametrize(
    ("place", "arguments"),
    [
        ("experiments.regression.check.compare", CHECK),
        ("experiments.running.config.experiment.load_config", CHECK),
        ("experiments.running.config.experiment.load_config", ["run", "config.yaml"]),
        ("experiments.store.run_folder.find_run", ["report", "there"]),
        ("experiments.cli.catalogue.catalogue", ["list"]),
        ("sim.inputs.json_schema", ["schema"]),
        ("experiments.validation.validate.validate", ["validate", "theory"]),
    ],
)
def test_a_crash_is_seventy_with_its_traceback_and_one_line(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    arguments: list[str],
) -> None:
    monkeypatch.setattr(place, crash)
    assert main(arguments) == 70
    caught = capsys.readouterr()
    assert "Traceback" in caught.err
    last = "optichannel: crashed: ZeroDivisionError: division by zero; please report it"
    assert caught.err.splitlines()[-1] == last


# -- the workflow -----------------------------------------------------------------------------


def steps() -> tuple[dict[str, Any], dict[str, str]]:
    (job,) = yaml.safe_load(WORKFLOW.read_text())["jobs"].values()
    return job, {step["name"]: step["run"] for step in job["steps"] if "run" in step}


def test_the_workflow_checks_all_that_has_a_baseline_and_installs_what_there_is() -> None:
    job, runs = steps()
    baselines = sorted(path.stem for path in (ROOT / "experiments" / "baselines").glob("*.json"))
    assert sorted(job["strategy"]["matrix"]["config"]) == baselines
    words = shlex.split(runs["Install"])
    assert words[:4] == ["python", "-m", "pip", "install"]
    assert (ROOT / words[words.index("-c") + 1]).is_file()
    assert tomllib.loads((ROOT / words[-1] / "pyproject.toml").read_text())["project"]["name"]


def test_the_workflows_commands_run(tmp_path: Path) -> None:
    """In a copy of its folders, with a small config in place of the shipped one."""
    _, runs = steps()
    script = tmp_path / "bin" / "optichannel"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m experiments.cli "$@"\n')
    script.chmod(0o755)
    config = tmp_path / "experiments" / "configs" / "regression.yaml"
    config.parent.mkdir(parents=True)
    small = {"extends": "regression", "horizon_days": 2, "warm_up_days": 0, "replications": 3}
    config.write_text(yaml.safe_dump({**small, "name": "regression"}))
    baseline = tmp_path / "experiments" / "baselines" / "regression.json"
    baseline.parent.mkdir()
    command = re.sub(r"\$\{\{ *matrix\.config *\}\}", "regression", runs["Check"])

    def run(more: str = "") -> subprocess.CompletedProcess[str]:
        path = f"{script.parent}{os.pathsep}{os.environ['PATH']}"
        variables = {"PATH": path, "PYTHONPATH": str(ROOT), "GITHUB_ACTIONS": "true"}
        return subprocess.run(
            ["bash", "-e", "-c", f"{command.strip()} {more}"],
            cwd=tmp_path, env={**os.environ, **variables}, capture_output=True, text=True,
        )  # fmt: skip

    assert run("--update").returncode == 0
    assert run().returncode == 0
    assert failures_of(str(tmp_path / "regression.xml")) == []
    raw = json.loads(baseline.read_text())
    raw["metrics"]["cost"]["values"]["multichannel"] = [1.0, 2.0, 1.5]
    baseline.write_text(json.dumps(raw))
    changed = run()
    assert changed.returncode == 1
    assert "::error title=regression%3A multichannel%3A cost::moved: 1.5 →" in changed.stderr
    assert failures_of(str(tmp_path / "regression.xml")) == ["cost"]
    baseline.write_text("[")
    assert run().returncode == 2
