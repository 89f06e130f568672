"""The verdict: what the run says to somebody who has to decide, with its uncertainty.

Pure functions from the statistics to sentences. Strategies are ranked by value that counts what
customers are worth beyond the run (`experiments.report.verdict.worth`); retention and cost are
always said apart. An effect counts as shown when its interval excludes zero and, where given, its
Holm-corrected p-value is below the level (Holm, S. 1979, Scand. J. Statist. 6, 65–70).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from experiments.report.formatting import listing
from experiments.report.metrics import against, direction, headlines
from experiments.report.verdict.open_journeys import open_journeys_sentence, too_early
from experiments.report.verdict.wording import Effect, RunContext, interval, level_of, phrase, span
from experiments.report.verdict.worth import (
    left_out_sentence,
    net_sentence,
    value_sentence,
    yearly_sentence,
)
from sim.metrics.metrics import Metric

RANKING = {
    "value": "value, counting what customers are worth beyond {span}",
    "net": "net value{over}",
    "retention": "retention{over}",
    "cost": "cost{over}",
}
"""What candidates are ranked by, the first that was measured, and what it is called."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict's sentences and what they are about.

    `candidate` is the strategy set against the reference, or None where nothing is compared.
    """

    headline: str
    detail: str
    candidate: str | None


def verdict(
    estimates: pl.DataFrame,
    differences: pl.DataFrame,
    best_sets: pl.DataFrame,
    metrics: Mapping[str, Metric],
    setting: RunContext,
) -> Verdict:
    """The verdict of a run, from its tables (columns as in `experiments.store.results`).

    Where candidate and reference leave other shares of journeys open, and many, it does not say
    which is better but that it is too early, and gives the rest as what was seen so far.
    """
    found = _of_what_was_measured(estimates, differences, best_sets, metrics, setting)
    names = estimates["strategy"].unique(maintain_order=True).to_list()
    left = open_journeys_sentence(estimates, differences, names, setting)
    early = too_early(found.candidate, estimates, differences, setting)
    said = [f"So far: {found.headline}" if early else "", found.detail, left]
    return replace(found, headline=early or found.headline, detail=" ".join(filter(None, said)))


def _of_what_was_measured(
    estimates: pl.DataFrame,
    differences: pl.DataFrame,
    best_sets: pl.DataFrame,
    metrics: Mapping[str, Metric],
    setting: RunContext,
) -> Verdict:
    heads = headlines(metrics, estimates["metric"].unique().to_list())
    names = estimates["strategy"].unique(maintain_order=True).to_list()
    if not heads or not names:
        return Verdict("This run measured neither retention, nor cost, nor net value.", "", None)
    effects = {name: _effects(differences, name, heads, setting) for name in names}
    rivals = [n for n in names if effects[n] and n != setting.reference]
    rivals = [n for n in rivals if n not in setting.bounds] or rivals
    if not rivals or setting.reference is None:
        return _alone(estimates, names, heads, setting)
    group = next(g for g in RANKING if any(g in effects[n] for n in rivals))
    rivals = [n for n in rivals if group in effects[n]]
    candidate = max(rivals, key=lambda n: _rank(effects[n][group]))
    found = effects[candidate]
    if all(effect.low is None for effect in found.values()):
        return _one_replication(candidate, found, setting)
    net, year = net_sentence(found, setting), yearly_sentence(found, setting)
    if "value" in found:
        headline = value_sentence(candidate, found["value"], setting, several=len(rivals) > 1)
        detail = [year, _besides(found, setting), net]
    else:
        headline, detail = _compare(candidate, found, setting), [net, year]
    detail.append(left_out_sentence(found, setting))
    detail.append(_best_sentence(best_sets, heads, names, candidate, setting))
    return Verdict(headline, " ".join(filter(None, detail)), candidate)


def _effects(
    differences: pl.DataFrame, strategy: str, heads: Mapping[str, Metric], setting: RunContext
) -> dict[str, Effect]:
    rows = against(differences, setting.reference).filter(pl.col("strategy") == strategy)
    by_metric = {row["metric"]: row for row in rows.iter_rows(named=True)}
    return {
        group: Effect.of(metric, by_metric[metric.name], setting.level)
        for group, metric in heads.items()
        if metric.name in by_metric
    }


def _rank(effect: Effect) -> float:
    return effect.mean * direction(effect.metric)


def _pair(found: Mapping[str, Effect]) -> list[tuple[str, Effect]]:
    """Retention and cost, which are always said apart; without both whatever was measured."""
    return [(g, found[g]) for g in ("retention", "cost") if g in found] or list(found.items())


def _compare(candidate: str, found: Mapping[str, Effect], setting: RunContext) -> str:
    """Say what the candidate does to retention and cost, as the first sentence."""
    name, reference = setting.title(candidate), setting.title(setting.reference)
    shown = [(g, e) for g, e in _pair(found) if e.shown]
    unclear = [(g, e) for g, e in _pair(found) if not e.shown]
    if not shown:
        between = f"between {name} and {reference}{setting.over}"
        return f"No difference could be shown {between}: {_spans(unclear, setting)}."
    lead, against = name, f"{setting.over} than {reference}"
    if all(effect.good < 0 for _, effect in shown):
        lead = f"No alternative does better than {reference}: the nearest, {name},"
        against = setting.over
    text = f"{lead} {_said(shown, setting, against)}"
    if unclear:
        text += f"; otherwise no difference could be shown: {_spans(unclear, setting)}"
    return text + "."


def _besides(found: Mapping[str, Effect], setting: RunContext) -> str:
    """Say the same after the sentence on value."""
    pair = [(g, e) for g, e in _pair(found) if g != "value"]
    shown = [(g, e) for g, e in pair if e.shown]
    unclear = [(g, e) for g, e in pair if not e.shown]
    parts = []
    if shown:
        parts.append(f"Over {setting.span}, it {_said(shown, setting)}.")
    if unclear:
        spans = _spans(unclear, setting)
        other = "other " if shown else ""
        parts.append(f"Over {setting.span}, no {other}difference could be shown: {spans}.")
    return " ".join(parts)


def _said(
    shown: Sequence[tuple[str, Effect]], setting: RunContext, against: str | None = None
) -> str:
    """The shown effects with their intervals; `against`, in a first sentence, after the first."""
    parts = []
    for i, (group, effect) in enumerate(shown):
        ends = interval(group, effect, setting, named=i == 0 and against is not None)
        said = phrase(group, effect, setting) + ((against or "") if i == 0 else "")
        parts.append(f"{said} ({ends})")
    return (" but " if len({e.good for _, e in shown}) > 1 else " and ").join(parts)


def _spans(unclear: Sequence[tuple[str, Effect]], setting: RunContext) -> str:
    return listing([span(group, effect, setting) for group, effect in unclear])


def _best_sentence(
    best_sets: pl.DataFrame,
    heads: Mapping[str, Metric],
    names: Sequence[str],
    candidate: str,
    setting: RunContext,
) -> str:
    group = next((g for g in RANKING if g in heads), None)
    if group is None or len(names) < 3:
        return ""
    rows = best_sets.filter((pl.col("metric") == heads[group].name) & pl.col("in_best_set"))
    best = set(rows["strategy"].to_list())
    inside = [setting.title(n) for n in names if n in best and n not in setting.bounds]
    on = RANKING[group].format(span=setting.span, over=setting.over)
    if len(inside) < 2:
        return (
            f"On {on}, it is ahead of all others." if inside == [setting.title(candidate)] else ""
        )
    if len(inside) > 4:
        return f"On {on}, {len(inside)} of {len(names)} strategies cannot be told from the best."
    return f"On {on}, {listing(inside)} cannot be told apart as the best."


def _one_replication(candidate: str, found: Mapping[str, Effect], setting: RunContext) -> Verdict:
    said = " and ".join(phrase(g, e, setting) for g, e in _pair(found))
    return Verdict(
        f"In the single replication of this run, {setting.title(candidate)} {said} than "
        f"{setting.title(setting.reference)}{setting.over}.",
        "One replication cannot tell a strategy's effect from luck: run more before deciding.",
        candidate,
    )


def _alone(
    estimates: pl.DataFrame, names: Sequence[str], heads: Mapping[str, Metric], setting: RunContext
) -> Verdict:
    """One strategy's own levels; where several were never compared, there is no verdict."""
    if len(names) > 1:
        return Verdict(
            f"This run holds {len(names)} strategies but compares none with another.",
            "Name a reference to get the differences.",
            None,
        )
    rows = {row["metric"]: row for row in estimates.iter_rows(named=True)}
    parts: list[str] = []
    for group, metric in heads.items():
        row = rows[metric.name]
        if row["mean"] is None or group == "value":  # which has a meaning in differences only
            continue
        effect = Effect(metric, row["mean"], row["low"], row["high"])
        ends = interval(group, effect, setting, named=not parts, flip=False)
        span = f" ({ends})" if effect.low is not None else ""
        over = "" if parts else setting.over
        parts.append(f"{level_of(group, effect, setting)}{over}{span}")
    luck = "" if estimates["low"].is_not_null().any() else " One replication gives no interval."
    more = "With one strategy there is nothing to compare."
    return Verdict(f"{setting.title(names[0])} {listing(parts)}.", more + luck, None)
