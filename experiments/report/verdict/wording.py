"""Phrases of the verdict: one effect, said in plain words with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from experiments.report.formatting import (
    Scale,
    decimals_for,
    difference_scale,
    half_width,
    per,
    scale_for,
    title,
    visible,
)
from experiments.report.metrics import direction
from experiments.statistics.student import CLAIM_FROM
from sim.metrics.metrics import Metric


@dataclass(frozen=True, slots=True)
class Size:
    """Customers of the whole firm, and those of them that are simulated."""

    customers: int
    simulated: int


@dataclass(frozen=True, slots=True)
class RunContext:
    """What the sentences need to know about the run.

    `bounds` are strategies that see hidden state: measured, never recommended. `level` is the
    intervals' coverage (0–1), `days` the time that is measured, `firm` its size where known.
    """

    reference: str | None
    days: float | None = None
    currency: str = ""
    level: float = 0.95
    bounds: frozenset[str] = frozenset()
    titles: Mapping[str, str] = field(default_factory=dict)
    firm: Size | None = None

    @property
    def over(self) -> str:
        """For example ` over 28 days`, to follow what was measured in them."""
        return f" over {self._days}" if self.days else ""

    @property
    def span(self) -> str:
        """For example `the 28 days`."""
        return f"the {self._days}" if self.days else "the run's days"

    @property
    def _days(self) -> str:
        days = self.days or 0.0
        return "1 day" if days == 1 else f"{days:,.10g} days"

    def title(self, name: str | None) -> str:
        """The strategy's title, by default from its name."""
        return self.titles.get(name or "") or title(name or "")


@dataclass(frozen=True, slots=True)
class Effect:
    """A paired difference (strategy minus reference) on one metric, in the metric's unit.

    `n` pairs of replications, of which `ties` have the same value on both sides; None: not known.
    """

    metric: Metric
    mean: float
    low: float | None
    high: float | None
    p_holm: float | None = None
    level: float = 0.95
    n: int | None = None
    ties: int | None = None

    @classmethod
    def of(cls, metric: Metric, row: Mapping[str, Any], level: float = 0.95) -> Effect:
        """The effect in a row of the table `differences` (its mean must be known)."""
        ends = (row["mean"], row["low"], row["high"], row["p_holm"])
        return cls(metric, *ends, level, row.get("n"), row.get("ties"))

    @property
    def shown(self) -> bool:
        """Whether the difference can be told from zero; never from fewer than three pairs."""
        if self.low is None or self.high is None or self.low <= 0 <= self.high:
            return False
        if self.n is not None and self.n < CLAIM_FROM:
            return False
        return self.p_holm is None or self.p_holm < 1 - self.level + 1e-12

    @property
    def same(self) -> bool:
        """Whether both had the same value in every replication."""
        if self.n and self.ties is not None:
            return self.ties == self.n
        return self.mean == 0 and self.low == self.high == 0

    @property
    def per(self) -> str:
        """For example ` per customer`, to follow an amount."""
        unit = per(self.metric.unit)
        return f" {unit}" if unit else ""

    @property
    def good(self) -> int:
        """+1 shown to be better than the reference, -1 shown to be worse, 0 not shown."""
        sign = (self.mean > 0) - (self.mean < 0)
        return sign * direction(self.metric) if self.shown else 0


def level_of(group: str, effect: Effect, setting: RunContext) -> str:
    """For example `keeps 912 of 1,000 customers`; `effect` holds a level here."""
    if _per_thousand(group, effect.metric):
        return f"keeps {amount(group, effect, setting)} of 1,000 customers"
    verb = {"retention": "reaches", "cost": "costs", "net": "is worth, net of all,"}[group]
    return f"{verb} {amount(group, effect, setting, signed=group == 'net')}{effect.per}"


