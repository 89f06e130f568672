"""Arrivals: hourly means by kind of day, and how much days and hours vary beyond Poisson.

Model: the count of hour h on day d is Poisson with mean `D_d * H_dh * m_h`, where `m_h` is the mean
of that weekday and hour, and `D` and `H` are gamma with mean 1. Moments give their coefficients of
variation (Jongbloed & Koole 2001; Avramidis, Deslauriers & L'Ecuyer 2004).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import stats

from experiments.calibration.logs.call_log import offered
from experiments.calibration.logs.tables import Exclusions, exclude, read_text_table
from sim.errors import InputError

DAY_GROUPS: Mapping[str, tuple[int, ...]] = {  # ISO weekdays; the Israeli week starts on Sunday
    "sunday_thursday": (7, 1, 2, 3, 4),
    "friday": (5,),
    "saturday": (6,),
}
CLOSED_SHARE = 0.25  # a day below this share of its weekday's median is a holiday or an outage
MIN_DAYS = 8
SLOT_S = 300
PRIOR_CALLS = 20.0
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Fitted arrivals; `per_hour[group]` has 24 calls per hour, in the order of the clock.

    `day_cv`, `hour_cv`: coefficients of variation of the gamma factors of whole days and of single
    hours. `hourly_rate_cv`: of an hour's rate across Sunday to Thursday, Poisson noise taken out,
    mean over the open hours. `variance_to_mean`: of counts in five-minute slots around their own
    hour's mean (about 1 for Poisson); None without a call log.
    """

    per_hour: dict[str, tuple[float, ...]]
    days: int
    closed_days: int
    day_cv: float
    hour_cv: float
    hourly_rate_cv: float
    variance_to_mean: float | None


def read_hourly(path: str | Path) -> tuple[pl.DataFrame, Exclusions]:
    """Read a CSV of `date`, `hour`, `calls`; returns those columns and what was left out.

    Raises `InputError` for an unreadable file, a missing column, or no usable rows.
    """
    raw, left_out = read_text_table(path, ",", ("date", "hour", "calls"))
    frame = raw.with_columns(
        date=pl.col("date").str.to_date("%Y-%m-%d", strict=False),
        hour=pl.col("hour").cast(pl.Int64, strict=False),
        calls=pl.col("calls").cast(pl.Int64, strict=False),
    )
    rules = {
        "date is not yyyy-mm-dd": pl.col("date").is_not_null(),
        "hour is not 0 to 23": pl.col("hour").is_between(0, 23),
        "calls is not a whole number of at least 0": pl.col("calls") >= 0,
        "second row of one hour": pl.struct("date", "hour").is_first_distinct(),
    }
    return exclude(frame, rules, left_out, path).sort("date", "hour"), left_out


