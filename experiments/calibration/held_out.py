"""Which days of a call log are fitted on, and which are held out to be predicted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from sim.errors import InputError

HALVES = 2


def chosen_days(calls: pl.DataFrame, days: str | None, key: str = "--days") -> list[date]:
    """Dates of `calls` whose day of the month is listed; all when `days` is None.

    Raises `InputError` for a day that is no number or not in the log.
    """
    present = sorted(calls["day"].unique().to_list())
    if days is None:
        return present
    numbers = {day.day for day in present}
    wanted: set[int] = set()
    for word in days.split(","):
        if not word.strip().isdigit() or int(word) not in numbers:
            near = min(numbers, key=lambda n: abs(n - int(word)) if word.strip().isdigit() else n)
            raise InputError(f"{key}: '{word.strip()}' is not a day of the log; nearest is {near}")
        wanted.add(int(word))
    return [day for day in present if day.day in wanted]


def divided(calls: pl.DataFrame, train: str | None, key: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Calls of the days to fit on (default: every other day) and of the others, to be predicted.

    Raises `InputError` when a day is not in the log, or none is left to predict.
    """
    days = chosen_days(calls, train, key)
    days = days[::HALVES] if train is None else days
    fitted = pl.col("day").is_in(days)
    tested = calls.filter(~fitted)
    if tested.is_empty():
        raise InputError(f"{key}: no day is left to predict")
    return calls.filter(fitted), tested


def described(days: Sequence[date]) -> str:
    """Short text for the provenance: month and days."""
    months: dict[str, list[int]] = {}
    for day in days:
        months.setdefault(day.strftime("%B %Y"), []).append(day.day)
    return "; ".join(f"{m}, days {', '.join(map(str, d))}" for m, d in months.items())
