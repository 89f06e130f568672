"""Predict the waits of days not used in the fit, given their arrivals and agents, and compare.

Inputs of a test day are the observed offers (time, type) and the observed duties of its agents; all
else (service, patience, priority, skills, speed, time between calls) comes from the fit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from experiments.calibration.bank import CALLBACK_TYPE, CallFit
from experiments.calibration.logs.call_log import offered
from experiments.calibration.replay.reference import Caller, simulate_day
from experiments.calibration.staff.agents import ObservedDuty, duties
from experiments.calibration.staff.queueing import PRIORITIES, outages
from sim.errors import InputError

ACCEPTABLE_WAIT_S = 20.0
RECOVERY_S = 1800.0
GAP_POOL = 4096
FIRST, NORMAL = 0, 1
Floats = npt.NDArray[np.float64]
Windows = Mapping[date, list[tuple[float, float]]]


@dataclass(frozen=True, slots=True)
class Offer:
    """One observed offer to the agents; `priority` is None when the log does not know it."""

    time_s: float
    kind: str
    priority: int | None
    customer: str | None


@dataclass(frozen=True, slots=True)
class TestDay:
    """What is given of a day to predict: offers in order of time, and duty periods of agents."""

    day: date
    offers: tuple[Offer, ...]
    duties: tuple[ObservedDuty, ...]


def test_days(calls: pl.DataFrame) -> list[TestDay]:
    """Inputs of every day in `calls` for a trace-driven simulation."""
    on = duties(calls)
    found: list[TestDay] = []
    columns = ("offered_s", "type", "queued", "priority", "customer")
    for (day,), rows in offered(calls).group_by("day", maintain_order=True):
        if not isinstance(day, date):
            raise InputError(f"calls: day must be a date, got {day!r}")
        offers = tuple(
            Offer(float(at), kind, rank if queued else None, customer)
            for at, kind, queued, rank, customer in rows.select(columns).iter_rows()
        )
        found.append(TestDay(day, offers, tuple(on.get(day, []))))
    return found


def agent_skills(fit: CallFit, found: Sequence[ObservedDuty]) -> list[frozenset[str]]:
    """Skills of each duty's agent; an agent unknown to the fit serves the commonest skill set.

    Types too rare to have specialists go with the commonest type.
    """
    sets = list(fit.skills.values())
    usual = max(sets, key=sets.count)
    served = frozenset().union(*sets)
    rare = frozenset(fit.service) - served
    every = sum(service.calls for service in fit.service.values())
    rare |= {kind for kind in served if fit.service[kind].calls < 0.005 * every}
    chosen = [fit.skills.get(s.agent, usual) for s in found]
    return [kinds | rare if fit.commonest in kinds else kinds for kinds in chosen]


def known_kinds(day: TestDay, fit: CallFit) -> list[str]:
    """Call type of each offer; the commonest one where the fit does not know it."""
    return [offer.kind if offer.kind in fit.service else fit.commonest for offer in day.offers]


def drawn_priorities(
    kinds: Sequence[str], fit: CallFit, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Level of priority of each caller by type; shape (callers,).

    Priority is recorded for those who waited only: drawn for everyone, so as not to tell who did.
    """
    levels = [
        int(np.searchsorted(np.cumsum(fit.priority.get(kind, (1.0,))), luck, side="right"))
        for kind, luck in zip(kinds, rng.random(len(kinds)), strict=True)
    ]
    return np.minimum(levels, PRIORITIES - 1).astype(np.int64)


def waits_of(
    day: TestDay,
    replication: int,
    wait_s: Sequence[float] | Floats,
    abandoned: Sequence[bool] | npt.NDArray[np.bool_],
) -> pl.DataFrame:
    """What one replication of a day found for each offer, in the columns of `predict`."""
    offers = {"type": [o.kind for o in day.offers], "time_s": [o.time_s for o in day.offers]}
    return pl.DataFrame(offers).with_columns(
        day=pl.lit(day.day),
        replication=replication,
        wait_s=pl.Series(wait_s),
        abandoned=pl.Series(abandoned),
    )


def _callers(day: TestDay, fit: CallFit, rng: np.random.Generator) -> list[Caller]:
    size = len(day.offers)
    kinds = known_kinds(day, fit)
    service = {k: f.sample(rng, size) for k, f in fit.service.items()}
    patience = {k: f.sample(rng, size) for k, f in fit.patience.items()}
    levels = drawn_priorities(kinds, fit, rng)
    return [
        Caller(
            kind=kind,
            offered_s=offer.time_s,
            rank=FIRST if kind == CALLBACK_TYPE else NORMAL,
            head_start_s=fit.head_start_s * int(level),
            patience_s=float(patience[kind][i]),
            service_s=float(service[kind][i]),
        )
        for i, (offer, kind, level) in enumerate(zip(day.offers, kinds, levels, strict=True))
    ]


