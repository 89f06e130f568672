"""One command at a time in a folder: a lock that a killed process does not leave behind.

The operating system holds the lock, so it ends with the process, whatever kills it; the file says
who has it. Computers that share a disk may not share locks, so what another one has written there
is believed until somebody removes the file.
"""

from __future__ import annotations

import errno
import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from sim.errors import InputError
from sim.inputs.files import cannot_write

LOCK = ".lock"
MOST_BYTES = 1_000
LOCKED_BYTE = 1 << 20  # beyond the record, which others must be able to read


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Have a folder, made if missing, to oneself for the length of the block.

    Raises:
        InputError: another process has it (number, computer and start are named), or it cannot be
            written.
    """
    path = folder / LOCK
    file = _acquire(path)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()  # while it is ours: who opens it now sees that it is gone
        file.close()
        with suppress(OSError):
            folder.rmdir()  # if nothing was kept in it


def _acquire(path: Path) -> BinaryIO:
    """Return the lock file, open, locked, at its place, and with our record in it."""
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o644), "r+b", buffering=0)
        except FileNotFoundError:
            continue  # another process has just given the folder up
        except OSError as error:
            raise cannot_write(path, error) from None
        try:
            free, owner = _exclusive(file), _record(file)
            if not free or owner.get("host") not in (None, platform.node()):
                raise InputError(_refusal(path, owner, free))
            if _stands_at(path, file):
                _write(file)
                return file
        except OSError as error:
            file.close()
            raise cannot_write(path, error) from None
        except BaseException:
            file.close()
            raise
        file.close()


def _exclusive(file: BinaryIO) -> bool:
    """Tell whether the lock is ours now; where a disk knows no locks, whether its owner is dead."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(LOCKED_BYTE)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
            return False
        return not _alive(_record(file).get("process"))
    return True


def _alive(process: object) -> bool:
    if not isinstance(process, int) or process <= 0 or os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except OSError as error:  # such as PermissionError: it is somebody else's, but alive
        return not isinstance(error, ProcessLookupError)
    return True


def _record(file: BinaryIO) -> dict[str, Any]:
    """Return what the owner has written; nothing if it was killed while it wrote."""
    file.seek(0)
    try:
        owner = json.loads(file.read(MOST_BYTES))
    except ValueError:
        return {}
    return owner if isinstance(owner, dict) else {}


def _write(file: BinaryIO) -> None:
    started = datetime.now(UTC).isoformat(timespec="seconds")
    record = {"process": os.getpid(), "host": platform.node(), "started": started}
    file.seek(0)
    file.truncate()
    file.write(json.dumps(record).encode())


def _stands_at(path: Path, file: BinaryIO) -> bool:
    """Tell whether an open file is still the one at its path: its owner may have removed it."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _refusal(path: Path, owner: dict[str, Any], free: bool) -> str:
    who = f"process {owner.get('process')} on '{owner.get('host')}'" if owner else "a process"
    since = f" since {owner['started']}" if "started" in owner else ""
    hint = f"; if it has ended, remove {path}" if free else "; wait for it, or choose another --out"
    return f"{path.parent}: is in use by {who}{since}{hint}"
