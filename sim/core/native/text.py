"""Replacements in a source text that leave every line where it is."""

from __future__ import annotations

import ast
from itertools import accumulate
from typing import NamedTuple


class Place(NamedTuple):
    """Where something stands: its first byte and the one after its last."""

    start: int
    end: int


class Text:
    """A source and the replacements made in it."""

    def __init__(self, source: str) -> None:
        self.source = source.encode()
        lengths = (len(line) for line in self.source.splitlines(keepends=True))
        self._lines = [0, *accumulate(lengths)]
        self._edits: list[tuple[Place, bytes]] = []

    def place(self, node: ast.expr | ast.stmt | ast.arg) -> Place:
        """Return where a node stands."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return Place(
            self._lines[node.lineno - 1] + node.col_offset,
            self._lines[node.end_lineno - 1] + node.end_col_offset,
        )

    def replace(self, place: Place, text: str) -> None:
        """Put a text in place of what stands there, and as many ends of lines after it."""
        lines = self.source[place.start : place.end].count(b"\n")
        self._edits.append((place, text.encode() + b"\n" * lines))

    def wrap(self, place: Place, before: str, after: str) -> None:
        """Put a text before something and another one after it."""
        self.replace(Place(place.start, place.start), before)
        self.replace(Place(place.end, place.end), after)

    def find_before(self, end: int, mark: str) -> int:
        """Return where a mark last stands before a byte."""
        return self.source.rindex(mark.encode(), 0, end)

    def result(self) -> str:
        """Return the text with all replacements made."""
        out = self.source
        for (start, end), text in sorted(self._edits, key=lambda edit: edit[0], reverse=True):
            out = out[:start] + text + out[end:]
        return out.decode()
