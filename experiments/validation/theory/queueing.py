"""Exact queueing formulas that the simulator is held against.

Rates are per one time unit of the caller's choice (hour, minute); times returned are in that unit.
Wait, service level and occupancy follow the product's definitions: waits over all arrivals unless
the name says `speed_of_answer`; service level = served within the acceptable wait / (offered -
abandoned within it), as a ratio of expectations.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.linalg import expm_multiply

from sim.errors import InputError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
# Waiting room kept: states whose weight is e^-40 of the mode's add less than any printed digit.
_LOG_TAIL = 40.0
_MOST_STATES = 2_000_000


@dataclass(frozen=True)
class QueueFigures:
    """Figures of a queue, in the caller's time unit.

    p_wait: share of arrivals that find every agent busy. p_abandon: share of arrivals that hang up.
    mean_wait: over all arrivals. speed_of_answer: mean wait of the served. queue_length: mean
    number waiting. utilisation: busy share of agent time. service_level: see the module.
    """

    p_wait: float
    p_abandon: float
    mean_wait: float
    speed_of_answer: float
    queue_length: float
    utilisation: float
    service_level: float


def need(rule: bool, key: str, text: str, value: object) -> None:
    """Raise InputError, with `text` saying what the value must be, unless the rule holds."""
    if not rule:
        raise InputError(f"{key} must be {text}, not {value!r}")


def _check(arrivals: float, service: float, agents: int, patience_rate: float = 0.0) -> None:
    need(arrivals > 0 and math.isfinite(arrivals), "arrivals", "a positive rate", arrivals)
    need(service > 0 and math.isfinite(service), "service", "a positive rate", service)
    need(agents >= 1 and agents == int(agents), "agents", "a whole number of at least 1", agents)
    need(
        patience_rate >= 0 and math.isfinite(patience_rate),
        "patience_rate",
        "a rate of at least 0",
        patience_rate,
    )


def _check_load(load: float) -> None:
    need(load < 1, "offered load / agents", "below 1 without abandonment", load)


def _sparse(data: FloatArray, rows: IntArray, columns: IntArray, size: int) -> csr_array:
    return csr_array(coo_array((data, (rows, columns)), shape=(size, size)))


def erlang_b(offered: float, agents: int) -> float:
    """Blocking probability of M/G/n/n: B(0)=1, B(k) = aB(k-1) / (k + aB(k-1)).

    offered: load in erlangs. Raises InputError. Source: Cooper (1981), Introduction to Queueing
    Theory, ch. 3.
    """
    need(offered > 0, "offered", "a positive load in erlangs", offered)
    need(agents >= 0, "agents", "at least 0", agents)
    blocked = 1.0
    for k in range(1, agents + 1):
        blocked = offered * blocked / (k + offered * blocked)
    return blocked


def erlang_c(
    arrivals: float, service: float, agents: int, acceptable_wait: float = 0.0
) -> QueueFigures:
    """M/M/n: P(wait) = nB / (n - a(1-B)), W = P(wait) / (nμ-λ), P(W>t) = P(wait) e^(-(nμ-λ)t).

    Raises InputError when λ >= nμ. Source: Gans, Koole & Mandelbaum (2003), M&SOM 5(2), sec. 3.
    """
    _check(arrivals, service, agents)
    load = arrivals / service
    _check_load(load / agents)
    blocked = erlang_b(load, agents)
    p_wait = agents * blocked / (agents - load * (1 - blocked))
    spare = agents * service - arrivals
    wait = p_wait / spare
    level = 1 - p_wait * math.exp(-spare * acceptable_wait)
    return QueueFigures(p_wait, 0.0, wait, wait, arrivals * wait, load / agents, level)


def _birth_death(arrivals: float, service: float, agents: int, patience_rate: float) -> FloatArray:
    """Stationary probabilities of the number in an M/M/n+M system, tail cut; shape (states,)."""
    logs = [np.zeros(1)]
    top, size = 0.0, 1
    while True:
        k = np.arange(size, 2 * size + 64, dtype=np.float64)
        down = np.minimum(k, agents) * service + np.maximum(k - agents, 0) * patience_rate
        logs.append(logs[-1][-1] + np.cumsum(np.log(arrivals) - np.log(down)))
        size = int(k[-1]) + 1
        top = max(top, float(logs[-1].max()))
        if size > agents and arrivals < down[-1] and logs[-1][-1] < top - _LOG_TAIL:
            break
        need(size < _MOST_STATES, "load", "light enough for a finite waiting room", arrivals)
    weights = np.exp(np.concatenate(logs) - top)
    keep = int(np.flatnonzero(weights > math.exp(-_LOG_TAIL))[-1]) + 1
    kept = weights[: max(keep, agents + 1)]
    return np.asarray(kept / kept.sum())


def _tagged(
    waiting: int, service: float, agents: int, patience_rate: float, within: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Fate of a caller with j callers ahead, j = 0..waiting-1; four arrays of shape (waiting,).

    P(served within), P(abandoned within), P(served ever), E[wait; served]. The caller moves up at
    rate nμ + jθ and hangs up at rate θ, so stage j lasts 1/(nμ + (j+1)θ) whatever ends it.
    """
    j = np.arange(waiting, dtype=np.float64)
    up = agents * service + j * patience_rate
    leave = up + patience_rate
    served = np.cumprod(up / leave)
    wait_served = served * np.cumsum(1 / leave)
    at = np.arange(waiting)
    # Columns: callers ahead; then served (reached from 0 ahead); then abandoned.
    to = np.concatenate([at, np.where(at > 0, at - 1, waiting), np.full(waiting, waiting + 1)])
    rates = np.concatenate([-leave, up, np.full(waiting, patience_rate)])
    chain = _sparse(rates, np.tile(at, 3), to, waiting + 2)
    ends = np.zeros((waiting + 2, 2))
    ends[waiting, 0] = ends[waiting + 1, 1] = 1.0
    by_then = np.asarray(expm_multiply(chain * within, ends)) if within > 0 else ends
    return by_then[:waiting, 0], by_then[:waiting, 1], np.asarray(served), np.asarray(wait_served)


