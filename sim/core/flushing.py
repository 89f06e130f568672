"""Where finished rows go in long runs: to a file, so that they do not fill the memory.

The environment variable ``OPTICHANNEL_FLUSH`` names a folder on a disk. The compiled core then
writes the register's full blocks there and lets the system have their memory; whoever reads old
rows reads them as before. The file has no name, so nothing is left of it however the process ends.
A process that was forked gets a file of its own. Interpreted, rows are Python's objects, which have
no place on a disk: the variable has no effect, and a run of that length would take days.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from tempfile import TemporaryFile
from types import ModuleType
from typing import IO

from sim.errors import InputError

VARIABLE = "OPTICHANNEL_FLUSH"

_FILES: dict[ModuleType, IO[bytes]] = {}  # open as long as the core is here


def flush_rows(face: ModuleType) -> None:
    """Let a compiled core flush to the folder that the environment names, if it names one.

    Raises:
        InputError: the folder is not there, or cannot be written to.
    """
    folder = os.environ.get(VARIABLE)
    if not folder or face in _FILES:
        return
    _open(face, folder)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: _reopen(face, folder))


def _open(face: ModuleType, folder: str) -> None:
    if not Path(folder).is_dir():
        raise InputError(f"{VARIABLE}: {folder} is not a folder")
    try:
        file = TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - open until the process ends
    except OSError as error:
        raise InputError(f"{VARIABLE}: {folder}: {error.strerror}") from error
    if face.flush_to(file.fileno()):
        _FILES[face] = file
    else:
        file.close()
        _warn("this system cannot; rows stay in memory")


def _reopen(face: ModuleType, folder: str) -> None:
    """Open a file for a process that was forked: the other one's is not to be written to."""
    if face not in _FILES:
        return
    try:
        _open(face, folder)
    except InputError as error:
        face.flush_to(-1)
        _warn(f"{error}; rows stay in memory")


def stopped() -> None:
    """Say that the disk takes no more."""
    _warn("the disk takes no more; further rows stay in memory")


def _warn(text: str) -> None:
    warnings.warn_explicit(f"{VARIABLE}: {text}", RuntimeWarning, "optichannel", 1)
