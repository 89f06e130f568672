"""A worth in the page's words: what it brings, with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.questions.results import Worth
from experiments.report.answers.numbers import metric_of
from experiments.report.formatting import listing
from experiments.report.verdict.open_journeys import MATERIAL
from experiments.report.verdict.wording import Effect, RunContext, amount, interval, phrase, span
from sim.metrics.metrics import EXPECTED

LUCK = "One replication cannot tell an effect from luck: run more before deciding."


def effect_of(metric: str, worth: Worth, setting: RunContext) -> Effect:
    """Return a worth whose mean is known as the verdict's sentences take it."""
    assert worth.mean is not None
    ends = (worth.mean, worth.low, worth.high, worth.p_holm)
    return Effect(metric_of(metric), *ends, setting.level, worth.n, worth.ties)


def group_of(metric: str) -> str:
    """Return what the verdict calls an objective: `value` beyond the run, or `net` of its days."""
    return "value" if metric == EXPECTED else "net"


def brings(metric: str, worth: Worth, setting: RunContext) -> str:
    """For example `brings $1.20 more per customer`."""
    return phrase(group_of(metric), effect_of(metric, worth, setting), setting)


def ends(metric: str, worth: Worth, setting: RunContext, *, named: bool = False) -> str:
    """For example `0.80 to 1.60`, for a loss as its size."""
    return interval(group_of(metric), effect_of(metric, worth, setting), setting, named=named)


def size(metric: str, worth: Worth, setting: RunContext) -> str:
    """For example `+$1.20`."""
    effect = effect_of(metric, worth, setting)
    sign = "+" if effect.mean > 0 else "\u2212" if effect.mean < 0 else ""
    return sign + amount(group_of(metric), effect, setting)


def range_of(metric: str, worth: Worth, setting: RunContext) -> str:
    """For example `value differs by −0.20 to +0.90 per customer`, with what is to be said of it."""
    return span(group_of(metric), effect_of(metric, worth, setting), setting)


def horizon(metric: str, setting: RunContext) -> str:
    """Say what is counted, as the page's first sentence does."""
    beyond = f", counting what customers are worth beyond {setting.span}"
    return setting.over + (beyond if metric == EXPECTED else "")


def flattered(left_open: Worth | None) -> list[str]:
    """Say that a change looks better than it is, as it leaves more journeys open."""
    if left_open is None or not left_open.shown or (left_open.mean or 0.0) < MATERIAL:
        return []
    return ["It leaves more journeys open at the end, which flatters it."]


def quoted(titles: Sequence[str]) -> str:
    """Return titles as a list in words: `'a', 'b' and 'c'`."""
    return listing([f"'{title}'" for title in titles])


def single(worth: Worth) -> bool:
    """Tell whether there is a mean and no interval."""
    return worth.mean is not None and worth.low is None
