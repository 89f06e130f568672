"""Finite Markov decision processes in continuous time, solved exactly with sparse linear algebra.

States are of two sorts. In a *timed* state the process waits: an action sets transition rates and a
cost rate. In an *instant* state a decision is asked and no time passes: an action has a cost and
transition probabilities (what is missing to 1 ends the process). A discrete-time process is one of
timed states whose rates are probabilities; a discount β per step is a factor β on them.

Costs are minimised; a gain is a negative cost. Source: Puterman (1994), Markov Decision Processes,
ch. 8 and 11; Bertsekas (2012), Dynamic Programming and Optimal Control II, ch. 5.
"""

from experiments.validation.optima.mdp.build import (
    Consequence,
    DecisionModel,
    FiniteMDP,
    FloatArray,
    Rule,
    enumerate_states,
    policy_of,
    table_of,
)
from experiments.validation.optima.mdp.evaluate import (
    Evaluation,
    evaluate_average,
    evaluate_total,
    expected_cost,
    visit_rates,
)
from experiments.validation.optima.mdp.improve import (
    Solution,
    relative_value_iteration,
    solve_average,
    solve_total,
)

__all__ = [
    "Consequence",
    "DecisionModel",
    "Evaluation",
    "FiniteMDP",
    "FloatArray",
    "Rule",
    "Solution",
    "enumerate_states",
    "evaluate_average",
    "evaluate_total",
    "expected_cost",
    "policy_of",
    "relative_value_iteration",
    "solve_average",
    "solve_total",
    "table_of",
    "visit_rates",
]
