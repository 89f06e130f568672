"""The packages' public faces: light, complete, and their examples run."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest

import experiments
import policies
import sim
from policies import Policy

FACES = ("sim", "sim.env", "sim.processes", "policies", "experiments")
FACES += ("experiments.validation.conformance",)
HEAVY = ("gymnasium", "loky", "numpy", "plotly", "polars", "pydantic", "scipy", "simpy", "typer")


@pytest.mark.parametrize("name", FACES)
def test_importing_a_face_is_light_and_what_it_offers_is_there(name: str) -> None:
    code = (
        f"import sys, {name} as face\n"
        f"assert not set({HEAVY}) & set(sys.modules), set({HEAVY}) & set(sys.modules)\n"
        "assert set(face.__all__) <= set(dir(face))\n"
        f"from {name} import *\n"
        "assert all(globals()[name] is getattr(face, name) for name in face.__all__)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("name", FACES)
def test_checkers_and_readers_are_told_of_every_public_name(name: str) -> None:
    face = importlib.import_module(name)
    tree = ast.parse(inspect.getsource(face))
    told = {
        a.name for part in ast.walk(tree) if isinstance(part, ast.ImportFrom) for a in part.names
    }
    assert told >= set(face.__all__)
    assert list(face.__all__) == sorted(face.__all__, key=lambda n: (not n.isupper(), n))
    assert all(inspect.getdoc(getattr(face, n)) for n in face.__all__ if n.islower())
    with pytest.raises(AttributeError, match=f"'{name}' has no attribute 'simulat'"):
        face.simulat  # noqa: B018


@pytest.mark.parametrize("name", FACES)
def test_no_module_can_take_the_place_of_a_public_name(name: str) -> None:
    face = importlib.import_module(name)
    inside = {module.name for module in pkgutil.iter_modules(face.__path__)}
    assert inside and not inside & set(face.__all__)


@pytest.mark.parametrize("face", [sim, policies, experiments])
def test_the_examples_of_a_face_run(
    face: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    failed, tried = doctest.testmod(face)
    assert tried >= 3
    assert not failed


STRATEGIES: dict[str, Any] = {
    "own": "customer_choice",
    "waits": {"policy": "least_expected_wait", "regime": "omnichannel", "decides": ["entry"]},
}


def test_comparing_is_running_the_config_that_says_the_same(tmp_path: Path) -> None:
    more = {"replications": 2, "warm_up_days": 1, "reference": "waits"}
    found = experiments.compare(
        "helpdesk", STRATEGIES, days=1, workers=1, folder=tmp_path / "a", **more
    )
    strategies = {**STRATEGIES, "own": {"policy": {"use": "customer_choice"}}}
    config = {"name": "c", "scenario": "helpdesk", "horizon_days": 1, "strategies": strategies}
    loaded = experiments.load_config(config | more)
    ran = experiments.run(loaded, workers=1, folder=str(tmp_path / "b"), register="parquet")
    assert isinstance(found, experiments.RunResults)
    assert found.metrics.equals(ran.results.metrics)
    assert ran.simulated == 4 and list(ran.folder.glob("**/contacts.parquet"))
    assert set(found.differences["strategy"]) == {"own"}
    assert set(found.estimates["metric"]) <= set(sim.METRICS)
    again = experiments.run(config | more, workers=1, folder=tmp_path / "b")
    assert again.simulated == 0
    assert experiments.RunResults.load(ran.folder).estimates.equals(again.results.estimates)
    assert isinstance(found.estimates, pl.DataFrame)


def test_a_config_is_given_by_name_path_or_mapping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_name = experiments.load_config("quickstart", ["seed=3"])
    assert experiments.load_config({"extends": "quickstart"}, ["seed=3"]) == by_name
    monkeypatch.chdir(tmp_path)
    Path("firm.yaml").write_text("extends: helpdesk\nname: firm\n")
    mapping = {"name": "m", "horizon_days": 1, "strategies": {"a": {"policy": "silo"}}}
    assert experiments.load_config({**mapping, "scenario": "firm.yaml"}).scenario == "firm.yaml"
    found = experiments.compare(
        Path("firm.yaml"), {"a": "silo"}, days=0.1, replications=1, workers=1
    )
    assert found.manifest["scenario"] == "firm"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scenario": "helpdisk"}, "scenario.*'helpdesk'"),
        ({"scenario": 7}, "scenario: must be text; got 7"),
        ({"strategies": {"a": "silos"}}, "strategies.a: policy.*did you mean 'silo'"),
        ({"strategies": {"a": {"polcy": "silo"}}}, "a.polcy: unknown key.*'policy'"),
        ({"strategies": {"a": {"policy": "silo", "regime": "omni"}}}, "a.regime.*'omnichannel'"),
        ({"strategies": {}}, "strategies"),
        ({"strategies": ["silo"]}, "strategies: must be a mapping of names"),
        ({"strategies": {"a": Policy}}, "must be a plain value"),
        ({"days": 0}, "horizon_days: must be greater than 0; got 0"),
        ({"days": float("nan")}, "horizon_days"),
        ({"replication": 3}, "replication: unknown key.*'replications'"),
        ({"workers": 0}, "workers: must be a whole number from 1 on; got 0"),
        ({"workers": True}, "workers: must be a whole number from 1 on; got True"),
        ({"reference": "b"}, "reference must be one of the strategies"),
    ],
)
def test_what_is_wrong_is_said_as_the_command_says_it(
    arguments: dict[str, Any], message: str, tmp_path: Path
) -> None:
    given = {"scenario": "helpdesk", "strategies": {"a": "silo"}, "workers": 1} | arguments
    with pytest.raises(sim.InputError, match=message):
        experiments.compare(folder=tmp_path / "run", **given)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("config", "arguments", "message"),
    [
        ("quickstrt", {}, "config.*'quickstart'"),
        (7, {}, "config"),
        ("quickstart", {"register": "parqet"}, "register: must be one of.*'parquet'"),
        ("quickstart", {"workers": 1.5}, "workers: must be a whole number"),
    ],
)
def test_running_checks_its_arguments(config: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(sim.InputError, match=message):
        experiments.run(config, **arguments)
