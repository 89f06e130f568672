"""A copy of the source to do harm to, which nobody edits meanwhile."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("sim", "policies", "experiments")


def snapshot(folder: Path) -> Path:
    """Copy the packages into a folder below `folder` and return it."""
    copy = folder / "source"
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, copy / package, ignore=ignored)
    return copy


def environment(copy: Path) -> dict[str, str]:
    """Return the environment of a process that shall use the copy."""
    return os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
