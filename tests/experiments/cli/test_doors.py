"""One command for every door: what it lists, and that there is no other."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.cli.main import main
from experiments.running.manifest import revision
from sim.core.engine import engine
from tests.support.paths import ROOT

PACKAGES = ("sim", "policies", "experiments")
SOURCES = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
TEXTS = [
    path
    for place in (*PACKAGES, "docs", "tests", ".github", ".ci")
    for path in (ROOT / place).rglob("*")
    if path.is_file() and path.suffix in {"", ".md", ".py", ".toml", ".yaml", ".yml", ".j2"}
] + [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "pyproject.toml")]
ELSEWHERE = re.compile(r"-m(?:\s+|\", \")experiments\.(?!cli\b(?!\.))[\w.]+")


def test_no_file_is_a_command_of_its_own() -> None:
    doors = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.name == "__main__.py" or '__name__ == "__main__"' in path.read_text("utf-8")
    ]
    assert doors == [str(Path("experiments/cli/__main__.py"))]


def test_nothing_names_another_door() -> None:
    named = {
        str(path.relative_to(ROOT)): found
        for path in TEXTS
        if (found := ELSEWHERE.findall(path.read_text("utf-8")))
    }
    assert named == {}


@pytest.mark.parametrize(
    ("group", "commands"),
    [
        (
            [],
            "run compare report figure table check tune train predict conform record register "
            "decisions dataset list schema convert validate calibrate bench",
        ),
        (["validate"], "theory optima all check bank-log journey-log coverage faults"),
        (["validate", "faults"], "kill mutate numbers"),
        (["calibrate"], "bank desk scenario replay predict"),
        (["bench"], "core erlang env journeys profile replications soak"),
    ],
)
def test_every_door_is_in_the_help(
    capsys: pytest.CaptureFixture[str], group: list[str], commands: str
) -> None:
    assert main([*group, "--help"]) == 0
    shown = capsys.readouterr().out
    assert sorted(re.findall(r"^\S ([a-z][a-z-]*) ", shown, re.M)) == sorted(commands.split())
    for command in commands.split():
        assert main([*group, command, "--help"]) == 0
    capsys.readouterr()


def test_the_version_tells_revision_python_and_engine(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("optichannel ") and revision() in shown
    assert f"Python {platform.python_version()}, engine {engine()}" in shown


def test_it_runs_as_a_module_with_its_exit_code() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "experiments.cli", "report", "no-such-folder"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("optichannel: ") and done.stdout == ""
