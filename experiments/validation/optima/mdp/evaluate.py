"""Exact values of a given policy, by sparse linear algebra."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array, csc_array, csr_array, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import expm_multiply, splu

from experiments.validation.optima.mdp.build import FiniteMDP, FloatArray, StateT
from sim.errors import InputError


class Evaluation(NamedTuple):
    """Of a policy: average cost per unit time (NaN if total) and value or bias by state, (S,)."""

    average: float
    values: FloatArray


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


def check_endless(mdp: FiniteMDP[StateT]) -> None:
    """Raise InputError when some action may end the process."""
    lost = np.abs(mdp.moves.sum(axis=1) - mdp.leave)
    if np.any(lost > 1e-9 * np.maximum(1, mdp.leave)):
        raise InputError("an average cost needs a process that never ends; use the total cost")


def evaluate_average(mdp: FiniteMDP[StateT], policy: FloatArray) -> Evaluation:
    """Long-run average cost η and bias h of a policy: c + Qh = η·clock, h(start) = 0.

    Raises InputError when the process ends or splits into several recurrent classes.
    """
    check_endless(mdp)
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
    check_endless(mdp)
    generator, _ = _chain(mdp, policy)
    matrix = csc_array(_replace(generator, mdp.clock).T)
    right = np.zeros(len(mdp.states))
    right[0] = 1.0
    return _solve(matrix, right)


def expected_cost(
    mdp: FiniteMDP[StateT], policy: FloatArray, duration: float, *, discount: float = 0.0
) -> float:
    """Expected (discounted) cost from the start over [0, duration]: V' = c + (Q-α)V, V(0) = 0.

    Instant states are eliminated first. Raises InputError when the start is instant.
    """
    timed, instant = np.flatnonzero(mdp.clock > 0), np.flatnonzero(mdp.clock == 0)
    if mdp.clock[0] == 0:
        raise InputError("the start must be a timed state")
    generator, cost = _chain(mdp, policy)
    chain, price = csr_array(generator[timed][:, timed]), cost[timed]
    if len(instant):
        # What a visit to an instant state costs in the end, and where it leads.
        decide = splu(csc_array(-generator[instant][:, instant]))
        enter = generator[timed][:, instant]
        answer = csr_array(decide.solve(generator[instant][:, timed].toarray()))
        price = price + enter @ decide.solve(cost[instant])
        chain = csr_array(chain + enter @ answer)
    size = len(timed)
    rates = coo_array(chain - diags_array(np.full(size, discount)))
    rows = np.concatenate([rates.row, np.arange(size)])
    columns = np.concatenate([rates.col, np.full(size, size)])
    data = np.concatenate([rates.data, price])
    grown = csr_array(coo_array((data, (rows, columns)), shape=(size + 1, size + 1)))
    last = np.zeros(size + 1)
    last[-1] = 1.0
    return float(expm_multiply(grown * duration, last)[0])
