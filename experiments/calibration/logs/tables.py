"""Text tables with bad rows: read everything as text, then exclude and count by named rules."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
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
SEPARATORS = {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "vertical bars"}
PACKED = {  # first bytes of what is no text, and how to say so
    b"\x1f\x8b": "is compressed with gzip; unpack it first (gunzip)",
    b"PK\x03\x04": "is a zip archive or a spreadsheet; unpack it or export it as text first",
    b"BZh": "is compressed with bzip2; unpack it first (bunzip2)",
    b"\xfd7zXZ\x00": "is compressed with xz; unpack it first (unxz)",
    b"PAR1": "is a Parquet file; export it as text first",
}
XML = ("<?xml", "<log", "<!--")


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
    for magic, what in PACKED.items():
        if data.startswith(magic):
            raise InputError(f"{path}: {what}")
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
    if text.lstrip().startswith(XML):
        what = "an XES event log" if "<log" in text[:10_000] else "XML"
        raise InputError(f"{path}: is {what}; expected a table of text, a line for each row")
    return text


def _check_separator(path: Path, header: str, separator: str, wanted: Sequence[str]) -> None:
    """Refuse a header that another separator divides into more of the names wanted, or at all."""
    parts = {by: {name.strip(" \r\"'") for name in header.split(by)} for by in SEPARATORS}
    undivided = len(parts[separator]) == 1
    best = max(SEPARATORS, key=lambda by: (len(parts[by] & set(wanted)), len(parts[by])))
    better = len(parts[best] & set(wanted)) > max(len(parts[separator] & set(wanted)), 1)
    if better or (undivided and len(wanted) > 1 and len(parts[best]) > 1):
        missing = [f"'{name}'" for name in wanted if name not in parts[best]]
        also = f"; missing, too: {', '.join(missing)}" if missing else ""
        raise InputError(
            f"{path}: columns must be separated by {SEPARATORS[separator]}, but those of the "
            f"header are separated by {SEPARATORS[best]}{also}"
        )


def _check_header(path: Path, names: Sequence[str], separator: str, wanted: Sequence[str]) -> None:
    """Refuse a header without all the names wanted, and say which are missing."""
    missing = [name for name in wanted if name not in names]
    if not missing:
        return
    spare = [name for name in names if name not in wanted]
    hints = []
    for name in missing:
        near = closest(name, spare)
        hints.append(
            f"'{name}'"
            + (f" (nearest is '{' '.join(near[:LONGEST_NAME].split())}')" if near else "")
        )
    what = "column" if len(missing) == 1 else "columns"
    # The rest of the header stays unsaid: the file may be anything, and anybody's.
    raise InputError(
        f"{path}: {what} {', '.join(hints)} {'is' if len(missing) == 1 else 'are'} missing; "
        f"columns must be separated by {SEPARATORS[separator]}"
    )


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
    with nulls, long ones cut. Raises `InputError` on an unreadable file (what it is, where that is
    plain), another separator, or missing columns (all of them).
    """
    path = Path(path)
    text = _text(path)
    _check_separator(path, text.lstrip().split("\n", 1)[0], separator, columns)
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
    _check_header(path, raw.columns, separator, columns)
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


def read_files(
    read: Callable[[str | Path], tuple[pl.DataFrame, Exclusions]],
    paths: Iterable[str | Path],
    log: str,
    row: str,
    order: Sequence[str],
) -> tuple[pl.DataFrame, list[Exclusions]]:
    """Read several files as one, sorted by `order`; a row that an earlier one holds is left out.

    `log`, `row`: what the log is of, and what a row of it is called. Raises `InputError` for no
    file.
    """
    frames: list[pl.DataFrame] = []
    exclusions: list[Exclusions] = []
    for path in paths:
        frame, left_out = read(path)
        for earlier in frames:
            new = frame.join(
                earlier, on=frame.columns, how="anti", nulls_equal=True, maintain_order="left"
            )
            left_out.add(f"{row} of an earlier file", frame.height - new.height)
            frame = new
        frames.append(frame)
        exclusions.append(left_out)
    if not frames:
        raise InputError(f"{log}s: expected at least one {log} log, got none")
    return pl.concat(frames).sort(order, maintain_order=True), exclusions
