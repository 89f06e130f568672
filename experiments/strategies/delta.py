"""A delta: what is to be changed in a strategy, and the strategy that comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field, field_validator

from experiments.strategies.staffing import Staffing
from experiments.strategies.strategy import DecisionKind, PolicyChoice, Strategy
from sim.inputs import StrictModel, merge, overlay
from sim.inputs.compose import EXTENDS

Path = tuple[str, ...]


class PolicyDelta(StrictModel):
    """Another policy (`use`), or other parameters (`params`, laid over those there are)."""

    use: str | None = Field(default=None, min_length=1)
    params: dict[str, Any] = Field(default_factory=dict)

    def applied(self, base: PolicyChoice) -> PolicyChoice:
        """Return the policy that comes out."""
        if self.use is not None:
            return PolicyChoice(use=self.use, params=self.params)
        return base.model_copy(update={"params": merge(base.params, self.params)})


class Delta(StrictModel):
    """Changes of a strategy, with the keys of one.

    `overrides` and `staffing` are laid over the strategy's own; so is a `regime` given as a mapping
    (its other keys stay as they are), while one given by name replaces it; `policy` by name
    replaces the policy, with `params` alone it keeps it. The rest is replaced.
    """

    title: str = ""
    regime: str | dict[str, Any] | None = None
    policy: PolicyDelta | None = None
    decides: tuple[DecisionKind, ...] | None = None
    channels: tuple[str, ...] | None = Field(default=None, min_length=1)
    staffing: dict[str, Staffing] = Field(default_factory=dict)
    overrides: dict[str, Any] = Field(default_factory=dict)
    firm_figures: str | None = Field(default=None, min_length=1)

    @field_validator("policy", mode="before")
    @classmethod
    def _policy_by_name(cls, value: Any) -> Any:
        return {"use": value} if isinstance(value, str) else value

    def applied(self, base: Strategy) -> Strategy:
        """Return a strategy with these changes."""
        changes: dict[str, Any] = {
            name: value
            for name in ("decides", "channels", "firm_figures")
            if (value := getattr(self, name)) is not None
        }
        if self.regime is not None:
            changes["regime"] = _regime(base.regime, self.regime)
        if self.policy is not None:
            changes["policy"] = self.policy.applied(base.policy)
        changes["staffing"] = {**base.staffing, **self.staffing}
        changes["overrides"] = overlay(base.overrides, self.overrides)
        return base.model_copy(update=changes)

    def paths(self) -> set[Path]:
        """Return the keys that are set, as paths from a strategy."""
        found: set[Path] = {
            (name,)
            for name in ("decides", "channels", "firm_figures")
            if getattr(self, name) is not None
        }
        if self.policy is not None:
            whole = self.policy.use is not None
            found |= {("policy",)} if whole else {("policy", p) for p in self.policy.params}
        if self.regime is not None:
            found |= set(_leaves(self.regime, ("regime",)))
        # Staffing is carried out by the teams' factors.
        found |= {("overrides", "teams", team, "agents_factor") for team in self.staffing}
        return found | {path for path in _leaves(self.overrides, ("overrides",)) if len(path) > 1}


def clash(first: Delta, second: Delta) -> Path | None:
    """Return a key that both deltas set, so that they cannot be had together; None without."""
    for one in sorted(first.paths()):
        for other in sorted(second.paths()):
            shorter, longer = sorted((one, other), key=len)
            if longer[: len(shorter)] == shorter:
                return longer
    return None


def _regime(base: str | dict[str, Any] | None, change: str | dict[str, Any]) -> Any:
    if isinstance(change, str) or EXTENDS in change:
        return change
    if isinstance(base, str):
        return {EXTENDS: base, **change}
    return merge({"of": base or {}}, {"of": change}, (("of",),))["of"]


def _leaves(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, Mapping) and value:
        for key, child in value.items():
            yield from _leaves(child, (*path, str(key)))
    else:
        yield path
