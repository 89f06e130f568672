"""What a config may ask the page besides the differences: fronts, and gaps to a bound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from sim.inputs import StrictModel, nearest


class Family(StrictModel):
    """Strategies that differ in a weight between two goals: one curve of the front.

    Either `members` names declared strategies (such as policies trained under several weights), or
    `of` names one whose policy's parameters are swept: the lists of `sweep` go along each other,
    so the first member has the first value of every list.
    """

    title: str = ""
    members: tuple[str, ...] = ()
    of: str = ""
    sweep: dict[str, Annotated[tuple[Any, ...], Field(min_length=1)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.members) == bool(self.of):
            raise ValueError("give either members, or of with sweep")
        if bool(self.of) != bool(self.sweep):
            raise ValueError("sweep needs of, and of needs sweep")
        lengths = {name: len(values) for name, values in self.sweep.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"sweep: lists must be of one length; got {lengths}")
        return self

    def points(self) -> list[dict[str, Any]]:
        """Return the swept parameters of each member, in order."""
        length = max((len(values) for values in self.sweep.values()), default=0)
        return [{name: of[i] for name, of in self.sweep.items()} for i in range(length)]

    def words(self, place: int) -> str:
        """Return the parameters of a member in words; empty without a sweep."""
        if not self.of:
            return ""
        point = self.points()[place]
        return ", ".join(f"{name.replace('_', ' ')} {_show(v)}" for name, v in point.items())

    def names(self) -> list[str]:
        """Return the names of the strategies in this family."""
        return list(self.members) or [f"{self.of} w{i + 1}" for i in range(len(self.points()))]


class Pareto(StrictModel):
    """Two metrics between which families of strategies trade."""

    metrics: tuple[str, str] = ("retention", "cost_per_customer")
    families: dict[str, Family] = Field(min_length=1)


class Gap(StrictModel):
    """How much of the way from the best rule to a bound each policy goes.

    `metric` is a metric of which more is better, or a weighted sum of metrics. The best of `rules`
    is the one with the largest mean in the run itself, which favours the rules.
    """

    metric: str | Annotated[dict[str, float], Field(min_length=1)] = "net_value_per_customer"
    rules: tuple[str, ...] = Field(min_length=1)
    policies: tuple[str, ...] = Field(min_length=1)
    bound: str

    @property
    def weights(self) -> dict[str, float]:
        """The weight of each metric."""
        return {self.metric: 1.0} if isinstance(self.metric, str) else dict(self.metric)


def swept(pareto: Pareto | None, strategies: Mapping[str, Any]) -> dict[str, Any]:
    """Return the strategies with those of the sweeps, which are made from the named ones.

    Raises:
        ValueError: a family names a strategy that is not declared.
    """
    every = dict(strategies)
    for key, family in (pareto.families if pareto else {}).items():
        where = f"pareto.families.{key}"
        _known(f"{where}.of", [family.of] if family.of else [], strategies)
        for place, (name, params) in enumerate(zip(family.names(), family.points(), strict=False)):
            base = strategies[family.of]
            policy = base.policy.model_copy(update={"params": {**base.policy.params, **params}})
            title = f"{base.title or family.of} {place + 1}"
            every.setdefault(name, base.model_copy(update={"title": title, "policy": policy}))
        _known(f"{where}.members", family.members, every)
    return every


def check_gap(gap: Gap | None, strategies: Mapping[str, Any]) -> None:
    """Refuse a gap between strategies that are not declared.

    Raises:
        ValueError: names the key and the nearest strategy.
    """
    if gap is not None:
        _known("gap.rules", gap.rules, strategies)
        _known("gap.policies", gap.policies, strategies)
        _known("gap.bound", [gap.bound], strategies)


def _known(where: str, names: Any, strategies: Mapping[str, Any]) -> None:
    for name in names:
        if name not in strategies:
            hint = nearest(name, strategies)
            raise ValueError(f"{where}: must be one of the strategies; got '{name}'{hint}")


def _show(value: Any) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)
