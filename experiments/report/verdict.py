"""The verdict: what the run says to somebody who has to decide, with its uncertainty.

Pure functions from the statistics to sentences. Retention and cost are always said apart; net
value comes third. Where a run measures what lies beyond its days (`lifetime_value`), that is said
too and ranks the strategies: in a short run it hardly pays to keep anybody. An effect counts as
shown when its interval excludes zero and, where given, its Holm-corrected p-value is below the
level (Holm, S. 1979, Scand. J. Statist. 6, 65–70).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from experiments.report.censoring import open_journeys_sentence, too_early
from experiments.report.formatting import listing, per
from experiments.report.metrics import LIFETIME, MetricLike, direction, headlines
from experiments.report.wording import (
    Effect,
    Setting,
    amount,
    interval,
    level_of,
    phrase,
    span,
)

RANKING = {
    "lifetime": "expected value",
    "net": "net value",
    "retention": "retention",
    "cost": "cost",
}
"""What candidates are ranked by, the first that was measured, and what it is called."""
MONEY = {
    "net": ("Net of all", "Whether it gains or loses net value"),
    "lifetime": (
        "With customers' expected lifetime value counted too",
        "Whether it does with customers' expected lifetime value counted too",
    ),
}
"""How the sentences on money begin: where the effect is shown, and where it is not."""


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
    metrics: Mapping[str, MetricLike],
    setting: Setting,
) -> Verdict:
    """The verdict of a run, from its tables (columns as in `experiments.results`).

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
    metrics: Mapping[str, MetricLike],
    setting: Setting,
) -> Verdict:
    heads = headlines(metrics, estimates["metric"].unique().to_list())
    names = estimates["strategy"].unique(maintain_order=True).to_list()
    if not heads or not names:
        return Verdict("This run measured neither retention, nor cost, nor net value.", "", None)
    ranked = dict(heads)
    if LIFETIME in metrics and estimates["metric"].eq(LIFETIME).any():
        ranked["lifetime"] = metrics[LIFETIME]
    effects = {name: _effects(differences, name, ranked, setting) for name in names}
    rivals = [n for n in names if effects[n] and n != setting.reference]
    rivals = [n for n in rivals if n not in setting.bounds] or rivals
    if not rivals or setting.reference is None:
        return _alone(estimates, names, heads, setting)
    candidate = max(rivals, key=lambda n: _rank(effects[n]))
    found = effects[candidate]
    if all(effect.low is None for effect in found.values()):
        return _one_replication(candidate, found, setting)
    headline = _compare(candidate, found, setting)
    detail = [
        _money_sentence(group, found, setting, shown=shown, unclear=unclear)
        for group, (shown, unclear) in MONEY.items()
    ]
    best = _best_sentence(best_sets, ranked, names, candidate, setting)
    return Verdict(headline, " ".join(filter(None, [*detail, best])), candidate)


def _effects(
    differences: pl.DataFrame,
    strategy: str,
    heads: Mapping[str, MetricLike],
    setting: Setting,
) -> dict[str, Effect]:
    rows = differences.filter(
        (pl.col("strategy") == strategy)
        & (pl.col("reference") == pl.lit(setting.reference, pl.String))
    )
    by_metric = {row["metric"]: row for row in rows.iter_rows(named=True)}
    found = {}
    for group, metric in heads.items():
        row = by_metric.get(metric.name)
        if row is not None and row["mean"] is not None:
            found[group] = Effect(
                metric,
                row["mean"],
                row["low"],
                row["high"],
                row["p_holm"],
                setting.level,
            )
    return found


def _rank(effects: Mapping[str, Effect]) -> float:
    """Candidates are ranked by the first of these that was measured."""
    for group in RANKING:
        if group in effects:
            effect = effects[group]
            return effect.mean * direction(effect.metric)
    return 0.0


