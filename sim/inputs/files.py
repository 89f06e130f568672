"""Files: read to a bound, written whole.

What a path names may be a device, a pipe or somebody's secret. So only regular files are read,
never more than a bound, and no message quotes what stood in one.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from sim.errors import InputError

MAX_TEXT = 100_000_000
"""Bytes of JSON or text that are read; the largest that the project writes has a tenth of it."""
CHUNK = 1 << 20


def read_bytes(path: str | Path, limit: int = MAX_TEXT) -> bytes:
    """Return the content of a regular file of at most `limit` bytes.

    The bytes read are counted, as some files (those of `/proc`) hold more than they say.

    Raises:
        FileNotFoundError: there is none; the caller knows what should be there.
        InputError: not a regular file, larger than `limit`, or not readable.
    """
    try:
        # A pipe without a writer would otherwise wait for one.
        flags = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        handle = os.open(path, os.O_RDONLY | flags)
        try:
            data = _read(handle, path, limit)
        finally:
            os.close(handle)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: cannot be read: {reason}") from None
    if len(data) > limit:
        raise InputError(f"{path}: larger than {limit:,} bytes")
    return data


def _read(handle: int, path: str | Path, limit: int) -> bytes:
    """Return what an open file holds, or the first bytes above the limit of it."""
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "a device, pipe or socket"
        raise InputError(f"{path}: must be a regular file, but is {what}")
    if status.st_size > limit:
        raise InputError(f"{path}: larger than {limit:,} bytes")
    with open(handle, "rb", closefd=False) as file:
        data = file.read(status.st_size + 1)
        while status.st_size < len(data) <= limit:  # it holds more than it says
            more = file.read(CHUNK)
            if not more:
                break
            data += more
    return data


def read_text(path: str | Path, limit: int = MAX_TEXT) -> str:
    """Return a file of UTF-8 text, without a byte-order mark; errors as `read_bytes`."""
    data = read_bytes(path, limit)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text (byte {error.start})") from None


def read_json(path: str | Path, limit: int = MAX_TEXT) -> Any:
    """Return the plain value in a JSON file; errors as `read_bytes`, and InputError if broken."""
    text = read_text(path, limit)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{path}: cannot be read as JSON: {error.msg} ({where})") from None
    except (ValueError, RecursionError):
        raise InputError(f"{path}: cannot be read as JSON: too long a number or too deep") from None


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write that becomes `path` at the end of the block, or leaves no trace.

    Whatever ends the process, `path` is the old file or the new one, whole and on the disk.
    Missing folders are made.

    Raises:
        InputError: it cannot be written (disk full, no permission); the old one is untouched.
    """
    temporary: str | None = None
    try:
        if path.exists() and not path.is_file():
            raise InputError(f"{path}: cannot be written: it is there and is no regular file")
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only the owner can read; a report is there to be shared.
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def write_atomically(path: Path, data: bytes | memoryview) -> None:
    """Write a file whole or not at all; see `replacing`."""
    with replacing(path) as file:
        file.write(data)


def cannot_write(path: Path, error: OSError) -> InputError:
    """Return the error for a file that cannot be written, in plain words."""
    reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
    return InputError(f"{path}: cannot be written: {reason}")
