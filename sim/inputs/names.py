"""Nearest valid names, for messages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from sim.errors import InputError

MAX_LISTED = 12
MIN_RATIO = 0.66
MAX_EDITS = 0.4
MIN_PREFIX = 4


def closest(name: object, options: Iterable[object]) -> str | None:
    """Return the option that `name` may be a slip of, or None.

    A slip shares most letters in order (difflib's ratio of at least `MIN_RATIO`) and takes few
    edits (one, or `MAX_EDITS` of the longer word): each alone suggests words that only look alike.
    Failing that, one that begins as the other does (`MIN_PREFIX` letters) is meant.
    """
    by_lower = {str(option).lower(): str(option) for option in reversed(list(options))}
    given = str(name).lower()
    alike = difflib.get_close_matches(given, list(by_lower), n=3, cutoff=MIN_RATIO)
    for word in alike:
        if edits(given, word) <= max(1, MAX_EDITS * max(len(given), len(word))):
            return by_lower[word]
    longer = [w for w in by_lower if w.startswith(given) or given.startswith(w)]
    longer = [w for w in longer if min(len(w), len(given)) >= MIN_PREFIX]
    return by_lower[min(longer, key=lambda w: abs(len(w) - len(given)))] if longer else None


def edits(a: str, b: str) -> int:
    """Return the letters to put in, take out, replace or swap with the next to make `b` of `a`.

    Optimal string alignment: Levenshtein's distance with swaps (Damerau 1964).
    """
    earlier: list[int] = []
    before = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        row = [i]
        for j, other in enumerate(b, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and (letter, a[i - 2]) == (b[j - 2], other):
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        earlier, before = before, row
    return before[-1]


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


def unknown_name(key: str, name: object, known: Iterable[object]) -> InputError:
    """Return the error for what is not among the known names."""
    names = [str(option) for option in known]
    return InputError(
        f"{key}: must be among {', '.join(names) or 'none'}; got {show(name)}{nearest(name, names)}"
    )


def show(value: object, limit: int = 60) -> str:
    """Return `value` as a short one-line text."""
    text = " ".join(repr(value).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


RENAMED: dict[str, str] = {
    "desk": "agent_desktop",
    "figures": "firm_figures",
}
"""Keys of input files that have another name now, by the old one."""


def renamed(name: object, options: Iterable[object]) -> str | None:
    """Return the new name of a key that one of `options` was called before, or None."""
    new = RENAMED.get(str(name))
    return new if new in options else None
