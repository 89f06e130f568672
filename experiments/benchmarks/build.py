"""How long the compiled core takes to build."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time

from experiments.benchmarks.c_queue import compiler
from experiments.running.manifest import ROOT


class Impossible(Exception):
    """A figure that cannot be measured here; the message says why."""


def seconds() -> float:
    """Return the wall seconds of generating and compiling the core into an empty folder.

    Raises:
        Impossible: there is no compiler, no source tree, or building fails.
    """
    if not (ROOT / "setup.py").is_file():
        raise Impossible("it is installed without the source tree")
    if compiler() is None:
        raise Impossible("no C compiler is here")
    with tempfile.TemporaryDirectory(prefix="optichannel-build-") as folder:
        command = [sys.executable, "setup.py", "build_ext"]
        command += ["--build-temp", f"{folder}/temp", "--build-lib", f"{folder}/lib"]
        started = time.perf_counter()
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        passed = time.perf_counter() - started
        if done.returncode or "could not be built" in done.stderr:
            raise Impossible(f"building fails: {done.stderr.strip()[-200:]}")
    return passed
