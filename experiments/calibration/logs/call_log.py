"""Read the bank's call log: one row per call, tab-separated, clock times without a date.

Format: the files of the Technion SEE Laboratory's "Anonymous Bank" call centre (Mandelbaum, Sakov &
Zeltyn 2000, *Empirical analysis of a call center*). Two recording habits matter to every later fit:

* a caller who is answered at once has no queue entry (`q_start` 0:00:00), is given priority 0 and
  loses the customer id, so priority and identity are known only for those who waited;
* a caller who hangs up without a queue entry left in the IVR and was never offered to an agent.
"""

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from experiments.calibration.logs.tables import Exclusions, exclude, read_files, read_text_table
from sim.units import DAY_S

COLUMNS = (
    "customer_id",
    "priority",
    "type",
    "date",
    "vru_entry",
    "vru_exit",
    "q_start",
    "q_time",
    "outcome",
    "ser_start",
    "ser_time",
    "server",
)
RESULT = (
    "day",
    "start_s",
    "vru_s",
    "offered_s",
    "queued",
    "queue_s",
    "outcome",
    "service_start_s",
    "service_s",
    "type",
    "priority",
    "customer",
    "server",
)
ORDER = ("day", "offered_s", "start_s")
_DAY_S = int(DAY_S)  # the log counts whole seconds
HALF_DAY_S = _DAY_S // 2
NO_SERVER = "NO_SERVER"
WEEKEND = (5, 6)  # ISO weekday: the Israeli weekend is Friday and Saturday
OUTCOMES = ("served", "abandoned", "left_in_ivr", "phantom")


def _seconds(column: str) -> pl.Expr:
    """Clock time `h:mm:ss` as seconds since midnight; null when it is none."""
    parts = pl.col(column).str.extract_groups(r"^\s*(\d{1,2}):(\d{2}):(\d{2})\s*$")
    h, m, s = (parts.struct.field(str(i)).cast(pl.Int64, strict=False) for i in (1, 2, 3))
    return pl.when((h < 24) & (m < 60) & (s < 60)).then(h * 3600 + m * 60 + s)


def _unwrap(later: pl.Expr, earlier: pl.Expr) -> pl.Expr:
    """Add a day to a clock time that jumped back more than half a day: it passed midnight."""
    return pl.when(later < earlier - HALF_DAY_S).then(later + _DAY_S).otherwise(later)


def _parsed(raw: pl.DataFrame) -> pl.DataFrame:
    whole = pl.Int64
    entry, leave = _seconds("vru_entry"), _seconds("vru_exit")
    queue, service = _seconds("q_start"), _seconds("ser_start")
    queued = queue > 0
    return (
        raw.with_columns(
            day=pl.col("date").str.zfill(6).str.to_date("%y%m%d", strict=False),
            start_s=entry,
            ivr_exit_s=_unwrap(leave, entry),
            queued=queued | (pl.col("q_time").cast(whole, strict=False) > 0),
            queue_s=pl.col("q_time").cast(whole, strict=False),
            service_s=pl.col("ser_time").cast(whole, strict=False),
            priority=pl.col("priority").cast(whole, strict=False),
            service_clock_s=service,
        )
        .with_columns(
            # An entry at exactly midnight is written like "no queue"; the wait tells them apart.
            offered_s=pl.when(pl.col("queued") & queued)
            .then(_unwrap(queue, entry))
            .otherwise(pl.col("ivr_exit_s")),
            vru_s=pl.col("ivr_exit_s") - pl.col("start_s"),
        )
        .with_columns(
            # 0:00:00 also stands for "no time": a service right after the wait is meant.
            service_start_s=pl.when(pl.col("service_clock_s") > 0)
            .then(_unwrap(pl.col("service_clock_s"), pl.col("start_s")))
            .otherwise(pl.col("offered_s") + pl.col("queue_s")),
            outcome=pl.when(pl.col("outcome") == "AGENT")
            .then(pl.lit("served"))
            .when((pl.col("outcome") == "HANG") & pl.col("queued"))
            .then(pl.lit("abandoned"))
            .when(pl.col("outcome") == "HANG")
            .then(pl.lit("left_in_ivr"))
            .when(pl.col("outcome") == "PHANTOM")
            .then(pl.lit("phantom")),
            # "0" is "not identified"; scientific notation is an id that lost its digits.
            customer=pl.when(pl.col("customer_id").str.contains(r"^[1-9]\d*$")).then(
                pl.col("customer_id")
            ),
        )
    )


def read_calls(path: str | Path) -> tuple[pl.DataFrame, Exclusions]:
    """Read one call log.

    Returns a frame of shape (calls, 13), sorted by day and offer, and what was left out:
    `day` (date), `start_s` (IVR entry), `vru_s` (IVR time), `offered_s` (entry to the queue, or the
    end of the IVR for those answered at once), `queued` (bool), `queue_s`, `outcome` (one of
    `OUTCOMES`), `service_start_s`, `service_s`, `type`, `priority`, `customer` (null: not
    identified), `server`. Times are seconds, clock times counted from midnight of `day`; calls that
    pass midnight run beyond 86,400.

    Raises `InputError` when the file cannot be read, lacks a column, or is mostly unusable.
    """
    raw, left_out = read_text_table(path, "\t", COLUMNS)
    frame = _parsed(raw)
    clocks = pl.all_horizontal(
        pl.col("start_s", "ivr_exit_s", "offered_s", "service_clock_s").is_not_null()
    )
    numbers = pl.all_horizontal(pl.col("queue_s", "service_s", "priority").is_not_null())
    durations = (pl.col("vru_s") >= 0) & (pl.col("queue_s") >= 0) & (pl.col("service_s") >= 0)
    possible = pl.all_horizontal(pl.col("vru_s", "queue_s", "service_s") < _DAY_S)
    possible &= pl.col("queue_s") + pl.col("service_s") < _DAY_S
    rules = {
        "date is not yymmdd": pl.col("day").is_not_null(),
        "clock time is not h:mm:ss": clocks,
        "a number is missing or not whole": numbers,
        "unknown outcome": pl.col("outcome").is_not_null(),
        "type or server is empty": (pl.col("type") != "") & (pl.col("server") != ""),
        "negative duration": durations,
        "lasts longer than a day": possible,
    }
    frame = exclude(frame, rules, left_out, path)
    return frame.select(RESULT).sort(ORDER, maintain_order=True), left_out


def read_call_files(paths: Iterable[str | Path]) -> tuple[pl.DataFrame, list[Exclusions]]:
    """Read several call logs as one (columns as `read_calls`).

    A call that an earlier file holds too is left out and counted. Raises `InputError` for no file.
    """
    return read_files(read_calls, paths, "call", "call", ORDER)


def offered(calls: pl.DataFrame) -> pl.DataFrame:
    """Calls offered to agents: served or abandoned in the queue.

    Leavers in the IVR never asked for an agent; `phantom` calls are the log's own virtual calls.
    """
    return calls.filter(pl.col("outcome").is_in(("served", "abandoned")))
