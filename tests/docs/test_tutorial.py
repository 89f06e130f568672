"""The tutorial, as a reader goes through it: its commands in their order, on shorter runs."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.pages import DOCS, EXAMPLES, blocks_of, commands_in
from tests.support.paths import ROOT

SMALLER = "--set overrides.population.scale=0.3"
RUN = f"{SMALLER} --workers 1 --set replications=2 --set horizon_days=3 --set warm_up_days=1"
TRAIN = (
    f"{SMALLER} "
    "--set budget.steps=1500 --set checkpoint_steps=1500 --set episodes.horizon_days=5 "
    "--set episodes.warm_up_days=1 --set selection.horizon_days=2 --set selection.replications=2 "
    "--set evaluation.horizon_days=2 --set evaluation.replications=2"
)
SMALL = {"run": RUN, "train": TRAIN}
TUTORIAL = DOCS / "tutorial.md"
MAIN = "import sys; from experiments.cli.main import main; sys.exit(main(sys.argv[1:]))"


def lines_of(page: Path) -> list[str]:
    return [c for b in blocks_of(page) if b.kind == "sh" for c in commands_in(b.text)]


def follow(line: str, folder: Path, *more: str) -> str:
    """Run a line of the tutorial in a copy of its files and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", MAIN, *shlex.split(line)[1:], *more],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_tutorial_from_its_first_command_to_its_page(tmp_path: Path) -> None:
    folder = tmp_path / "clinic"
    shutil.copytree(EXAMPLES / "tutorial", folder)
    lines = lines_of(TUTORIAL)
    assert [line.split()[1] for line in lines] == ["run", "train", "run", "run"]
    for line in lines:
        follow(line, folder, *SMALL[line.split()[1]].split())
    run = folder / "runs" / "page"
    report = (run / "report.html").read_text(encoding="utf-8")
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["config"]["strategies"]) == {"own_choice", "patient", "learned"}
    assert all(title in report for title in ("Patients choose", "Chat when the line is long"))
    assert (folder / "runs" / "training" / "policy.safetensors").is_file()


@pytest.mark.slow
def test_the_tutorials_verdict_is_what_the_command_prints(tmp_path: Path) -> None:
    folder = tmp_path / "clinic"
    shutil.copytree(EXAMPLES / "tutorial", folder)
    recorded = next(b.text for b in blocks_of(TUTORIAL) if b.kind == "text")
    printed = follow(lines_of(TUTORIAL)[0], folder, "--workers", "1")
    assert " ".join(recorded.split()) in " ".join(printed.split())
