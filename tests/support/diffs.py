"""Changes of files as the documentation shows them."""

from __future__ import annotations

import re
from pathlib import Path

_FILE = re.compile(r"^--- (\S+)\n\+\+\+ b/(\S+)\n", re.MULTILINE)
_HUNK = re.compile(r"^@@.*\n", re.MULTILINE)


def apply(text: str, folder: Path) -> list[Path]:
    """Make the changes of a diff without line numbers; return the files.

    What a hunk shows of the old text must stand in the file exactly once.
    """
    _, *parts = _FILE.split(text)
    files = []
    for old_name, name, hunks in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        file = folder / name
        source = "" if old_name == "/dev/null" else file.read_text(encoding="utf-8")
        for hunk in _HUNK.split(hunks)[1:]:
            lines = [line or " " for line in hunk.splitlines()]
            before = "".join(f"{line[1:]}\n" for line in lines if line[0] != "+")
            after = "".join(f"{line[1:]}\n" for line in lines if line[0] != "-")
            assert source.count(before) == 1 or not source, (
                f"{name}: no such place, or many:\n{hunk}"
            )
            source = source.replace(before, after) if source else after
        file.write_text(source, encoding="utf-8")
        files.append(file)
    return files
