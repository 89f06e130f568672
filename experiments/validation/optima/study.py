"""A decision problem solved, and its heuristics evaluated, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Protocol

from experiments.validation.optima.mdp import (
    DecisionModel,
    FiniteMDP,
    FloatArray,
    Rule,
    enumerate_states,
    evaluate_average,
    evaluate_total,
    policy_of,
    solve_average,
    solve_total,
    table_of,
)
from experiments.validation.optima.mdp.build import StateT


class DecisionProblem(DecisionModel[StateT], Protocol[StateT]):
    """What `study` needs: a decision model with heuristics and a discount."""

    @property
    def discount(self) -> float | None:
        """None for a long-run average, else a rate per unit time."""

    def rules(self) -> dict[str, Rule[StateT]]:
        """Heuristics by name."""


@dataclass(frozen=True)
class Study(Generic[StateT]):
    """A problem solved: its process, the optimal rows (R,), cost and table, each rule's exact cost.

    Costs are per unit time (long-run), or discounted totals from the start when the problem has a
    discount.
    """

    mdp: FiniteMDP[StateT]
    policy: FloatArray
    optimum: float
    table: Mapping[StateT, str]
    rules: Mapping[str, float]

    def gap(self, cost: float) -> float:
        """Optimality gap of a cost, as a share of the optimum's size."""
        return (cost - self.optimum) / abs(self.optimum)


def cost_of(problem: DecisionProblem[StateT], mdp: FiniteMDP[StateT], policy: FloatArray) -> float:
    """Exact cost of any policy, rows (R,), on the problem's own criterion. Raises InputError."""
    if problem.discount is None:
        return evaluate_average(mdp, policy).average
    return float(evaluate_total(mdp, policy, discount=problem.discount).values[0])


def study(problem: DecisionProblem[StateT]) -> Study[StateT]:
    """Solve a problem and evaluate its heuristics exactly. Raises InputError."""
    mdp = enumerate_states(problem)
    policies = {name: policy_of(mdp, rule) for name, rule in problem.rules().items()}
    costs = {name: cost_of(problem, mdp, policy) for name, policy in policies.items()}
    begin = policies[min(costs, key=lambda name: costs[name])]
    if problem.discount is None:
        best = solve_average(mdp, begin=begin)
        optimum = best.average
    else:
        best = solve_total(mdp, discount=problem.discount, begin=begin)
        optimum = float(best.values[0])
    return Study(mdp, best.policy, optimum, table_of(mdp, best.policy), costs)
