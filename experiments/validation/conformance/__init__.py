"""The conformance suite: does a policy keep to what the simulator asks of every policy?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.faces import lazy

if TYPE_CHECKING:
    from experiments.validation.conformance.suite import cases, check_policy, require

__all__ = ["cases", "check_policy", "require"]
__getattr__, __dir__ = lazy(
    __name__, {"experiments.validation.conformance.suite": ["cases", "check_policy", "require"]}
)
