"""Cases of a journey log as chains of events, fitted: what follows what, how often, and when."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from experiments.calibration.cases.lags import NO_LAG, Lag, fit_lag
from experiments.calibration.logs.journey_log import OPERATIONS
from sim.errors import InputError

MIN_EVENTS = 30  # events of a kind and service type to fit them alone
EMAIL = OPERATIONS.index("Inbound Email")
BY_EMAIL = tuple(i for i, name in enumerate(OPERATIONS) if "Email" in name)
FINEST = ["origin", "later"]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Chains:
    """Fitted chains. Operations go by their number in `OPERATIONS`.

    `origin` is 1 in cases opened by e-mail, `later` is 0 for a case's first event.
    `goes_on[kind][origin, later, operation]`: chance that another event follows; `following[origin,
    later, operation]`: shares of what it is. `answer[kind]`: time to answer an e-mail;
    `minutes`: mean duration of the operations; `delay`: from the end of an event to the next one.
    """

    goes_on: Mapping[str, Floats]
    following: Floats
    answer: Mapping[str, Lag]
    minutes: Floats
    delay: Lag


def linked(events: pl.DataFrame) -> pl.DataFrame:
    """Events in order with `origin`, `later`, `number` (see `Chains`) and what comes `next`."""
    numbers = {name: i for i, name in enumerate(OPERATIONS)}
    number = pl.col("operation").replace_strict(numbers, return_dtype=pl.Int64)
    return (
        events.sort("case", "start", "end", maintain_order=True)
        .with_columns(number=number, later=(pl.int_range(pl.len()).over("case") > 0).cast(pl.Int64))
        .with_columns(
            origin=pl.col("number").first().over("case").is_in(BY_EMAIL).cast(pl.Int64),
            next=pl.col("number").shift(-1).over("case"),
            delay_min=(pl.col("start").shift(-1).over("case") - pl.col("end")).dt.total_minutes(),
            minutes=(pl.col("end") - pl.col("start")).dt.total_minutes(),
        )
    )


def fit_chains(events: pl.DataFrame) -> Chains:
    """Fit to the frame of `journey_log.read_journeys`; raises `InputError` if too thin."""
    rows = linked(events)
    n = len(OPERATIONS)
    if rows.height < MIN_EVENTS:
        raise InputError(f"journeys: at least {MIN_EVENTS} events are needed, got {rows.height}")
    delays = rows["delay_min"].drop_nulls().to_numpy().astype(np.float64)
    pairs = rows.drop_nulls("next").select("origin", "later", "number", "next")
    counts = np.zeros((2, 2, n, n))
    np.add.at(counts, tuple(pairs.to_numpy().T), 1.0)
    following = counts.sum(axis=(0, 1)) + 1e-9  # an operation that nothing ever followed
    for finer in (counts.sum(axis=1, keepdims=True), counts):
        following = np.where(finer.sum(axis=-1, keepdims=True) >= MIN_EVENTS, finer, following)
    following = np.broadcast_to(following, counts.shape)
    mails = rows.filter(pl.col("number") == EMAIL)
    minutes = np.array([1.0] * n)
    for number, mean in rows.group_by("number").agg(pl.col("minutes").mean()).iter_rows():
        minutes[number] = max(float(mean), 1e-3)
    return Chains(
        goes_on={
            kind: _goes_on(rows, rows.filter(pl.col("kind") == kind))
            for kind in rows["kind"].unique().sort()
        },
        following=following / following.sum(axis=-1, keepdims=True),
        answer=_answers(rows, mails),
        minutes=minutes,
        delay=fit_lag(delays) if delays.size else NO_LAG,
    )


def _goes_on(rows: pl.DataFrame, of_kind: pl.DataFrame) -> Floats:
    """Chance of another event after each, shape (2, 2, operations); rare ones are pooled."""
    found = np.zeros((2, 2, len(OPERATIONS)))
    for frame, keys in ((rows, ["later"]), (rows, FINEST), (of_kind, FINEST)):
        least = 1 if keys != FINEST else MIN_EVENTS
        share = frame.group_by(*keys, "number").agg(pl.len(), pl.col("next").is_not_null().mean())
        for *where, number, size, mean in share.iter_rows():
            if size >= least:
                found[(*([slice(None)] if keys != FINEST else []), *where, number)] = mean
    return found


def _answers(rows: pl.DataFrame, mails: pl.DataFrame) -> dict[str, Lag]:
    """Time to answer an e-mail by kind; all kinds together where a kind has few e-mails."""
    every = mails["minutes"].to_numpy().astype(np.float64)
    usual = fit_lag(every) if every.size else NO_LAG
    found: dict[str, Lag] = {}
    for kind in rows["kind"].unique().sort():
        own = mails.filter(pl.col("kind") == kind)["minutes"].to_numpy().astype(np.float64)
        found[kind] = fit_lag(own) if own.size >= MIN_EVENTS else usual
    return found
