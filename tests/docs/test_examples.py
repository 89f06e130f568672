"""Every example of the documentation runs, loads or parses as what it says it is."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from experiments import load_config
from experiments.cli.main import app
from experiments.learning.config import load_train_config
from experiments.prediction.config import load_prediction_config
from experiments.running.engine import simulator
from experiments.tuning.config import load_tune_config
from sim import load_scenario
from tests.support.pages import EXAMPLES, PAGES, Block, blocks, commands_in, inline_code, name_of
from tests.support.paths import ROOT

SHORTER = {"horizon_days=7": "horizon_days=1"}
"""What a reader runs for longer than a test has to."""
NEEDS = {"save_figure": "matplotlib", "sb3_contrib": "sb3_contrib"}
"""What an example says, and the extra's module that it then needs."""
LOADERS: dict[str, Any] = {
    "yaml scenario": load_scenario,
    "yaml experiment": load_config,
    "yaml training": load_train_config,
    "yaml tuning": load_tune_config,
    "yaml prediction": load_prediction_config,
}
COMMAND: Any = typer.main.get_command(app)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the tutorial's files; one, for a process takes a module from one place."""
    copy = tmp_path_factory.mktemp("docs") / "clinic"
    shutil.copytree(EXAMPLES / "tutorial", copy)
    return copy


@pytest.fixture
def folder(clinic: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder where the reader works."""
    monkeypatch.chdir(clinic)
    return clinic


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_runs(block: Block, folder: Path) -> None:
    text = block.text
    for word, module in NEEDS.items():
        if word in text:
            pytest.importorskip(module)
    for long, short in SHORTER.items():
        text = text.replace(long, short)
    script = folder / "test_block.py"
    script.write_text(text, encoding="utf-8")
    run = [sys.executable, str(script)]
    if "\ndef test_" in text:
        run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(script)]
    found = subprocess.run(run, capture_output=True, text=True, env=_environment(folder))
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("block", [b for b in blocks("yaml") if b.kind != "yaml"], ids=str)
def test_yaml_is_what_it_says(block: Block, folder: Path) -> None:
    file = folder / "block.yaml"
    name = "" if "name:" in block.text else "name: block\n"
    file.write_text(name + block.text, encoding="utf-8")
    loaded = LOADERS[block.kind](file)
    if block.kind == "yaml experiment" and "file:" not in block.text:
        simulator().describe(loaded)  # its scenarios, policies, parameters and staffing


@pytest.mark.parametrize("block", blocks("sh"), ids=str)
def test_commands_parse(block: Block) -> None:
    for line in commands_in(block.text):
        command, words = _command(line)
        command.make_context(line, words)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_in_the_text_exist(page: Path) -> None:
    for code in inline_code(page):
        if code.startswith("optichannel "):
            command, words = _command(code)
            known = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"--help"}
            given = {word.partition("=")[0] for word in words if word.startswith("--")}
            assert given <= known, code


def _command(line: str) -> tuple[Any, list[str]]:
    """Return the command that a line calls, and the words after its name."""
    words = [w for w in shlex.split(line)[1:] if w not in ("…", "[OPTIONS]")]
    found = COMMAND
    while words and words[0] in getattr(found, "commands", {}):
        found = found.commands[words.pop(0)]
    unknown = hasattr(found, "commands") and words and not words[0].startswith("-")
    assert not unknown, f"{line}: no such command"
    return found, words


def test_a_wrong_option_would_be_noticed() -> None:
    command, words = _command("optichannel run quickstart --worker 4")
    with pytest.raises(Exception, match="--worker"):
        command.make_context("run", words)
    with pytest.raises(AssertionError, match="no such command"):
        _command("optichannel simulate quickstart")


def _environment(folder: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"}
