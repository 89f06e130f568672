"""Text tables with bad rows: read everything as text, then exclude and count by named rules."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from sim.errors import InputError
from sim.inputs.document import missing_file
from sim.inputs.files import read_bytes
from sim.inputs.names import closest

MAX_LOG = 4_000_000_000  # bytes; a year of a large centre's calls has a twentieth of it
MAX_EXCLUDED_SHARE = 0.5  # beyond this the file is another format, not a dirty log
LONGEST_NAME = 30  # of a column in a message


@dataclass(slots=True)
class Exclusions:
    """Rows read from one file, and how many were left out for each reason."""

    source: str
    rows: int
    reasons: dict[str, int] = field(default_factory=dict)

    def add(self, reason: str, count: int) -> None:
        """Count `count` more rows left out for `reason`."""
        if count:
            self.reasons[reason] = self.reasons.get(reason, 0) + count

    @property
    def excluded(self) -> int:
        """Rows left out, for all reasons."""
        return sum(self.reasons.values())

    def __str__(self) -> str:
        """One line for a report."""
        why = ", ".join(f"{n} {reason}" for reason, n in self.reasons.items()) or "none"
        return f"{self.source}: {self.rows} rows, {self.excluded} excluded ({why})"


def _text(path: Path) -> str:
    try:
        data = read_bytes(path, MAX_LOG)
    except FileNotFoundError:
        raise missing_file(path) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: must be UTF-8 text, but byte {error.start} is 0x{data[error.start]:02x}"
        ) from error
    if "\0" in text:
        raise InputError(f"{path}: must be UTF-8 text, but it holds NUL bytes (UTF-16 or binary?)")
    if not text.strip():
        raise InputError(f"{path}: is empty; expected a header and rows")
    return text


def _check_header(path: Path, names: Sequence[str], wanted: Sequence[str]) -> None:
    for name in wanted:
        if name not in names:
            near = closest(name, names)
            # The rest of the header stays unsaid: the file may be anything, and anybody's.
            hint = f"; did you mean '{' '.join(near[:LONGEST_NAME].split())}'?" if near else ""
            raise InputError(f"{path}: column '{name}' is missing{hint}")


def _whole_lines(raw: pl.DataFrame, left_out: Exclusions) -> pl.DataFrame:
    """Leave out rows that an unpaired quotation mark made of several lines; count the lines."""
    breaks = pl.sum_horizontal(pl.all().str.count_matches("\n").fill_null(0))
    counted = raw.select(breaks).to_series()
    lines = int(counted.sum()) + int((counted > 0).sum())
    left_out.rows += int(counted.sum())
    left_out.add("line inside quotation marks", lines)
    return raw.filter(counted == 0)


def read_text_table(
    path: str | Path, separator: str, columns: Sequence[str]
) -> tuple[pl.DataFrame, Exclusions]:
    """Read a delimited file as strings, keep `columns`, drop exact duplicates (counted).

    Returns a frame of shape (distinct rows, len(columns)) and its exclusions. Short rows are filled
    with nulls, long ones cut. Raises `InputError` on an unreadable file or a missing column.
    """
    path = Path(path)
    text = _text(path)
    try:
        raw = pl.read_csv(
            io.StringIO(text),
            separator=separator,
            infer_schema=False,
            truncate_ragged_lines=True,
            quote_char=None if separator == "\t" else '"',
        )
        raw = raw.rename({name: name.strip() for name in raw.columns}, strict=False)
    except pl.exceptions.PolarsError as error:
        raise InputError(f"{path}: is not a table of columns") from error
    _check_header(path, raw.columns, columns)
    if raw.height == 0:
        raise InputError(f"{path}: has a header and no rows")
    left_out = Exclusions(str(path), raw.height)
    raw = _whole_lines(raw, left_out)
    distinct = raw.unique(maintain_order=True)
    left_out.add("duplicated row", raw.height - distinct.height)
    text_columns = [pl.col(c).str.strip_chars().fill_null("") for c in columns]
    return distinct.select(text_columns), left_out


def exclude(
    frame: pl.DataFrame,
    rules: Mapping[str, pl.Expr],
    left_out: Exclusions,
    path: str | Path,
) -> pl.DataFrame:
    """Keep the rows that obey every rule, counting each loser once, under the first rule it breaks.

    Raises `InputError` when more than `MAX_EXCLUDED_SHARE` of the rows would be lost.
    """
    for reason, rule in rules.items():
        kept = frame.filter(rule.fill_null(False))
        left_out.add(reason, frame.height - kept.height)
        frame = kept
    broken = left_out.excluded - left_out.reasons.get("duplicated row", 0)
    if broken > MAX_EXCLUDED_SHARE * left_out.rows or frame.height == 0:
        raise InputError(f"{path}: too few usable rows; {left_out}")
    return frame