def hourly_from_calls(calls: pl.DataFrame) -> pl.DataFrame:
    """Calls entering the IVR per day and hour (columns date, hour, calls), zeros included."""
    real = calls.filter(pl.col("outcome") != "phantom")
    counts = real.group_by(date=pl.col("day"), hour=pl.col("start_s") // 3600).len("calls")
    grid = real.select(date=pl.col("day").unique()).join(
        pl.DataFrame({"hour": np.arange(24, dtype=np.int64)}), how="cross"
    )
    filled = grid.join(counts, on=["date", "hour"], how="left")
    return filled.with_columns(pl.col("calls").fill_null(0).cast(pl.Int64)).sort("date", "hour")


def open_days(hourly: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Days (weekday, 24 counts as a list), closed ones dropped and counted."""
    days = hourly.group_by("date", maintain_order=True).agg(
        pl.col("calls").sort_by("hour"), total=pl.col("calls").sum(), hours=pl.len()
    )
    days = days.filter(pl.col("hours") == 24).with_columns(weekday=pl.col("date").dt.weekday())
    usual = pl.col("total").median().over("weekday")
    kept = days.filter(pl.col("total") >= CLOSED_SHARE * usual)
    return kept, days.height - kept.height


def _excess_cv(observed: Floats, expected: Floats) -> float:
    """CV of a mean-1 factor on Poisson counts: sum((n - m)^2 - m) / sum(m^2), floored at 0."""
    excess = np.sum((observed - expected) ** 2 - expected) / np.sum(expected**2)
    return float(np.sqrt(max(excess, 0.0)))


def fit_arrivals(hourly: pl.DataFrame, calls: pl.DataFrame | None = None) -> Arrivals:
    """Fit hourly means and overdispersion to columns date, hour, calls (complete days only).

    Raises `InputError` with fewer than `MIN_DAYS` complete days, or without a kind of day.
    """
    days, closed = open_days(hourly)
    if days.height < MIN_DAYS:
        raise InputError(f"hourly counts: at least {MIN_DAYS} complete days, got {days.height}")
    counts = np.array(days["calls"].to_list(), dtype=np.float64)
    weekday = days["weekday"].to_numpy()
    per_hour: dict[str, tuple[float, ...]] = {}
    for group, members in DAY_GROUPS.items():
        chosen = counts[np.isin(weekday, members)]
        if not len(chosen):
            raise InputError(f"hourly counts: no open {group.replace('_', ' to ')} in the data")
        per_hour[group] = tuple(float(x) for x in chosen.mean(axis=0))
    # Each weekday's own mean where it can be estimated, so that Sunday's peak is no randomness.
    means = np.empty_like(counts)
    for day in np.unique(weekday):
        members = next(m for m in DAY_GROUPS.values() if int(day) in m)
        pooled = weekday == day if np.sum(weekday == day) >= 4 else np.isin(weekday, members)
        means[weekday == day] = counts[pooled].mean(axis=0)
    totals, expected = counts.sum(axis=1), means.sum(axis=1)
    scaled = means * (totals / expected)[:, None]
    busy = means >= 1
    regular = counts[np.isin(weekday, DAY_GROUPS["sunday_thursday"])]
    mean, variance = regular.mean(axis=0), regular.var(axis=0, ddof=1)
    full = mean >= 5
    rate_cv = np.sqrt(np.maximum(variance[full] - mean[full], 0)) / mean[full]
    return Arrivals(
        per_hour=per_hour,
        days=days.height,
        closed_days=closed,
        day_cv=_excess_cv(totals, expected),
        hour_cv=_excess_cv(counts[busy], scaled[busy]),
        hourly_rate_cv=float(rate_cv.mean()),
        variance_to_mean=None if calls is None else within_hour_variance_to_mean(calls),
    )


def within_hour_variance_to_mean(calls: pl.DataFrame) -> float:
    """Variance of slot counts around their hour's mean, over the mean; median over busy hours.

    Each hour's own sample variance (n - 1) is used, so the rate may differ freely between hours;
    the median keeps the few hours of an outage, when callers redial in bursts, from deciding.
    """
    real = calls.filter(pl.col("outcome") != "phantom")
    slots = 3600 // SLOT_S
    ratios: list[float] = []
    for _, rows in real.group_by("day", pl.col("start_s") // 3600, maintain_order=True):
        if rows.height < 2 * slots:
            continue
        slot = (rows["start_s"].to_numpy() % 3600) // SLOT_S
        counts = np.bincount(slot, minlength=slots)
        ratios.append(float(counts.var(ddof=1) / counts.mean()))
    if not ratios:
        raise InputError("calls: no hour is busy enough to judge its variance")
    # The median of a scaled chi-square with n - 1 degrees of freedom lies below its mean of 1.
    unbiased = (slots - 1) / float(stats.chi2.median(slots - 1))
    return float(np.median(ratios)) * unbiased


def type_mix(calls: pl.DataFrame) -> dict[str, float]:
    """Share of each call type among the calls offered to agents."""
    asked = offered(calls)
    counts = asked.group_by("type").len().sort("len", descending=True)
    return {kind: n / asked.height for kind, n in counts.iter_rows()}


def type_mix_by_hour(calls: pl.DataFrame) -> dict[str, list[float]]:
    """Share of each type in each hour of the clock, shape 24 per type, columns summing to 1.

    Hours with few calls lean on the overall mix with the weight of `PRIOR_CALLS` calls.
    """
    overall = type_mix(calls)
    asked = offered(calls).with_columns(hour=(pl.col("offered_s") // 3600) % 24)
    hourly = np.zeros((len(overall), 24))
    row = {kind: i for i, kind in enumerate(overall)}
    for kind, hour, n in asked.group_by("type", "hour").len().iter_rows():
        hourly[row[kind], hour] = n
    prior = PRIOR_CALLS * np.array(list(overall.values()))[:, None]
    shares = (hourly + prior) / (hourly.sum(axis=0) + PRIOR_CALLS)
    return {kind: [float(x) for x in shares[i]] for kind, i in row.items()}
