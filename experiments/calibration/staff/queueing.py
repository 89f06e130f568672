"""Who is served before whom, who redials, and when the system was down: read from the call log."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from experiments.calibration.customers.redials import CLOCK_SLACK_S, MIN_CALLS, with_redials
from experiments.calibration.logs.call_log import NO_SERVER, offered
from sim.errors import InputError

PRIORITIES = 3
Floats = npt.NDArray[np.float64]
OUTAGE_CALLS = 10  # consecutive leavers in the IVR; about 3% leave there in normal operation
OUTAGE_SILENCE_S = 1800  # a run of leavers with longer silences is a closed hour


def _choices(calls: pl.DataFrame) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Choices between two waiting callers of different priority, one of whom was taken.

    By how many seconds per level the higher one came later, and whether it was taken; shape (n,).
    """
    queued = offered(calls).filter(pl.col("queued"))
    leads: list[Floats] = [np.empty(0)]
    high_taken: list[npt.NDArray[np.bool_]] = [np.empty(0, dtype=bool)]
    for _, rows in queued.group_by("day", maintain_order=True):
        level, begin, wait, outcome = (
            rows[column].to_numpy() for column in ("priority", "offered_s", "queue_s", "outcome")
        )
        end = begin + wait
        for i in np.flatnonzero(outcome == "served"):
            now = end[i]
            others = (begin < now - CLOCK_SLACK_S) & (end > now + CLOCK_SLACK_S)
            others &= level != level[i]
            leads.append((begin[i] - begin[others]) / (level[i] - level[others]))
            high_taken.append(level[i] > level[others])
    return np.concatenate(leads), np.concatenate(high_taken)


def head_start_s(calls: pl.DataFrame) -> float:
    """Seconds by which each level of priority moves a caller up in the queue.

    The head start that makes "first come, first served by offer less head start times priority"
    right for most of the choices between callers of different priority; 0 if there was none.
    """
    lead, high_taken = _choices(calls)
    if not lead.size:
        return 0.0
    grid = np.arange(0, 301, 5)
    right = [float(np.mean((lead < h) == high_taken)) for h in grid]
    return float(grid[int(np.argmax(right))])


def priority_mix(calls: pl.DataFrame) -> dict[str, tuple[float, ...]]:
    """Shares of the priorities 0, 1 and 2 per type, among those who queued (see `call_log`)."""
    queued = offered(calls).filter(pl.col("queued"))
    found: dict[str, tuple[float, ...]] = {}
    for (kind,), rows in queued.group_by("type", maintain_order=True):
        counts = np.bincount(rows["priority"].clip(0, PRIORITIES - 1), minlength=PRIORITIES)
        found[str(kind)] = tuple(float(n) / rows.height for n in counts)
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Redial:
    """Share calling again within the hour, and the delay (seconds from the end, lognormal).

    Only identified callers count, and a redial answered at once is not identified in the log, so
    the share is a lower bound.
    """

    calls: int
    share: float
    median_delay_s: float
    log_mean: float
    log_sd: float


def fit_redial(calls: pl.DataFrame, outcome: str) -> Redial:
    """Redials within an hour after calls that ended in `outcome` (e.g. "abandoned").

    The next call of the same customer on the same day counts, whatever its outcome. Raises
    `InputError` with fewer than `MIN_CALLS` identified calls or no redial.
    """
    rows = with_redials(calls).filter(pl.col("outcome") == outcome)
    known, again = rows.drop_nulls("again"), rows.filter(pl.col("again"))
    if known.height < MIN_CALLS or again.height < 2:
        raise InputError(
            f"calls: at least {MIN_CALLS} identified calls ended '{outcome}' are needed to fit"
            f" redials, got {known.height} with {again.height} redials"
        )
    delays = np.maximum(again["redial_after_s"].to_numpy().astype(np.float64), 1.0)
    logs = np.log(delays)
    return Redial(
        calls=known.height,
        share=again.height / known.height,
        median_delay_s=float(np.median(delays)),
        log_mean=float(logs.mean()),
        log_sd=float(logs.std(ddof=1)),
    )


@dataclass(frozen=True, slots=True)
class Outage:
    """A time when no caller got past the IVR: first and last such call, seconds of the day."""

    day: date
    from_s: float
    to_s: float
    calls: int


def outages(calls: pl.DataFrame) -> list[Outage]:
    """Runs of at least `OUTAGE_CALLS` calls that all left in the IVR, while agents work.

    Consecutive ones, and only between the first and the last service of a day: outside, the centre
    is closed.
    """
    found: list[Outage] = []
    real = calls.filter(pl.col("outcome") != "phantom").sort("day", "start_s", maintain_order=True)
    for (day,), rows in real.group_by("day", maintain_order=True):
        run: list[float] = []
        by_agent = rows.filter((pl.col("outcome") == "served") & (pl.col("server") != NO_SERVER))
        if by_agent.is_empty():
            continue
        starts = by_agent["start_s"].to_list()
        opened, closed = min(starts), max(starts)
        moments = [*rows.select("outcome", "start_s").iter_rows(), ("", 0.0)]
        for outcome, start in moments:
            if outcome == "left_in_ivr" and (not run or start - run[-1] <= OUTAGE_SILENCE_S):
                run.append(float(start))
                continue
            staffed = bool(run) and opened <= run[0] and run[-1] <= closed
            if len(run) >= OUTAGE_CALLS and staffed and isinstance(day, date):
                found.append(Outage(day, run[0], run[-1], len(run)))
            run = [float(start)] if outcome == "left_in_ivr" else []
    return found
