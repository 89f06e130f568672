"""What reaches the terminal: foreign words as plain text, and characters that it can show.

Names and titles come from anybody's files. An escape sequence in one would give the terminal
orders, and square brackets would be read as Rich's markup. So no console of ours reads markup, and
every text that is not our own passes through `visible`, for tables as `text`.
"""

from __future__ import annotations

import codecs
import json
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

UNBOUND = 10_000
"""Columns of a line that nothing limits."""

PLAIN = {
    "–": "-", "—": "-", "−": "-", "…": "...", "×": "x", "·": ".", "±": "+/-", "≤": "<=", "≥": ">=",
    "’": "'", "“": '"', "”": '"', "→": "->", "²": "2",
}  # fmt: skip
"""Typography that an old encoding may lack, and what to print for it."""


def visible(value: object) -> str:
    r"""Return a text whose control characters, line breaks apart, are shown as `\x1b`."""
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in str(value))


def text(value: object, style: str = "") -> Text:
    """Return what Rich prints as it stands, without markup or control characters."""
    from rich.text import Text

    return Text(visible(value), style=style)


def console(*, error: bool = False) -> Console:
    """Return a console that interprets nothing; what goes to a file or a pipe has no width.

    COLUMNS, where it is set, is the width that was asked for.
    """
    from rich.console import Console

    found = Console(stderr=error, markup=False, emoji=False, highlight=False)
    if not found.is_terminal and not os.environ.get("COLUMNS", "").isdigit():
        found.width = UNBOUND
    return found


def print_json(plain: Any) -> None:
    """Print plain values as JSON in ASCII, which every encoding has."""
    shown = json.dumps(plain, indent=2, allow_nan=False)
    print(shown.replace("\x7f", "\\u007f"))


def print_line(message: object, *, error: bool = False) -> None:
    """Print a message as plain text."""
    print(visible(message), file=sys.stderr if error else sys.stdout)


def prepare() -> None:
    """Let the standard streams print, in whatever encoding, what they cannot encode as text.

    Windows gives a redirected output the encoding of its code page, others may have ASCII.
    """
    codecs.register_error("optichannel", _replaced)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="optichannel")


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    plain = (PLAIN.get(c) or c.encode("ascii", "backslashreplace").decode() for c in lost)
    return "".join(plain), error.end
