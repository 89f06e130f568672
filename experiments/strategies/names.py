"""Names of experiments and strategies, which are names of folders too, on every system."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

MARKS = "_.+- "
"""What a name may hold besides letters and digits of any script."""

RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))]
)
"""Names of devices on Windows, alone or before a dot.

https://learn.microsoft.com/windows/win32/fileio/naming-a-file
"""


def folder_name(name: str) -> str:
    """Return `name` if it can be a folder's name everywhere.

    Raises:
        ValueError: says which rule it breaks.
    """
    kinds = [unicodedata.category(character)[0] for character in name]
    held = [k in "LM" or c.isdecimal() or c in MARKS for c, k in zip(name, kinds, strict=True)]
    if not name or not (kinds[0] == "L" or name[0].isdecimal()) or not all(held):
        raise ValueError(
            "must begin with a letter or digit and hold letters, digits, blanks and _ . + - only, "
            "because it is a folder's name too"
        )
    if name[-1] in " .":
        raise ValueError("must not end with a blank or a dot, which Windows drops from a folder")
    if name.split(".")[0].rstrip().casefold() in RESERVED:
        raise ValueError("must not be a device of Windows, where no folder can have this name")
    return name


def check_folders(names: Iterable[str], where: str) -> None:
    """Refuse names that are one folder where file systems ignore case or the coding of accents.

    Raises:
        ValueError: names both.
    """
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(_caseless(name), name)
        if other != name:
            raise ValueError(
                f"{where}: '{other}' and '{name}' are one folder on systems that ignore case "
                "(macOS, Windows); rename one"
            )


def check_titles(titles: Iterable[tuple[str, str]], where: str) -> None:
    """Refuse two titles that a reader cannot tell apart; `titles` gives (name, title).

    Raises:
        ValueError: names both strategies and the title.
    """
    seen: dict[str, str] = {}
    for name, title in titles:
        other = seen.setdefault(_caseless(" ".join(title.split())), name)
        if other != name:
            raise ValueError(
                f"{where}: '{other}' and '{name}' must have different titles; both have '{title}'"
            )


def _caseless(text: str) -> str:
    """Return a text for caseless comparison (Unicode Standard 15, definition D145)."""
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold())