def _compare(candidate: str, found: Mapping[str, Effect], setting: Setting) -> str:
    name, reference = setting.title(candidate), setting.title(setting.reference)
    pair = [(g, found[g]) for g in ("retention", "cost") if g in found] or list(found.items())
    shown = [(g, e) for g, e in pair if e.shown]
    unclear = [(g, e) for g, e in pair if not e.shown]
    if not shown:
        spans = listing([span(g, e, setting) for g, e in unclear])
        return f"No difference could be shown between {name} and {reference}: {spans}."
    lead = name
    if all(effect.good < 0 for _, effect in shown):
        lead = f"No alternative does better than {reference}: the nearest, {name},"
    parts = []
    for i, (group, effect) in enumerate(shown):
        against = f" than {reference}" if i == 0 and lead == name else ""
        ends = interval(group, effect, setting, named=i == 0)
        parts.append(f"{phrase(group, effect, setting)}{against} ({ends})")
    joint = " but " if len({e.good for _, e in shown}) > 1 else " and "
    text = f"{lead} {joint.join(parts)}"
    if unclear:
        text += "; otherwise no difference could be shown: "
        text += listing([span(g, e, setting) for g, e in unclear])
    return text + "."


def _money_sentence(
    group: str, found: Mapping[str, Effect], setting: Setting, *, shown: str, unclear: str
) -> str:
    """Say what is gained or lost beside retention and cost, or that it is open."""
    if group not in found or not {"retention", "cost"} & set(found):
        return ""
    effect = found[group]
    ends = interval(group, effect, setting, named=False)
    unit = f" {per(effect.metric.unit)}" if per(effect.metric.unit) else ""
    if not effect.shown:
        clear = effect.low is not None and effect.high is not None and effect.low * effect.high > 0
        once = " once corrected for many comparisons" if clear else ""
        return f"{unclear} is open{once} ({ends}{unit})."
    verb = "gains" if effect.good > 0 else "loses"
    return f"{shown}, it {verb} {amount(group, effect, setting)}{unit} ({ends})."


def _best_sentence(
    best_sets: pl.DataFrame,
    heads: Mapping[str, MetricLike],
    names: Sequence[str],
    candidate: str,
    setting: Setting,
) -> str:
    group = next((g for g in RANKING if g in heads), None)
    if group is None or len(names) < 3:
        return ""
    rows = best_sets.filter((pl.col("metric") == heads[group].name) & pl.col("in_best_set"))
    best = set(rows["strategy"].to_list())
    inside = [setting.title(n) for n in names if n in best and n not in setting.bounds]
    on = RANKING[group]
    if len(inside) < 2:
        return (
            f"On {on}, it is ahead of all others." if inside == [setting.title(candidate)] else ""
        )
    if len(inside) > 4:
        return f"On {on}, {len(inside)} of {len(names)} strategies cannot be told from the best."
    return f"On {on}, {listing(inside)} cannot be told apart as the best."


def _one_replication(candidate: str, found: Mapping[str, Effect], setting: Setting) -> Verdict:
    pair = [(g, found[g]) for g in ("retention", "cost") if g in found] or list(found.items())
    said = " and ".join(phrase(g, e, setting) for g, e in pair)
    return Verdict(
        f"In the single replication of this run, {setting.title(candidate)} {said} than "
        f"{setting.title(setting.reference)}.",
        "One replication cannot tell a strategy's effect from luck: run more before deciding.",
        candidate,
    )


def _alone(
    estimates: pl.DataFrame,
    names: Sequence[str],
    heads: Mapping[str, MetricLike],
    setting: Setting,
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
        if row["mean"] is None:
            continue
        effect = Effect(metric, row["mean"], row["low"], row["high"])
        ends = interval(group, effect, setting, named=not parts, flip=False)
        span = f" ({ends})" if effect.low is not None else ""
        parts.append(f"{level_of(group, effect, setting)}{span}")
    luck = "" if estimates["low"].is_not_null().any() else " One replication gives no interval."
    more = "With one strategy there is nothing to compare."
    return Verdict(f"{setting.title(names[0])} {listing(parts)}.", more + luck, None)
