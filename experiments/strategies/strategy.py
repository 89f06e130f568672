"""A strategy: channels, information regime, staffing and policy."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator

from experiments.strategies.names import folder_name
from experiments.strategies.staffing import Staffing
from sim.inputs import StrictModel

DecisionKind = Literal["entry", "escalation", "dispatch", "wrap_up", "cancel"]

Name = Annotated[str, Field(max_length=60), AfterValidator(folder_name)]
"""A name that can also be a folder's."""


class PolicyChoice(StrictModel):
    """A policy by registered name or import path, with its parameters."""

    use: str = Field(min_length=1)
    params: dict[str, Any] = Field(default_factory=dict)


class Strategy(StrictModel):
    """Channels, information regime, staffing and policy: what is compared.

    `channels`, `decides` and `regime` default to what the scenario says (all channels, every kind
    that the policy can decide). `staffing` says by team how many people there are, in the simulated
    firm: heads on duty at the busiest moment, or paid hours a week, or a change of them in percent.
    `overrides` is laid over the scenario for this strategy alone. `firm_figures` names the scenario
    whose numbers the policy gets, where the firm's figures are not those of the simulated world;
    nobody's overrides are in them.
    """

    title: str = ""
    regime: str | dict[str, Any] | None = None
    policy: PolicyChoice
    decides: tuple[DecisionKind, ...] | None = None
    channels: tuple[str, ...] | None = Field(default=None, min_length=1)
    staffing: dict[str, Staffing] = Field(default_factory=dict)
    overrides: dict[str, Any] = Field(default_factory=dict)
    firm_figures: str | None = Field(default=None, min_length=1)

    @field_validator("policy", mode="before")
    @classmethod
    def _policy_by_name(cls, value: Any) -> Any:
        return {"use": value} if isinstance(value, str) else value
