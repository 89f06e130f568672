"""Finite Markov decision processes in continuous time, solved exactly with sparse linear algebra.

States are of two sorts. In a *timed* state the process waits: an action sets transition rates and a
cost rate. In an *instant* state a decision is asked and no time passes: an action has a cost and
transition probabilities (what is missing to 1 ends the process). A discrete-time process is one of
timed states whose rates are probabilities; a discount β per step is a factor β on them.

Costs are minimised; a gain is a negative cost. Source: Puterman (1994), Markov Decision Processes,
ch. 8 and 11; Bertsekas (2012), Dynamic Programming and Optimal Control II, ch. 5.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array, csr_array, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import expm_multiply, splu

from sim.errors import InputError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
StateT = TypeVar("StateT", bound=Hashable)
# What a rule answers: one action, or probabilities over actions.
Choice = str | Mapping[str, float]
Rule = Callable[[StateT, Sequence[str]], Choice]


class Outcome(NamedTuple, Generic[StateT]):
    """What an action does in a state.

    timed: `cost` is per unit time and `flows` hold (rate, next state); else `cost` is paid at once
    and `flows` hold (probability, next state).
    """

    cost: float
    flows: Sequence[tuple[float, StateT]]
    timed: bool = True


class DecisionModel(Protocol[StateT]):
    """A decision problem: where it starts, what may be done in a state, and what that does."""

    @property
    def start(self) -> StateT:
        """The state the process begins in."""

    def actions(self, state: StateT) -> Sequence[str]:
        """Actions allowed in `state`, at least one; a single one is a forced move."""

    def outcome(self, state: StateT, action: str) -> Outcome[StateT]:
        """What `action` does in `state`."""


@dataclass(frozen=True)
class FiniteMDP(Generic[StateT]):
    """A decision process as arrays, one row per state and action, rows sorted by state.

    states: S states, the start first. actions, cost: R rows. first: (S+1,) where each state's rows
    begin. moves: (R, S) rates or probabilities. leave: (R,) total rate out (1 if instant).
    clock: (S,) 1.0 for timed states, else 0.0.
    """

    states: tuple[StateT, ...]
    index: Mapping[StateT, int]
    actions: tuple[str, ...]
    first: IntArray
    cost: FloatArray
    moves: csr_array
    leave: FloatArray
    clock: FloatArray

    @property
    def row_state(self) -> IntArray:
        """State of each row; shape (R,)."""
        return np.repeat(np.arange(len(self.states)), np.diff(self.first))


class Evaluation(NamedTuple):
    """Of a policy: average cost per unit time (NaN if total) and value or bias by state, (S,)."""

    average: float
    values: FloatArray


class Solution(NamedTuple):
    """An optimal policy as row probabilities, (R,), its evaluation, and the iterations it took."""

    policy: FloatArray
    average: float
    values: FloatArray
    iterations: int


def enumerate_states(model: DecisionModel[StateT], *, limit: int = 400_000) -> FiniteMDP[StateT]:
    """Build the arrays by visiting every state reachable from the start. Raises InputError."""
    states: list[StateT] = [model.start]
    index: dict[StateT, int] = {model.start: 0}
    actions: list[str] = []
    first, cost, leave, clock = [0], [], [], []
    entries: list[tuple[float, int, int]] = []
    for state in states:  # grows while it is read
        sorts = set()
        for action in model.actions(state):
            price, flows, timed = model.outcome(state, action)
            _check_outcome(state, action, flows, timed)
            for rate, after in flows:
                if rate == 0:  # leads nowhere: its state need not be reachable
                    continue
                column = index.setdefault(after, len(states))
                if column == len(states):
                    states.append(after)
                entries.append((rate, len(actions), column))
            actions.append(action)
            cost.append(price)
            leave.append(sum(rate for rate, _ in flows) if timed else 1.0)
            sorts.add(timed)
        if len(sorts) != 1 or len(states) > limit:
            rule = f"need actions of one sort, and at most {limit} states"
            raise InputError(f"decision process: {rule}; see {state!r}")
        first.append(len(actions))
        clock.append(float(sorts.pop()))
    rates, rows, columns = zip(*entries, strict=True)
    moves = csr_array(coo_array((rates, (rows, columns)), shape=(len(actions), len(states))))
    arrays = (np.asarray(cost), moves, np.asarray(leave), np.asarray(clock))
    return FiniteMDP(tuple(states), index, tuple(actions), np.asarray(first), *arrays)


def _check_outcome(
    state: object, action: str, flows: Sequence[tuple[float, Hashable]], timed: bool
) -> None:
    total = sum(rate for rate, _ in flows)
    if min((rate for rate, _ in flows), default=0) < 0 or (not timed and total > 1 + 1e-9):
        rule = "rates must be at least 0 and probabilities sum to at most 1"
        raise InputError(f"action {action!r} in {state!r}: {rule}, not {total!r}")


def policy_of(mdp: FiniteMDP[StateT], rule: Rule[StateT]) -> FloatArray:
    """A rule as probabilities over rows, (R,); asked only where there is a choice.

    Raises InputError when the rule answers an action that the state does not allow.
    """
    policy = np.zeros(len(mdp.actions))
    for s, state in enumerate(mdp.states):
        begin, end = int(mdp.first[s]), int(mdp.first[s + 1])
        allowed = mdp.actions[begin:end]
        choice = rule(state, allowed) if end - begin > 1 else allowed[0]
        shares = {choice: 1.0} if isinstance(choice, str) else choice
        if not set(shares) <= set(allowed) or abs(sum(shares.values()) - 1) > 1e-9:
            raise InputError(f"a rule must choose among {allowed} in {state!r}, not {choice!r}")
        for action, share in shares.items():
            policy[begin + allowed.index(action)] += share
    return policy


def table_of(mdp: FiniteMDP[StateT], policy: FloatArray) -> dict[StateT, str]:
    """The likeliest action in every state with a choice."""
    picks = {}
    for s, state in enumerate(mdp.states):
        begin, end = int(mdp.first[s]), int(mdp.first[s + 1])
        if end - begin > 1:
            picks[state] = mdp.actions[begin + int(np.argmax(policy[begin:end]))]
    return picks


def _chain(mdp: FiniteMDP[StateT], policy: FloatArray) -> tuple[csr_array, FloatArray]:
    """The generator under a policy (instant states: P - I), (S, S), and its costs, (S,)."""
    mix = csr_array((policy, (mdp.row_state, np.arange(len(policy)))))
    leave = np.asarray(mix @ mdp.leave)
    return csr_array(mix @ mdp.moves - diags_array(leave)), np.asarray(mix @ mdp.cost)


def _solve(matrix: csc_array, right: FloatArray) -> FloatArray:
    try:
        found = np.asarray(splu(matrix).solve(right))
    except RuntimeError as problem:  # SuperLU: exactly singular
        raise InputError(f"the policy's equations have no single answer: {problem}") from problem
    if not np.all(np.isfinite(found)):
        raise InputError("the policy has no finite value")
    return found


def _closed_classes(generator: csr_array) -> int:
    """Sets of states that, once entered, are never left and never end."""
    links = coo_array(generator)
    links.setdiag(0)
    count, label = connected_components(links, connection="strong")
    crossing = label[links.row[links.data > 0]] != label[links.col[links.data > 0]]
    open_ = np.zeros(count, dtype=bool)
    open_[label[links.row[links.data > 0]][crossing]] = True
    lost = -np.asarray(generator.sum(axis=1))
    open_[label[lost > 1e-9 * np.maximum(1.0, -generator.diagonal())]] = True
    return int(count - open_.sum())


def _replace(matrix: csr_array, column: FloatArray) -> csc_array:
    """The matrix with its first column replaced."""
    kept = csc_array(matrix)[:, 1:].tocoo()
    size = np.arange(len(column))
    data = np.concatenate([column, kept.data])
    rows, columns = np.concatenate([size, kept.row]), np.concatenate([0 * size, kept.col + 1])
    return csc_array(coo_array((data, (rows, columns)), shape=matrix.shape))


def _check_endless(mdp: FiniteMDP[StateT]) -> None:
    lost = np.abs(mdp.moves.sum(axis=1) - mdp.leave)
    if np.any(lost > 1e-9 * np.maximum(1, mdp.leave)):
        raise InputError("an average cost needs a process that never ends; use the total cost")


def evaluate_average(mdp: FiniteMDP[StateT], policy: FloatArray) -> Evaluation:
    """Long-run average cost η and bias h of a policy: c + Qh = η·clock, h(start) = 0.

    Raises InputError when the process ends or splits into several recurrent classes.
    """
    _check_endless(mdp)
    generator, cost = _chain(mdp, policy)
    if (classes := _closed_classes(generator)) != 1:
        raise InputError(f"the policy has no single long-run value: {classes} recurrent classes")
    found = _solve(_replace(-generator, mdp.clock), cost)
    return Evaluation(float(found[0]), np.concatenate([[0.0], found[1:]]))


def evaluate_total(
    mdp: FiniteMDP[StateT], policy: FloatArray, *, discount: float = 0.0
) -> Evaluation:
    """Expected total cost from each state, discounted at rate `discount`: (α·clock - Q) v = c.

    Raises InputError when undiscounted and some state never ends.
    """
    generator, cost = _chain(mdp, policy)
    if discount == 0 and _closed_classes(generator):
        raise InputError("an undiscounted total needs a policy under which every state ends")
    matrix = csc_array(diags_array(discount * mdp.clock) - generator)
    return Evaluation(float("nan"), _solve(matrix, cost))


def visit_rates(mdp: FiniteMDP[StateT], policy: FloatArray) -> FloatArray:
    """Long-run share of time in each timed state, visits per unit time of each instant one; (S,).

    Balance equations xQ = 0 with x·clock = 1, so x·cost is the average cost again. Raises
    InputError.
    """
    _check_endless(mdp)
    generator, _ = _chain(mdp, policy)
    matrix = csc_array(_replace(generator, mdp.clock).T)
    right = np.zeros(len(mdp.states))
    right[0] = 1.0
    return _solve(matrix, right)


def expected_cost(mdp: FiniteMDP[StateT], policy: FloatArray, duration: float) -> float:
    """Expected cost from the start over [0, duration], exactly: V' = c + QV, V(0) = 0.

    Instant states are eliminated first. Raises InputError when the start is instant.
    """
    timed, instant = np.flatnonzero(mdp.clock > 0), np.flatnonzero(mdp.clock == 0)
    if mdp.clock[0] == 0:
        raise InputError("the start must be a timed state")
    generator, cost = _chain(mdp, policy)
    chain, price = csr_array(generator[timed][:, timed]), cost[timed]
    enter, answer = csr_array(generator[timed][:, instant]), generator[instant][:, timed]
    again = csr_array(generator[instant][:, instant] + diags_array(np.ones(len(instant))))
    pay = cost[instant]
    while enter.nnz:  # one more decision in a row at each turn
        chain, price = csr_array(chain + enter @ answer), price + enter @ pay
        enter = csr_array(enter @ again)
        enter.eliminate_zeros()
    size, rates = len(timed), chain.tocoo()
    rows = np.concatenate([rates.row, np.arange(size)])
    columns = np.concatenate([rates.col, np.full(size, size)])
    data = np.concatenate([rates.data, price])
    grown = csr_array(coo_array((data, (rows, columns)), shape=(size + 1, size + 1)))
    last = np.zeros(size + 1)
    last[-1] = 1.0
    return float(expm_multiply(grown * duration, last)[0])


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
    _check_endless(mdp)
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
