"""The how-to that adds a mechanism: its changes are made in a copy, which runs in both engines."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.support.diffs import apply
from tests.support.pages import DOCS, blocks_of
from tests.support.paths import ROOT

PAGE = DOCS / "how-to" / "add-a-mechanism.md"
COPIED = ("sim", "policies", "tests/support", "tests/conftest.py", "tests/sim/conftest.py")
COPIED += ("tests/__init__.py", "pyproject.toml", "setup.py")
COMPILER = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")[0]


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the sources with all changes of the page."""
    copy = tmp_path_factory.mktemp("mechanism")
    left_out = shutil.ignore_patterns("_native*", "__pycache__", "miniature")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=left_out)
        else:
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    (copy / "tests/sim/core").mkdir()
    for block in blocks_of(PAGE):
        if block.kind == "diff":
            assert apply(block.text, copy)
    return copy


def _run(folder: Path, engine: str, *command: str) -> str:
    # A test of this project may have said that the copy's Python shall find this folder.
    unset = {"PYTHONPATH": str(folder), "OPTICHANNEL_ENGINE": engine}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, **unset},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_changes_are_well_formed(changed: Path) -> None:
    checks = ("-m", "ruff", "check", "sim"), ("-m", "ruff", "format", "--check", "sim")
    for check in checks:
        _run(changed, "interpreted", *check)


def test_it_runs_interpreted(changed: Path) -> None:
    tests = _run(
        changed,
        "interpreted",
        "-m",
        "pytest",
        "-q",
        "tests/sim/core/test_limit.py",
        "-k",
        "interpreted",
    )
    assert "1 passed" in tests


@pytest.mark.slow
@pytest.mark.skipif(shutil.which(COMPILER) is None, reason="there is no C compiler")
def test_it_is_compiled_and_gives_the_same_bytes(changed: Path) -> None:
    pytest.importorskip("Cython")
    _run(changed, "", "setup.py", "-q", "build_ext", "--inplace")
    tests = _run(changed, "compiled", "-m", "pytest", "-q", "tests/sim/core/test_limit.py")
    assert "7 passed" in tests
