"""Phrases of the verdict: one effect, said in plain words with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from experiments.report.formatting import (
    Scale,
    decimals_for,
    difference_scale,
    is_money,
    per,
    scale_for,
    title,
)
from experiments.report.metrics import MetricLike, direction


@dataclass(frozen=True, slots=True)
class Size:
    """Customers of the whole firm, and those of them that are simulated."""

    customers: int
    simulated: int


@dataclass(frozen=True, slots=True)
class Setting:
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
    """A paired difference (strategy minus reference) on one metric, in the metric's unit."""

    metric: MetricLike
    mean: float
    low: float | None
    high: float | None
    p_holm: float | None = None
    level: float = 0.95

    @property
    def shown(self) -> bool:
        """Whether the difference can be told from zero."""
        if self.low is None or self.high is None or self.low <= 0 <= self.high:
            return False
        return self.p_holm is None or self.p_holm < 1 - self.level + 1e-12

    @property
    def good(self) -> int:
        """+1 shown to be better than the reference, -1 shown to be worse, 0 not shown."""
        sign = (self.mean > 0) - (self.mean < 0)
        return sign * direction(self.metric) if self.shown else 0


def level_of(group: str, effect: Effect, setting: Setting) -> str:
    """For example `keeps 912 of 1,000 customers`; `effect` holds a level here."""
    if _per_thousand(group, effect.metric):
        return f"keeps {amount(group, effect, setting)} of 1,000 customers"
    unit = f" {per(effect.metric.unit)}" if per(effect.metric.unit) else ""
    verb = {"retention": "reaches", "cost": "costs", "net": "is worth, net of all,"}[group]
    return f"{verb} {amount(group, effect, setting, signed=group == 'net')}{unit}"


def phrase(group: str, effect: Effect, setting: Setting) -> str:
    """For example `keeps 31 more customers per 1,000`."""
    size = amount(group, effect, setting)
    up = effect.mean > 0
    unit = f" {per(effect.metric.unit)}" if per(effect.metric.unit) else ""
    if _per_thousand(group, effect.metric):
        return f"keeps {size} {'more' if up else 'fewer'} customers per 1,000"
    if group == "cost":
        return f"costs {size} {'more' if up else 'less'}{unit}"
    if group == "net":
        return f"earns {size} {'more' if up else 'less'} net{unit}"
    if group == "value":
        return f"brings {size} {'more' if up else 'less'}{unit}"
    return f"has {effect.metric.label.lower()} {size} {'higher' if up else 'lower'}{unit}"


def span(group: str, effect: Effect, setting: Setting) -> str:
    """For example `retention differs by −3 to +5 customers per 1,000`."""
    ends = interval(group, effect, setting, named=False)
    noun = {"cost": "cost", "net": "net value", "value": "value"}.get(
        group, effect.metric.label.lower()
    )
    unit = per(effect.metric.unit)
    if _per_thousand(group, effect.metric):
        noun, unit = "retention", "customers per 1,000"
    if effect.low == effect.high == 0:
        return f"{noun} is exactly the same"
    text = f"{noun} differs by {ends}{f' {unit}' if unit else ''}"
    if effect.low is not None and effect.high is not None and not effect.low <= 0 <= effect.high:
        text += ", which is no longer clear of zero when corrected for many comparisons"
    return text


def _per_thousand(group: str, metric: MetricLike) -> bool:
    return group == "retention" and metric.unit == "share"


def amount(group: str, effect: Effect, setting: Setting, *, signed: bool = False) -> str:
    """The size of an effect with its unit's affixes; with its sign if `signed`."""
    mean = effect.mean if signed else abs(effect.mean)
    return _show(group, effect, setting, [mean], signed=False)[0]


def interval(
    group: str, effect: Effect, setting: Setting, *, named: bool, flip: bool = True
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
    group: str,
    effect: Effect,
    setting: Setting,
    values: Sequence[float],
    *,
    signed: bool,
) -> list[str]:
    half = None
    if effect.low is not None and effect.high is not None:
        half = (effect.high - effect.low) / 2
    if _per_thousand(group, effect.metric):
        # A person is not divisible, so no decimals unless the interval is narrower than one.
        decimals = 0 if half is None or half * 1000 >= 1 else 1
        scale = Scale(1000.0, "", "", "")
        return [scale.show(v, decimals, signed=signed) for v in values]
    scale = difference_scale(
        scale_for(effect.metric.unit, [effect.mean, effect.low, effect.high], setting.currency)
    )
    decimals = decimals_for([effect.mean], [half], scale.factor)
    if is_money(effect.metric.unit, setting.currency) and scale.factor == 1:
        decimals = 2 if decimals else 0
    return [scale.show(v, decimals, signed=signed) for v in values]