def _figures(
    seen: FloatArray, agents: int, service: float, patience_rate: float, acceptable_wait: float
) -> QueueFigures:
    """Figures from the distribution `seen` by arrivals (PASTA), shape (states,), summing to 1."""
    queue, idle = seen[agents:], float(seen[:agents].sum())
    in_time, left_in_time, served, wait_served = _tagged(
        len(queue), service, agents, patience_rate, acceptable_wait
    )
    ahead, k = np.arange(len(queue)) + 1.0, np.arange(len(seen), dtype=np.float64)
    p_served = idle + float(queue @ served)
    # P(abandon | j ahead) = (j+1)θ / (nμ+(j+1)θ), and every minute waited is at risk θ.
    wait = float(queue @ (ahead / (agents * service + ahead * patience_rate)))
    level = (idle + float(queue @ in_time)) / (1 - float(queue @ left_in_time))
    return QueueFigures(
        p_wait=1 - idle,
        p_abandon=1 - p_served if patience_rate else 0.0,  # exactly, whatever rounding says
        mean_wait=wait,
        speed_of_answer=float(queue @ wait_served) / p_served,
        queue_length=float(seen @ np.maximum(k - agents, 0)),
        utilisation=float(seen @ np.minimum(k, agents)) / agents,
        service_level=level,
    )


def erlang_a(
    arrivals: float, service: float, agents: int, patience_rate: float, acceptable_wait: float = 0.0
) -> QueueFigures:
    """M/M/n+M, patience exponential with rate θ = `patience_rate` > 0, by its birth-death chain.

    Deaths nμ + (k-n)θ above n; a caller with j ahead is served with probability nμ / (nμ+(j+1)θ).
    Raises InputError. Source: Palm (1957); Mandelbaum & Zeltyn (2007), Service engineering in
    action: the Palm/Erlang-A queue.
    """
    _check(arrivals, service, agents, patience_rate)
    need(patience_rate > 0, "patience_rate", "positive (use erlang_c)", patience_rate)
    seen = _birth_death(arrivals, service, agents, patience_rate)
    return _figures(seen, agents, service, patience_rate, acceptable_wait)


@dataclass(frozen=True)
class DayFigures:
    """Expected figures of one day: counts of contacts, and ratios of expectations as `figures`."""

    offered: float
    abandoned: float
    figures: QueueFigures