def predict(
    days: Sequence[TestDay], fit: CallFit, *, replications: int = 20, seed: int = 1
) -> pl.DataFrame:
    """Simulate every day `replications` times with the reference model.

    Returns columns day, type, time_s, replication, wait_s, abandoned.
    """
    frames: list[pl.DataFrame] = []
    for number, day in enumerate(days):
        skills = agent_skills(fit, day.duties)
        speeds = [fit.speed.get(s.agent, 1.0) for s in day.duties]
        for replication in range(replications):
            rng = np.random.default_rng((seed, number, replication))
            callers = _callers(day, fit, rng)
            pools = (
                fit.away_without_queue.sample(rng, GAP_POOL),
                fit.away_with_queue.sample(rng, GAP_POOL),
            )
            delays = None
            if fit.answer_delay_s is not None:
                delays = rng.exponential(fit.answer_delay_s, GAP_POOL)
            result = simulate_day(callers, day.duties, skills, speeds, pools, delays)
            frames.append(waits_of(day, replication, result.wait_s, result.abandoned))
    if not frames:
        raise InputError("calls: no day to predict")
    return pl.concat(frames)


def observed(calls: pl.DataFrame, *more: str) -> pl.DataFrame:
    """The log in the columns of `predict`, as replication 0; and `more` columns, as they are."""
    return offered(calls).select(
        "type",
        pl.col("offered_s").cast(pl.Float64).alias("time_s"),
        "day",
        pl.lit(0).alias("replication"),
        pl.col("queue_s").cast(pl.Float64).alias("wait_s"),
        (pl.col("outcome") == "abandoned").alias("abandoned"),
        *more,
    )


def near_outage(calls: pl.DataFrame) -> Windows:
    """Windows per day around system outages: `RECOVERY_S` before and after each."""
    found: dict[date, list[tuple[float, float]]] = {}
    for outage in outages(calls):
        window = (outage.from_s - RECOVERY_S, outage.to_s + RECOVERY_S)
        found.setdefault(outage.day, []).append(window)
    return found


def within(windows: Windows) -> pl.Expr:
    """Whether a row of `predict` or `observed` lies in one of the windows."""
    spans = [(day, *span) for day, of_day in windows.items() for span in of_day]
    inside = [
        (pl.col("day") == day) & pl.col("time_s").is_between(begin, end)
        for day, begin, end in spans
    ]
    return pl.any_horizontal(pl.lit(False), *inside)


def without(frame: pl.DataFrame, windows: Windows) -> pl.DataFrame:
    """Rows of `predict` or `observed` outside the windows."""
    return frame.filter(~within(windows))


def _measures() -> list[pl.Expr]:
    quick = pl.col("wait_s") <= ACCEPTABLE_WAIT_S
    in_time = (quick & ~pl.col("abandoned")).sum()
    offered_net = (~(quick & pl.col("abandoned"))).sum()
    return [
        pl.col("wait_s").mean().alias("mean_wait_s"),
        pl.col("abandoned").mean().alias("abandonment"),
        (in_time / offered_net).alias("service_level"),
    ]


def _rows(actual: pl.DataFrame, simulated: pl.DataFrame, label: str) -> list[dict[str, object]]:
    if actual.is_empty() or simulated.is_empty():
        return []
    seen = actual.select(_measures()).row(0, named=True)
    ours = simulated.group_by("replication").agg(_measures())
    rows: list[dict[str, object]] = []
    for measure, value in seen.items():
        draws: Floats = ours[measure].to_numpy()
        low, high = np.quantile(draws, (0.025, 0.975))
        mean = float(draws.mean())
        rows.append(
            {
                "group": label,
                "calls": actual.height,
                "measure": measure,
                "observed": float(value),
                "predicted": mean,
                "low": float(low),
                "high": float(high),
                "relative_error": mean / value - 1 if value > 0 else None,
            }
        )
    return rows


def comparison(calls: pl.DataFrame, simulated: pl.DataFrame) -> pl.DataFrame:
    """Observed beside predicted: overall, without outages, by type and by day.

    `mean_wait_s` is over all offered calls, `abandonment` abandoned / offered, `service_level`
    served within 20 s / (offered - abandoned within 20 s). `low` and `high` are the 2.5% and 97.5%
    points over replications, i.e. of one simulated period. Columns group, calls, measure, observed,
    predicted, low, high, relative_error; three rows per group.
    """
    actual = observed(calls)
    rows = _rows(actual, simulated, "all")
    windows = near_outage(calls)
    if windows:
        label = "all, outages left out"
        rows += _rows(without(actual, windows), without(simulated, windows), label)
    for column in ("type", "day"):
        for value in actual[column].unique().sort().to_list():
            chosen = pl.col(column) == value
            rows += _rows(actual.filter(chosen), simulated.filter(chosen), str(value))
    return pl.DataFrame(rows)
