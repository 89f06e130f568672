"""A user's policy with a parameter of every kind."""

from typing import Annotated, Literal

from pydantic import Field

from policies import ByIntent, Policy


class Patient(Policy):
    """Waits."""

    reads = frozenset({"loads"})
    wait_s: float = Field(60.0, ge=0.0, le=600.0)
    tries: int = Field(2, ge=1, le=5)
    polite: bool = Field(True)
    mode: Literal["slow", "fast"] = Field("slow")
    cost: ByIntent[Annotated[float, Field(ge=0.0, le=10.0)]] = Field({})

    def entry(self, view):
        return view.actions[-1]