def transient_day(
    arrivals: float,
    service: float,
    agents: int,
    horizon: float,
    *,
    patience_rate: float = 0.0,
    acceptable_wait: float = 0.0,
) -> DayFigures:
    """M/M/n (+M) from empty over [0, horizon]; whoever still waits at the end is served or leaves.

    m = time spent in each state solves d/dt (p, m) = (pA, p), by the action of a matrix
    exponential; arrivals at rate λ see m / horizon (PASTA). Source: Al-Mohy & Higham (2011), SIAM
    J. Sci. Comput. 33(2), for the exponential; the example is that of Buist & L'Ecuyer (2005), WSC.
    """
    _check(arrivals, service, agents, patience_rate)
    need(horizon > 0, "horizon", "a positive time", horizon)
    if patience_rate == 0:
        _check_load(arrivals / (agents * service))
    size = len(_birth_death(arrivals, service, agents, patience_rate))
    k = np.arange(size, dtype=np.float64)
    up = np.where(k < size - 1, arrivals, 0.0)
    down = np.minimum(k, agents) * service + np.maximum(k - agents, 0) * patience_rate
    at, below = np.arange(size), np.arange(1, size)
    # Column j holds what flows out of state j; the lower half integrates the upper.
    rows = np.concatenate([at, below, below - 1, size + at])
    columns = np.concatenate([at, below - 1, below, at])
    rates = np.concatenate([-(up + down), up[:-1], down[1:], np.ones(size)])
    both = _sparse(rates, rows, columns, 2 * size)
    start = np.zeros(2 * size)
    start[0] = 1.0
    seen = np.clip(np.asarray(expm_multiply(both * horizon, start))[size:] / horizon, 0.0, None)
    figures = _figures(seen / seen.sum(), agents, service, patience_rate, acceptable_wait)
    offered = arrivals * horizon
    return DayFigures(offered, offered * figures.p_abandon, figures)


def mg1_wait(arrivals: float, mean_service: float, second_moment: float) -> float:
    """Mean wait in M/G/1, first come first served: λE[S²] / (2(1-ρ)) (Pollaczek-Khinchine).

    mean_service: E[S]; second_moment: E[S²], squared time units. Raises InputError. Source:
    Kleinrock (1975), Queueing Systems I, sec. 5.6.
    """
    return mg1_priority_waits([arrivals], [mean_service], [second_moment])[0]


def mg1_priority_waits(
    arrivals: Sequence[float], mean_services: Sequence[float], second_moments: Sequence[float]
) -> tuple[float, ...]:
    """Mean waits by class in the non-preemptive priority M/G/1, first class first.

    W_i = (Σ λ_j E[S_j²] / 2) / ((1-σ_(i-1)) (1-σ_i)), σ_i the load of classes 1..i. Raises
    InputError. Source: Cobham (1954), Operations Research 2(1), 70-76.
    """
    lengths = {len(arrivals), len(mean_services), len(second_moments)}
    need(len(lengths) == 1, "arrivals", "as long as the moments", len(arrivals))
    for rate, mean, second in zip(arrivals, mean_services, second_moments, strict=True):
        _check(rate, 1 / mean if mean > 0 else 0.0, 1)
        need(second >= mean**2, "second_moment", "at least the squared mean", second)
    loads = [rate * mean for rate, mean in zip(arrivals, mean_services, strict=True)]
    residual = sum(r * s for r, s in zip(arrivals, second_moments, strict=True)) / 2
    return _cobham(residual, loads)


def mmn_priority_waits(arrivals: Sequence[float], service: float, agents: int) -> tuple[float, ...]:
    """Mean waits by class in the non-preemptive priority M/M/n with one service rate.

    W_i = (C(n, a) / nμ) / ((1-σ_(i-1)) (1-σ_i)), σ_i the load of classes 1..i per agent. Raises
    InputError. Source: Cobham (1954); Kella & Yechiali (1985), Stochastic Models 1(2).
    """
    p_wait = erlang_c(sum(arrivals), service, agents).p_wait
    loads = [rate / (agents * service) for rate in arrivals]
    return _cobham(p_wait / (agents * service), loads)


def _cobham(residual: float, loads: Sequence[float]) -> tuple[float, ...]:
    _check_load(sum(loads))
    edges = np.concatenate([[0.0], np.cumsum(loads)])
    return tuple(float(w) for w in residual / ((1 - edges[:-1]) * (1 - edges[1:])))
