"""The manifest of a run: what was run, with which versions, and what came of it."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from experiments.running.config.experiment import ExperimentConfig
from experiments.running.engine import Firm, notes_of
from experiments.store.replications import Finished
from experiments.store.results import MANIFEST
from sim.core.engine import engine
from sim.errors import InputError
from sim.inputs.files import read_json

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = ("optichannel", "numpy", "scipy", "polars", "simpy", "pydantic")


def describe_run(
    config: ExperimentConfig,
    warm_up_days: float,
    firm: Firm,
    digest: str,
    finished: Sequence[Finished],
) -> dict[str, Any]:
    """Return the manifest, times and command apart.

    Args:
        config: the config as given.
        warm_up_days: what was not measured.
        firm: what the scenarios say.
        digest: tells this run from others.
        finished: the replications of the declared strategies, by strategy and number.
    """
    digests: dict[str, list[str]] = {}
    for one in finished:
        digests.setdefault(one.job.strategy, []).append(one.digest)
    return {
        "name": config.name,
        "title": config.title or config.name,
        "scenario": Path(config.scenario).stem,
        "description": config.description,
        "versions": versions(),
        "revision": revision(),
        "digest": digest,
        "seed": config.seed,
        "replications": len(next(iter(digests.values()))),
        "horizon_days": config.horizon_days,
        "warm_up_days": warm_up_days,
        "config": config.model_dump(mode="json"),
        "firms": dict(firm.contents),
        "firm_figures": dict(firm.firm_figures),
        "staff": dict(firm.staff),
        "currency": firm.currency,
        "reference": config.reference_name,
        "bounds": list(firm.bounds),
        "notes": notes_of(config, firm),
        "confidence": 0.95,
        "digests": digests,
    }


def stored_seconds(folder: Path) -> float | None:
    """Return the seconds that a replication of the run in a folder took, if that is known."""
    try:
        seconds = read_json(folder / MANIFEST).get("seconds_per_run")
    except (OSError, InputError, AttributeError):
        return None
    return float(seconds) if isinstance(seconds, (int, float)) and seconds > 0 else None


def versions() -> dict[str, str]:
    """Return the versions of Python and libraries, the machine type and the engine."""
    known = {"python": platform.python_version(), "machine": machine(), "engine": engine_name()}
    for name in LIBRARIES:
        try:
            known[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            known[name] = "not installed"
    return known


def engine_name() -> str:
    """Return which engine runs worlds: ``interpreted``, or ``compiled`` with the kind of build.

    Raises:
        InputError: the engine that is asked for by ``OPTICHANNEL_ENGINE`` cannot be had.
    """
    return str(engine())


def machine() -> str:
    """Return the machine type: system, architecture and the vector instructions NumPy uses.

    NumPy's exponentials differ in the last bit between instruction sets, so registers are the
    same byte for byte only on machines that share them.
    """
    import numpy as np

    built: Any = np.show_config(mode="dicts") or {}
    found = "+".join(built.get("SIMD Extensions", {}).get("found", ()))
    return f"{platform.system()}-{platform.machine()}" + (f"-{found}" if found else "")


def revision() -> str:
    """Return the git revision of the source (`+` if it has changes), else the package version."""
    if (ROOT / ".git").exists():
        head = _git("rev-parse", "--short=12", "HEAD")
        if head:
            return head + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    return f"optichannel {versions()['optichannel']}"


def _git(*arguments: str) -> str:
    try:
        result = subprocess.run(
            ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""
