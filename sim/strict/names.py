"""Nearest valid names, for messages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

MAX_LISTED = 12


def closest(name: object, options: Iterable[object]) -> str | None:
    """Return the option most like `name`, or None when nothing resembles it."""
    known = [str(option) for option in options]
    by_lower = {option.lower(): option for option in reversed(known)}
    found = difflib.get_close_matches(str(name).lower(), list(by_lower), n=1, cutoff=0.5)
    return by_lower[found[0]] if found else None


def nearest(name: object, options: Iterable[object]) -> str:
    """Return "; did you mean 'x'?", or the valid names when none is near ("" without options)."""
    known = [str(option) for option in options]
    best = closest(name, known)
    if best is not None:
        return f"; did you mean '{best}'?"
    if not known:
        return ""
    more = ", …" if len(known) > MAX_LISTED else ""
    return f"; valid: {', '.join(known[:MAX_LISTED])}{more}"


def show(value: object, limit: int = 60) -> str:
    """Return `value` as a short one-line text."""
    text = " ".join(repr(value).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
