"""Sentences on money: what a strategy is worth beyond the run, in its days, and in a year.

What contacts do to customers goes on after a run: in a short one it hardly pays to keep anybody.
The value that counts what customers are worth afterwards therefore comes first, the money of the
run's days second, and where the former was not measured that is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from experiments.report.formatting import is_money
from experiments.report.verdict.wording import Effect, RunContext, amount, caveat, interval, phrase

YEAR_DAYS = 365
CAUTION = {
    (1, -1): "; what it saves now it loses later",
    (1, 0): "; whether it lasts is open",
    (-1, 1): "; it pays back later",
    (-1, 0): "; whether it pays back later is open",
}
"""What is said after the money of the run's days, by its sign and that of the value beyond."""


def value_sentence(candidate: str, effect: Effect, setting: RunContext, *, several: bool) -> str:
    """Say whether the candidate brings more or less than the reference, all counted.

    `several` where it is the best of several alternatives.
    """
    name, reference = setting.title(candidate), setting.title(setting.reference)
    beyond = f", counting what customers are worth beyond {setting.span}"
    ends = interval("value", effect, setting, named=effect.shown)
    if not effect.shown:
        between = f"between {name} and {reference}{setting.over}"
        return (
            f"No difference in value could be shown {between}{beyond} "
            f"({ends}{effect.per}{caveat(effect)})."
        )
    said = phrase("value", effect, setting)
    if effect.good < 0 and several:
        return (
            f"No alternative does better than {reference}: the nearest, {name}, "
            f"{said}{setting.over}{beyond} ({ends})."
        )
    return f"{name} {said} than {reference}{setting.over}{beyond} ({ends})."


def net_sentence(found: Mapping[str, Effect], setting: RunContext) -> str:
    """Say what is gained or lost in the run's days, or that it is open."""
    effect = found.get("net")
    if effect is None or not {"retention", "cost", "value"} & set(found):
        return ""
    ends, unit = interval("net", effect, setting, named=False), effect.per
    value = found.get("value")
    alone = f"of {setting.span} alone" if value is not None else setting.over.strip()
    if not effect.shown:
        what = " ".join(filter(None, ["net value", alone]))
        verb = "rises or falls" if value is not None else "is gained or lost"
        return f"Whether {what} {verb} is open ({ends}{unit}{caveat(effect)})."
    size = amount("net", effect, setting)
    if value is None:
        verb = "gains" if effect.good > 0 else "loses"
        return f"Net of all, it {verb} {size}{unit}{setting.over} ({ends})."
    way = "higher" if effect.mean > 0 else "lower"
    caution = CAUTION.get((effect.good, value.good), "")
    return f"Net value {alone} is {size}{unit} {way} ({ends}){caution}."


def yearly_sentence(found: Mapping[str, Effect], setting: RunContext) -> str:
    """Say what a year makes of it for the whole firm: per customer and day × days × customers.

    The assumption is said: that all days of the year are like those of the run.
    """
    group = next((g for g in ("value", "net") if g in found), None)
    if group is None or setting.firm is None or not setting.days:
        return ""
    effect = found[group]
    if not is_money(effect.metric.unit, setting.currency) or effect.per != " per customer":
        return ""
    whole = setting.firm.customers
    year = _times(effect, whole * YEAR_DAYS / setting.days)
    ends = interval(group, year, setting, named=False)
    firm = f"the whole firm of {whole:,} customers"
    if setting.firm.simulated != whole:
        firm += f" ({setting.firm.simulated:,} simulated)"
    if effect.shown:
        more = "more" if effect.mean > 0 else "less"
        makes = f"{amount(group, year, setting)} {more} a year ({ends})"
    else:
        makes = f"{ends} a year"
    return f"For {firm} that makes {makes}, if a whole year is like {setting.span}."


def left_out_sentence(found: Mapping[str, Effect], setting: RunContext) -> str:
    """Where the value beyond the run was not measured, say what that hides."""
    if not found or "value" in found:
        return ""
    return (
        f"What customers are worth beyond {setting.span} was not measured (set lifetime_value: "
        "true): a strategy that saves now and loses customers later looks better here than it is."
    )


def _times(effect: Effect, factor: float) -> Effect:
    """An effect per customer as one of the whole firm."""
    total = effect.metric._replace(unit="currency")
    low, high = (None if end is None else end * factor for end in (effect.low, effect.high))
    return replace(effect, metric=total, mean=effect.mean * factor, low=low, high=high)
