"""Lines in steady state: the Erlang-A model, M/M/c with patience."""

from __future__ import annotations

from math import ceil, log
from typing import NamedTuple

import numpy as np

from sim.units import DAY_S

MOST_IN_LINE = 4000  # states beyond the servers; more never counts


class Line(NamedTuple):
    """Means over time: servers idle, people waiting, seconds that a firm would announce."""

    idle: float
    waiting: float
    expected_wait_s: float


def usual_line(rate_per_s: float, handle_s: float, servers: int, patience_s: float) -> Line:
    """Return how busy a line with Poisson arrivals usually is.

    Stationary probabilities of the birth-and-death process with rates λ up, and n μ or
    c μ + (n - c) θ down (Garnett, Mandelbaum & Reiman 2002). The announced wait is that of
    ``expected_wait`` where no server is free, else 0.

    Args:
        rate_per_s: arrivals.
        handle_s: mean service time.
        servers: c, at least 1.
        patience_s: mean patience (exponential), at most a day.
    """
    if rate_per_s <= 0:
        return Line(float(servers), 0.0, 0.0)
    theta = 1 / min(patience_s, DAY_S)
    # A queue whose outflow exceeds twice the inflow has died out.
    most = min(MOST_IN_LINE, ceil(2 * rate_per_s / theta) + 50)
    n = np.arange(1, servers + most + 1)
    down = np.minimum(n, servers) / handle_s + np.maximum(n - servers, 0) * theta
    weights = np.concatenate(([0.0], np.cumsum(log(rate_per_s) - np.log(down))))
    p = np.exp(weights - weights.max())
    p /= p.sum()
    n = np.arange(servers + most + 1)
    waiting = np.maximum(n - servers, 0)
    announced = np.where(n >= servers, handle_s * (waiting + 1) / servers, 0.0)
    idle = np.maximum(servers - n, 0)
    return Line(float(p @ idle), float(p @ waiting), float(p @ announced))


def usual_backlog(work: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """Return the backlog at the middle of each hour of a week, when what arrives can wait.

    A fluid that repeats weekly: what an hour's capacity does not do is left to the next.

    Args:
        work: contacts that arrive by hour, shape (168,).
        capacity: contacts that can be done by hour, shape (168,).
    """
    left, result = 0.0, np.zeros(len(work))
    for _ in range(3):  # weeks, until the start does not matter; more never settles an overload
        for hour, (comes, done) in enumerate(zip(work, capacity, strict=True)):
            after = max(0.0, left + float(comes) - float(done))
            result[hour] = (left + after) / 2
            left = after
    return result
