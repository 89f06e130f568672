"""A table as LaTeX: `booktabs` rules, every text escaped, intervals below their values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from experiments.report.tables import Cell

LONG = 40
"""A table of more rows than this runs over pages (`longtable`)."""
_JOINT = re.compile(r"(\\_|\.)(?=\w)")
LINE, WIDE = 36, r">{\raggedright\arraybackslash}p{5cm}"
"""Letters that a column of words holds in one line, and the column that breaks longer ones."""

_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "%": r"\%",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': r"\textquotedbl{}",
        "\u2212": "$-$",
        "–": "--",
        "—": "---",
        "×": r"$\times$",
        "÷": r"$\div$",
        "≤": r"$\leq$",
        "≥": r"$\geq$",
        "→": r"$\rightarrow$",
        "←": r"$\leftarrow$",
        "…": r"\dots{}",
        "€": r"\texteuro{}",
        "£": r"\pounds{}",
        "¥": r"\textyen{}",
        "₪": r"ILS\,",
        "₹": r"INR\,",
        "\u00a0": "~",
        "\u2060": "",
        "\n": " ",
        "\r": " ",
        "\t": " ",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a run: its figures as they are, and as one shows them.

    `frame` holds the figures, unrounded, a row each; `rows` what is shown, under `heads`: texts of
    `words` columns first, then values that may have an interval below them.
    """

    name: str
    caption: str
    frame: pl.DataFrame
    heads: Sequence[str]
    rows: Sequence[Sequence[str | Cell]]
    words: int = 1
    note: str = ""
    totals: frozenset[int] = field(default_factory=frozenset)


def escaped(text: str) -> str:
    """Return a text as LaTeX that prints it: nothing in it is a command."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t\u2060").translate(_ESCAPES)


def latex(table: Table, source: str) -> str:
    """Return a table as LaTeX; `source` says in a comment where it is from."""
    long = len(table.rows) > LONG
    shape = _shape(table)
    needs = ["booktabs", *["longtable"] * long, *["array"] * (WIDE in shape)]
    head = [f"% {' '.join(source.split())}", rf"% \usepackage{{{','.join(needs)}}}"]
    titles = " & ".join(escaped(name) for name in table.heads) + r" \\"
    caption, label = escaped(table.caption), rf"\label{{tab:{table.name.replace('_', '-')}}}"
    body = list(_body(table))
    note = rf"{{\footnotesize {escaped(table.note)}\par}}" if table.note else ""
    if long:
        lines = [
            r"\begingroup\small\setlength{\tabcolsep}{4pt}",
            rf"\begin{{longtable}}{{@{{}}{shape}@{{}}}}",
            rf"\caption{{{caption}}}{label} \\",
            r"\toprule", titles, r"\midrule", r"\endfirsthead",
            r"\toprule", titles, r"\midrule", r"\endhead",
            r"\bottomrule", r"\endfoot",
            *body,
            r"\end{longtable}",
            note,
            r"\endgroup",
        ]  # fmt: skip
    else:
        lines = [
            r"\begin{table}",
            r"\centering\small\setlength{\tabcolsep}{4pt}",
            rf"\caption{{{caption}}}{label}",
            rf"\begin{{tabular}}{{@{{}}{shape}@{{}}}}",
            r"\toprule", titles, r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            rf"\par\smallskip{note}" if note else "",
            r"\end{table}",
        ]  # fmt: skip
    return "\n".join(line for line in [*head, *lines] if line) + "\n"


def _shape(table: Table) -> str:
    """Return the columns: words to the left, in lines where they are long; values to the right."""
    longest = [max((len(str(row[i])) for row in table.rows), default=0) for i in range(table.words)]
    words = (WIDE if length > LINE else "l" for length in longest)
    return "".join(words) + "r" * (len(table.heads) - table.words)


def _body(table: Table) -> Iterator[str]:
    for place, row in enumerate(table.rows):
        if place in table.totals:
            yield r"\midrule"
        intervals = [cell.interval if isinstance(cell, Cell) else "" for cell in row]
        yield " & ".join(_value(cell) for cell in row) + r" \\"
        if any(intervals):
            yield " & ".join(_small(text) for text in intervals) + r" \\"
            if place + 1 < len(table.rows) and place + 1 not in table.totals:
                yield r"\addlinespace"


def _value(cell: str | Cell) -> str:
    if isinstance(cell, str):
        # Keys are long words: they may go on in the next line after a dot or an underscore.
        text = escaped(cell)
        return _JOINT.sub(r"\g<0>\\allowbreak{}", text) if len(cell) > LINE else text
    return rf"\textbf{{{escaped(cell.value)}}}" if cell.best else escaped(cell.value)


def _small(text: str) -> str:
    return rf"\footnotesize {escaped(text)}" if text else ""
