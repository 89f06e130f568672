"""Policies: who decides what happens next to a customer.

    >>> import policies, sim
    >>> scenario = sim.load_scenario("helpdesk")
    >>> rule = policies.make("least_expected_wait", scenario)
    >>> world = sim.simulate(scenario, days=1, policy=rule, seed=1)

A policy of your own is a subclass of `Policy` with a method for each kind of decision that it
takes, and a pydantic `Field` for each number that may be set or tuned. `make` builds a policy by
name or import path (`names` lists those that ship, `describe` says what each does, `find` gives the
class). `ModelPolicy` is the base of a model that was trained elsewhere. What is wrong is said by a
`sim.InputError`. The names are imported when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.faces import lazy

if TYPE_CHECKING:
    from policies.base import ActionValues, Policy
    from policies.learned.own_model import ModelPolicy
    from policies.parameters import ByChannel, ByIntent, BySegment, LogScaled
    from policies.registry import Description, describe, find, make, names

__all__ = [
    "ActionValues",
    "ByChannel",
    "ByIntent",
    "BySegment",
    "Description",
    "LogScaled",
    "ModelPolicy",
    "Policy",
    "describe",
    "find",
    "make",
    "names",
]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "policies.base": ["ActionValues", "Policy"],
        "policies.learned.own_model": ["ModelPolicy"],
        "policies.parameters": ["ByChannel", "ByIntent", "BySegment", "LogScaled"],
        "policies.registry": ["Description", "describe", "find", "make", "names"],
    },
)
