"""Building by `setup.py`: without a compiler all else is installed, and nothing is half built."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.core.native import cython_version
from sim.core.unit import CYTHON
from tests.support.paths import ROOT


def build(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Build the extension into a folder."""
    if cython_version() != CYTHON:
        pytest.skip(f"Cython {CYTHON} is not installed")
    command = [sys.executable, "setup.py", "build_ext", "-b", str(folder), "-t", str(folder / "t")]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True
    )


def test_without_a_compiler_the_build_goes_on(tmp_path: Path) -> None:
    done = build(tmp_path, CC="no-such-compiler")
    assert done.returncode == 0, done.stderr
    assert 'building extension "sim.core._native" failed' in done.stdout + done.stderr
    assert not list(tmp_path.rglob("*_native*.so"))


def test_another_kind_of_build_is_refused(tmp_path: Path) -> None:
    done = build(tmp_path, OPTICHANNEL_BUILD="debug")
    assert done.returncode != 0
    assert "OPTICHANNEL_BUILD: must be among checked, release; got 'debug'" in done.stderr
