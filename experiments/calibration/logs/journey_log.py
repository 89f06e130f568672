"""Read the two-channel service desk log: one row per event of a case, comma-separated.

Event kinds are calls, e-mails and back-office work on a case; `Start Date` is when the customer (or
the desk) began, `End Date` when the event was dealt with, to the minute.
"""

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from experiments.calibration.logs.tables import Exclusions, exclude, read_files, read_text_table

COLUMNS = (
    "Service ID",
    "Operation",
    "Start Date",
    "End Date",
    "Agent Position",
    "Customer ID",
    "Product",
    "Service Type",
    "Agent",
)
OPERATIONS = (
    "Inbound Call",
    "Inbound Email",
    "Handle Case",
    "Handle Email",
    "Call Outbound",
    "Email Outbound",
)
ORDER = ("case", "start", "end")
LONGEST_DAYS = 60  # an event longer than this is a slip of the pen in a date
DATE_FORMAT = "%d.%m.%y %H:%M"


def read_journeys(path: str | Path) -> tuple[pl.DataFrame, Exclusions]:
    """Read one journey log.

    Returns a frame of shape (events, 8), sorted by case and start, and what was left out: `case`,
    `operation` (one of `OPERATIONS`), `start`, `end` (datetimes, local), `tier` (agent position),
    `customer`, `kind` (service type), `agent`.

    Raises `InputError` when the file cannot be read, lacks a column, or is mostly unusable.
    """
    raw, left_out = read_text_table(path, ",", COLUMNS)
    frame = raw.select(
        case=pl.col("Service ID"),
        operation=pl.col("Operation"),
        start=pl.col("Start Date").str.to_datetime(DATE_FORMAT, strict=False),
        end=pl.col("End Date").str.to_datetime(DATE_FORMAT, strict=False),
        tier=pl.col("Agent Position"),
        customer=pl.col("Customer ID"),
        kind=pl.col("Service Type"),
        agent=pl.col("Agent"),
    )
    duration = pl.col("end") - pl.col("start")
    rules = {
        "date is not d.m.yy h:mm": pl.col("start").is_not_null() & pl.col("end").is_not_null(),
        "unknown operation": pl.col("operation").is_in(OPERATIONS),
        "case or customer is empty": (pl.col("case") != "") & (pl.col("customer") != ""),
        "negative duration": duration >= pl.duration(),
        f"lasts longer than {LONGEST_DAYS} days": duration <= pl.duration(days=LONGEST_DAYS),
    }
    frame = exclude(frame, rules, left_out, path)
    return frame.sort(ORDER, maintain_order=True), left_out


def read_journey_files(paths: Iterable[str | Path]) -> tuple[pl.DataFrame, list[Exclusions]]:
    """Read several journey logs as one (columns as `read_journeys`).

    An event that an earlier file holds too is left out and counted. Raises `InputError` for no
    file.
    """
    return read_files(read_journeys, paths, "journey", "event", ORDER)
