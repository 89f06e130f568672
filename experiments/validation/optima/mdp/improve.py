"""Optimal policies: policy iteration and relative value iteration."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.validation.optima.mdp.build import FiniteMDP, FloatArray, IntArray, StateT
from experiments.validation.optima.mdp.evaluate import (
    Evaluation,
    check_endless,
    evaluate_average,
    evaluate_total,
)
from sim.errors import InputError


class Solution(NamedTuple):
    """An optimal policy as row probabilities, (R,), its evaluation, and the iterations it took."""

    policy: FloatArray
    average: float
    values: FloatArray
    iterations: int


def _first_rows(mdp: FiniteMDP[StateT], marked: NDArray[np.bool_]) -> IntArray:
    """The first marked row of each state; every state has one."""
    rows = np.flatnonzero(marked)
    return rows[np.searchsorted(mdp.row_state[rows], np.arange(len(mdp.states)))]


def _best_rows(mdp: FiniteMDP[StateT], values: FloatArray, rows: IntArray) -> IntArray:
    """Rows that minimise c + Qh in each state; the present row is kept unless clearly beaten."""
    gain = mdp.cost + mdp.moves @ values - mdp.leave * values[mdp.row_state]
    least = np.minimum.reduceat(gain, mdp.first[:-1])
    slack = 1e-9 * np.maximum(1.0, np.abs(mdp.leave[rows] * values))
    best = _first_rows(mdp, gain <= least[mdp.row_state])
    return np.where(gain[rows] > least + slack, best, rows)


def _iterate(
    mdp: FiniteMDP[StateT],
    evaluate: Callable[[FloatArray], Evaluation],
    begin: FloatArray | None,
) -> Solution:
    rows = np.asarray(mdp.first[:-1])
    if begin is not None:
        highest = np.maximum.reduceat(begin, mdp.first[:-1])
        rows = _first_rows(mdp, begin >= highest[mdp.row_state])
    for iteration in range(1, 201):
        policy = np.zeros(len(mdp.actions))
        policy[rows] = 1.0
        found = evaluate(policy)
        better = _best_rows(mdp, found.values, rows)
        if np.array_equal(better, rows):
            return Solution(policy, found.average, found.values, iteration)
        rows = better
    raise InputError("policy iteration did not settle in 200 rounds")


def solve_average(mdp: FiniteMDP[StateT], *, begin: FloatArray | None = None) -> Solution:
    """Least long-run average cost by policy iteration, from the policy `begin` (R,) if given.

    Raises InputError as `evaluate_average`. Source: Howard (1960); Puterman (1994), sec. 8.6, 11.5.
    """
    return _iterate(mdp, lambda policy: evaluate_average(mdp, policy), begin)


def solve_total(
    mdp: FiniteMDP[StateT], *, discount: float = 0.0, begin: FloatArray | None = None
) -> Solution:
    """Least expected total cost, discounted at rate `discount` per unit time, by policy iteration.

    Raises InputError as `evaluate_total`. Source: Puterman (1994), sec. 6.4, 7.2, 11.3.
    """
    return _iterate(mdp, lambda policy: evaluate_total(mdp, policy, discount=discount), begin)


def relative_value_iteration(
    mdp: FiniteMDP[StateT], *, tolerance: float = 1e-8, limit: int = 1_000_000
) -> Solution:
    """Least long-run average cost by relative value iteration on the uniformised chain.

    Stops when the bounds on the average (span of one step, times the uniformisation rate) are
    within `tolerance` relative. Raises InputError when `limit` steps do not reach it. Source: White
    (1963); Puterman (1994), sec. 8.5; Lippman (1975), Operations Research 23(4).
    """
    check_endless(mdp)
    clock, owner = mdp.clock > 0, mdp.row_state
    # A little above the largest rate, so that every state keeps a self-loop (no periodicity).
    rate = 1.05 * float(mdp.leave[clock[owner]].max())
    scale = np.where(clock[owner], rate, 1.0)
    values = np.zeros(len(mdp.states))
    for iteration in range(1, limit + 1):
        now = _answer(mdp, values)
        gain = (mdp.cost + mdp.moves @ now - mdp.leave * now[owner]) / scale
        step = np.minimum.reduceat(gain, mdp.first[:-1])
        low, high = rate * float(step[clock].min()), rate * float(step[clock].max())
        values = np.where(clock, now + step, now)
        values -= values[0]
        if high - low <= tolerance * max(1e-12, abs(high)):
            policy = np.zeros(len(mdp.actions))
            policy[_best_rows(mdp, now, np.asarray(mdp.first[:-1]))] = 1.0
            return Solution(policy, (low + high) / 2, now - now[0], iteration)
    raise InputError(f"relative value iteration did not settle in {limit} steps")


def _answer(mdp: FiniteMDP[StateT], values: FloatArray) -> FloatArray:
    """Values of the instant states brought in line with those of the timed ones."""
    instant = mdp.clock == 0
    while instant.any():  # as often as decisions may follow one another
        ask = np.minimum.reduceat(mdp.cost + mdp.moves @ values, mdp.first[:-1])
        found = np.where(instant, ask, values)
        if np.array_equal(found, values):
            break
        values = found
    return values