def phrase(group: str, effect: Effect, setting: RunContext) -> str:
    """For example `keeps 31 more customers per 1,000`; `than …` may follow."""
    if _per_thousand(group, effect.metric):
        size = _size(group, effect, setting, "more", "fewer")
        return f"keeps {size} customers per 1,000"
    money = {"cost": "costs {}", "net": "earns {} net", "value": "brings {}"}
    if group in money:
        return money[group].format(_size(group, effect, setting, "more", "less")) + effect.per
    label = effect.metric.label.lower()
    return f"has {label} {_size(group, effect, setting, 'higher', 'lower')}{effect.per}"


def _size(group: str, effect: Effect, setting: RunContext, more: str, less: str) -> str:
    """For example `31 more`; `no more and no fewer` where there is nothing to tell."""
    size = amount(group, effect, setting)
    if not any(digit in size for digit in "123456789"):
        return f"no {more} and no {less}"
    return f"{size} {more if effect.mean > 0 else less}"


def span(group: str, effect: Effect, setting: RunContext) -> str:
    """For example `retention differs by −3 to +5 customers per 1,000`."""
    ends = interval(group, effect, setting, named=False)
    nouns = {"cost": "cost", "net": "net value", "value": "value"}
    noun, unit = nouns.get(group, effect.metric.label.lower()), effect.per
    if _per_thousand(group, effect.metric):
        noun, unit = "retention", " customers per 1,000"
    if effect.same:
        number = "both" if effect.n == 2 else f"all {effect.n}" if effect.n else "all"
        return f"{noun} is the same in {number} replications"
    return f"{noun} differs by {ends}{unit}{caveat(effect)}"


def caveat(effect: Effect) -> str:
    """Why an effect whose interval leaves out zero is not shown all the same; else empty."""
    if effect.shown or effect.low is None or effect.high is None or effect.low <= 0 <= effect.high:
        return ""
    if effect.n is not None and effect.n < CLAIM_FROM:
        return f", which needs {CLAIM_FROM} replications to be shown"
    return ", which is no longer clear of zero when corrected for many comparisons"


def _per_thousand(group: str, metric: Metric) -> bool:
    return group == "retention" and metric.unit == "share"


def amount(group: str, effect: Effect, setting: RunContext, *, signed: bool = False) -> str:
    """The size of an effect with its unit's affixes; with its sign if `signed`."""
    mean = effect.mean if signed else abs(effect.mean)
    return _show(group, effect, setting, [mean], signed=False)[0]


def interval(
    group: str, effect: Effect, setting: RunContext, *, named: bool, flip: bool = True
) -> str:
    """For example `95% interval 24 to 38`.

    With `flip`, a shown fall is given as its size, as in `costs 1.20 less (0.80 to 1.60)`.
    """
    if effect.low is None or effect.high is None:
        return "no interval"
    ends = sorted([effect.low, effect.high])
    if flip and effect.shown and effect.mean < 0:
        ends = sorted([-effect.low, -effect.high])
    low, high = _show(group, effect, setting, ends, signed=not effect.shown)
    label = f"{setting.level * 100:g}% interval " if named else ""
    return f"{label}{low} to {high}"


def _show(
    group: str, effect: Effect, setting: RunContext, values: Sequence[float], *, signed: bool
) -> list[str]:
    half = half_width(effect.low, effect.high)
    if _per_thousand(group, effect.metric):
        scale = Scale(1000.0, "", "", "")
        # A person is not divisible, so no decimals unless the interval is narrower than one.
        whole = half is None or half * 1000 >= 1
        decimals = 0 if whole else max(1, decimals_for([], [half], scale.factor))
    else:
        ends = [effect.mean, effect.low, effect.high]
        scale = difference_scale(scale_for(effect.metric.unit, ends, setting.currency))
        decimals = scale.decimals([effect.mean], [half])
    # What is not nothing is never shown as 0.
    decimals = visible(max(map(abs, values)), decimals, scale.factor)
    return [scale.show(v, decimals, signed=signed) for v in values]
