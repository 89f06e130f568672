"""Agents seen through their calls: duties on the phones, skills, speed, and time between calls.

The log has no sign-on records. An agent is taken to be signed on from the start of the first
service to the end of the last one, less the times when callers he or she serves waited longer than
`ABSENT_S`.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import optimize, stats
from scipy.special import expit, ndtr

from experiments.calibration.logs.call_log import NO_SERVER
from sim.behaviour import lognormal_mean
from sim.errors import InputError
from sim.units import DAY_S

ABSENT_S = 600.0
QUARTER_S = 900
MIN_SKILL_RATIO = 0.2
SHRINKAGE_CALLS = 20.0
MIN_GAPS = 50
SMALLEST_LOG_SD = 0.05  # gaps of whole seconds would else be fitted by a spike
LARGEST_LOG_SD = 4.0
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ObservedDuty:
    """One agent's unbroken time on the phones; accepts calls in `[on_s, off_s]`."""

    agent: str
    on_s: float
    off_s: float


@dataclass(frozen=True, slots=True)
class Unavailability:
    """Time from the end of one service until the agent takes another call, in seconds.

    A mixture: with probability `1 - pause_share` a short wrap-up, otherwise a pause (other work, a
    break shorter than `ABSENT_S`). Both lognormal, the pause cut at `ABSENT_S`.
    """

    wrap_log_mean: float
    wrap_log_sd: float
    pause_share: float
    pause_log_mean: float
    pause_log_sd: float

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw `size` values, seconds, shape (size,)."""
        short = rng.lognormal(self.wrap_log_mean, self.wrap_log_sd, size)
        long = rng.lognormal(self.pause_log_mean, self.pause_log_sd, size)
        chosen = np.where(rng.random(size) < self.pause_share, long, short)
        return np.asarray(np.minimum(chosen, ABSENT_S), dtype=np.float64)

    @property
    def mean_s(self) -> float:
        """Mean time unavailable after a call, seconds (pauses cut at `ABSENT_S`)."""
        wrap = lognormal_mean(self.wrap_log_mean, self.wrap_log_sd)
        return (1 - self.pause_share) * wrap + self.pause_share * self.pause_mean_s

    @property
    def pause_mean_s(self) -> float:
        """Mean of a pause cut at `ABSENT_S`: E[min(X, c)] of a lognormal X."""
        m, s = self.pause_log_mean, self.pause_log_sd
        z = (np.log(ABSENT_S) - m) / s
        below = np.exp(m + s * s / 2) * stats.norm.cdf(z - s)
        return float(below + ABSENT_S * stats.norm.sf(z))


def served_by_agents(calls: pl.DataFrame) -> pl.DataFrame:
    """Served calls with a named agent, by day, agent and start, with `end_s` and `gap_s`.

    `gap_s` is the time since the same agent's previous service on that day (null for the first).
    """
    one_agent = ("day", "server")
    return (
        calls.filter((pl.col("outcome") == "served") & (pl.col("server") != NO_SERVER))
        .sort("day", "server", "service_start_s")
        .with_columns(end_s=pl.col("service_start_s") + pl.col("service_s"))
        .with_columns(previous_end_s=pl.col("end_s").shift(1).over(one_agent))
        .with_columns(gap_s=pl.col("service_start_s") - pl.col("previous_end_s"))
    )


def duties(calls: pl.DataFrame) -> dict[date, list[ObservedDuty]]:
    """Duties of every day, in order of sign-on, from first service start to last service end.

    A duty period is broken where the agent evidently let callers of the type served next wait for
    `ABSENT_S` or more; an agent without callers is idle, however long.
    """
    by_day: dict[date, list[ObservedDuty]] = defaultdict(list)
    for (day, agent), rows in with_gap_bounds(calls).group_by("day", "server", maintain_order=True):
        columns = rows.select("service_start_s", "end_s", "gap_low_s")
        on = off = 0.0
        for number, (start, end, absent) in enumerate(columns.iter_rows()):
            if number and absent >= ABSENT_S:
                by_day[day].append(ObservedDuty(str(agent), on, off))
            if number == 0 or absent >= ABSENT_S:
                on, off = float(start), float(end)
            off = max(off, float(end))
        by_day[day].append(ObservedDuty(str(agent), on, off))
    return {day: sorted(found, key=lambda s: (s.on_s, s.agent)) for day, found in by_day.items()}


def agents_on(found: list[ObservedDuty]) -> npt.NDArray[np.int64]:
    """Agents signed on at the middle of each quarter of an hour of a day; shape (96,)."""
    middles = np.arange(0, int(DAY_S), QUARTER_S) + QUARTER_S / 2
    return np.array([sum(s.on_s <= t < s.off_s for s in found) for t in middles], dtype=np.int64)


def skills(calls: pl.DataFrame) -> dict[str, frozenset[str]]:
    """Call types each agent takes.

    A type counts when its share of the agent's calls is at least `MIN_SKILL_RATIO` of its share of
    all calls; a few stray calls do not make a skill, and a rare type does not need many.
    """
    served = served_by_agents(calls)
    overall = {k: n / served.height for k, n in served.group_by("type").len().iter_rows()}
    found: dict[str, frozenset[str]] = {}
    for (agent,), rows in served.group_by("server", maintain_order=True):
        shares = {k: n / rows.height for k, n in rows.group_by("type").len().iter_rows()}
        found[str(agent)] = frozenset(
            k for k, x in shares.items() if x >= MIN_SKILL_RATIO * overall[k]
        )
    return dict(sorted(found.items()))


def speeds(calls: pl.DataFrame, mean_service_s: Mapping[str, float]) -> dict[str, float]:
    """Service time of each agent relative to the mean of the same call types (1 = average).

    Ratio of sums, shrunk towards 1 by `SHRINKAGE_CALLS` average calls, so that an agent with few
    calls is not taken for a prodigy.
    """
    found: dict[str, float] = {}
    for (agent,), rows in served_by_agents(calls).group_by("server", maintain_order=True):
        expected = sum(mean_service_s[kind] for kind in rows["type"].to_list())
        prior = SHRINKAGE_CALLS * expected / rows.height
        served = float(rows["service_s"].sum())
        found[str(agent)] = (served + prior) / (expected + prior) if expected > 0 else 1.0
    return found


def with_gap_bounds(calls: pl.DataFrame) -> pl.DataFrame:
    """`served_by_agents` with bounds `gap_low_s`, `gap_s` on the time each agent was unavailable.

    The next caller had waited: the agent took the call the moment he or she was ready, so the gap
    is observed (low = high). The next caller had not: the agent was ready at some time before, but
    not while an earlier caller of the same type was still waiting (left or interval censored).
    """
    waits: dict[tuple[date, str], tuple[Floats, Floats]] = {}
    queued = calls.filter(pl.col("queued") & (pl.col("queue_s") > 0))
    for (day, kind), rows in queued.group_by("day", "type"):
        start = rows["offered_s"].to_numpy().astype(float)
        waits[(day, str(kind))] = (start, start + rows["queue_s"].to_numpy())
    served = served_by_agents(calls)
    columns = ("day", "type", "previous_end_s", "service_start_s", "queued", "gap_s")
    lows: list[float | None] = []
    queues: list[bool] = []
    none = (np.empty(0), np.empty(0))
    for day, kind, free, start, waited, gap in served.select(columns).iter_rows():
        if gap is None:
            lows.append(None)
            queues.append(False)
            continue
        begin, end = waits.get((day, kind), none)
        queues.append(bool(np.any((begin < free) & (end > free + 1))))
        before = (begin < start - 2) & (end > free) & (end < start - 2)
        low = float(np.max(end[before]) - free) if before.any() else 0.0
        lows.append(gap if waited else low)
    return served.with_columns(
        gap_low_s=pl.Series(lows, dtype=pl.Float64), callers_waited=pl.Series(queues)
    )


def gap_bounds(calls: pl.DataFrame, *, callers_waited: bool) -> Floats:
    """Bounds (low, high) in seconds on each time between calls within a duty; shape (gaps, 2).

    `callers_waited`: whether callers of the type served next waited when the service ended. Agents
    who see a queue return sooner, so the two situations are fitted apart.
    """
    usable = with_gap_bounds(calls).filter(
        (pl.col("gap_s") >= 0)
        & (pl.col("gap_low_s") < ABSENT_S)
        & (pl.col("callers_waited") == callers_waited)
    )
    found = usable.select("gap_low_s", "gap_s").to_numpy().astype(np.float64)
    return np.column_stack([np.minimum(found[:, 0], found[:, 1]), found[:, 1]])


def fit_unavailability(bounds: Floats) -> Unavailability:
    """Maximum likelihood of the two-part mixture from exact and interval-censored gaps.

    `bounds` has shape (gaps, 2) as from `gap_bounds`. Raises `InputError` for too few exact gaps.
    """
    low, high = np.maximum(bounds[:, 0], 0.0), np.maximum(bounds[:, 1], 0.5)
    exact = bounds[:, 0] == bounds[:, 1]
    if int(exact.sum()) < MIN_GAPS:
        raise InputError(
            f"calls: at least {MIN_GAPS} services must follow a wait to fit the time between calls,"
            f" got {int(exact.sum())}"
        )

    x, a, b = np.log(high[exact]), np.log(np.maximum(low[~exact], 1e-3)), np.log(high[~exact])

    def density(z: Floats) -> Floats:
        return np.asarray(np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi), dtype=np.float64)

    def parts(theta: Floats) -> tuple[float, list[tuple[float, float]]]:
        share = float(expit(theta[0]))
        spread = np.exp(np.clip(theta[[2, 4]], np.log(SMALLEST_LOG_SD), np.log(LARGEST_LOG_SD)))
        return share, [(theta[1], float(spread[0])), (theta[3], float(spread[1]))]

    def loss(theta: Floats) -> float:
        share, ((m1, s1), (m2, s2)) = parts(theta)
        point = (1 - share) * density((x - m1) / s1) / s1 + share * density((x - m2) / s2) / s2
        mass = (1 - share) * (ndtr((b - m1) / s1) - ndtr((a - m1) / s1))
        mass = mass + share * (ndtr((b - m2) / s2) - ndtr((a - m2) / s2))
        logs = np.log(np.maximum(point, 1e-12)).sum() + np.log(np.maximum(mass, 1e-12)).sum()
        return float(-logs / len(low))

    start = np.array([-1.0, np.log(6.0), np.log(0.4), np.log(90.0), np.log(1.3)])
    best = optimize.minimize(loss, start, method="Nelder-Mead", options={"maxiter": 4000})
    share, ((m1, s1), (m2, s2)) = parts(best.x)
    if m1 > m2:
        share, m1, s1, m2, s2 = 1 - share, m2, s2, m1, s1
    return Unavailability(float(m1), s1, share, float(m2), s2)
