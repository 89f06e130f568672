"""How the project is built and sent: the workflow of the wheels, and what goes into one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import yaml

from sim.core.unit import CYTHON, UNIT

ROOT = Path(__file__).resolve().parents[1]


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_wheels_workflow_builds_for_all_systems_and_tests_the_compiled_core() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "wheels.yml").read_text())
    wheels = workflow["jobs"]["wheels"]
    systems = {name.partition("-")[0] for name in wheels["strategy"]["matrix"]["os"]}
    assert systems == {"ubuntu", "macos", "windows"}
    used = [step["uses"].partition("@")[0] for step in wheels["steps"]]
    assert used == ["actions/checkout", "pypa/cibuildwheel", "actions/upload-artifact"]
    assert all("@" in step.get("uses", "@") for step in wheels["steps"])
    settings = project()["tool"]["cibuildwheel"]
    assert settings["environment"]["OPTICHANNEL_ENGINE"] == "compiled"  # no silent fallback
    assert settings["test-command"].split()[0] in project()["project"]["scripts"]
    oldest = project()["project"]["requires-python"].removeprefix(">=").replace(".", "")
    assert f"cp{oldest}-*" in settings["build"].split()


def test_cython_is_one_release_everywhere() -> None:
    assert f"cython=={CYTHON}" in project()["build-system"]["requires"]
    pinned = [
        line.split()[0] for line in (ROOT / "constraints.txt").read_text().splitlines() if line
    ]
    assert f"cython=={CYTHON}" in [name.lower() for name in pinned]


def test_what_the_extension_is_made_of_goes_into_the_wheel() -> None:
    packaged = project()["tool"]["setuptools"]["package-data"]["sim.core"]
    for file in UNIT.files().values():
        assert file.suffix == ".py" or any(file.match(pattern) for pattern in packaged)


def test_rows_go_into_the_wheel_with_their_answers() -> None:
    packaged = project()["tool"]["setuptools"]["package-data"]
    for package, folder in (
        ("experiments", "experiments/configs/rows"),
        ("experiments.rows", "experiments/rows"),
    ):
        files = [f for f in (ROOT / folder).iterdir() if f.suffix in (".yaml", ".json")]
        assert files
        for file in files:
            inside = file.relative_to(ROOT / package.replace(".", "/"))
            assert any(inside.match(pattern) for pattern in packaged[package]), file
