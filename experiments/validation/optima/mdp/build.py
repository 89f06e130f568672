"""Decision processes as arrays: states, actions, costs and moves."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from sim.errors import InputError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
StateT = TypeVar("StateT", bound=Hashable)
# What a rule answers: one action, or probabilities over actions.
Choice = str | Mapping[str, float]
Rule = Callable[[StateT, Sequence[str]], Choice]


class Consequence(NamedTuple, Generic[StateT]):
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

    def outcome(self, state: StateT, action: str) -> Consequence[StateT]:
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
