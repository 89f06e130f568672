"""The run folder: whose it is, and what may be in it.

Layout: `run.json` says what the folder is for; `replications/<strategy>/<number>/` holds one
finished replication (see `replications`).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.store.lock import LOCK
from sim.errors import InputError
from sim.inputs import local_path, nearest
from sim.inputs.files import cannot_write, read_json, write_atomically

STAMP = "run.json"
DONE = "done.json"
PILOT = "warm_up.json"
UNFINISHED = ".unfinished-"
LAYOUT = 1


def claim(folder: Path, stamp: Mapping[str, Any]) -> None:
    """Make `folder` the run folder of what `stamp` describes, or confirm that it is.

    Args:
        folder: made if missing; a folder with other content than a run's is refused.
        stamp: plain values by name that together determine the results; `digest` among them.

    Raises:
        InputError: the folder belongs to another version or config (both are named), holds
            something else, or cannot be written.
    """
    stamp = {"layout": LAYOUT, **stamp}
    path = folder / STAMP
    try:
        kept = read_json(path)
    except FileNotFoundError:
        refuse_foreign(folder)
        write_atomically(path, (json.dumps(stamp, indent=2, ensure_ascii=False) + "\n").encode())
        return
    if not isinstance(kept, dict):
        raise InputError(f"{path}: must be a mapping of what made the run")
    for key, value in stamp.items():
        if kept.get(key) != value:
            raise InputError(
                f"{folder}: is the run folder of another {_called(key)}: has "
                f"{_short(kept.get(key))}, this run has {_short(value)}; "
                "choose another folder with --out, or remove it"
            )


def release(folder: Path) -> None:
    """Give up a run folder in which nothing was finished, so that another config may have it."""
    if not any(folder.glob(f"replications/*/*/{DONE}")):
        shutil.rmtree(folder / "replications", ignore_errors=True)
        (folder / STAMP).unlink(missing_ok=True)


def discard(run: Path) -> None:
    """Remove the finished replications of a claimed run folder and what was learned from them.

    Each goes by one rename, so that none is ever there in part.

    Raises:
        InputError: the folder cannot be written.
    """
    try:
        (run / PILOT).unlink(missing_ok=True)
        for place in sorted((run / "replications").glob("*/[0-9]*")):
            place.rename(place.with_name(f"{UNFINISHED}{place.name}"))
    except OSError as error:
        raise cannot_write(run, error) from None
    sweep(run)


def sweep(run: Path) -> None:
    """Remove what killed runs left unfinished."""
    for path in (run / "replications").glob(f"*/{UNFINISHED}*"):
        shutil.rmtree(path, ignore_errors=True)


def find_run(name: str) -> Path:
    """Return the run folder given by path, or by name below `runs`.

    Raises:
        InputError: there is none; names the nearest.
    """
    for path in (local_path(name), Path("runs") / name):
        if path.is_dir():
            return path
    runs = sorted(path.parent.name for path in Path("runs").glob(f"*/{STAMP}"))
    raise InputError(f"run: no such folder '{name}'{nearest(name, runs)}")


def refuse_foreign(folder: Path) -> None:
    """Refuse a file, and a folder that has other content than a run's.

    Raises:
        InputError: says which.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: must be a folder, but is a file")
    if (folder / STAMP).exists() or not folder.is_dir():
        return
    if any(path.name != LOCK for path in folder.iterdir()):
        raise InputError(f"{folder}: is not empty and not a run folder (it has no {STAMP})")


def _called(key: str) -> str:
    words = {"digest": "config", "code": "version of the source", "layout": "format"}
    return "engine" if key == "engine" else words.get(key, f"version ({key})")


def _short(value: object) -> str:
    text = str(value)
    return text[:12] if len(text) == 64 else text
