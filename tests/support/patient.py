"""A user's policy with a parameter of every kind."""

from policies.base import Policy
from policies.parameters import parameter


class Patient(Policy):
    """Waits."""

    reads = frozenset({"loads"})
    wait_s: float = parameter(60.0, low=0.0, high=600.0)
    tries: int = parameter(2, low=1, high=5)
    polite: bool = parameter(True)
    mode: str = parameter("slow", choices=("slow", "fast"))
    cost: dict[str, float] = parameter({}, low=0.0, high=10.0, keys="intents")

    def entry(self, view):
        return view.actions[-1]
