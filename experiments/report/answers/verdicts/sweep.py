"""The verdict on `sweep`: from where on something pays, who is ahead where."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.questions.results import Crossing, Point, SweepAnswer
from experiments.report.answers.numbers import metric_of, place
from experiments.report.answers.sentences import crossing_sentence, still_sentences
from experiments.report.answers.verdicts.phrases import (
    LUCK,
    brings,
    ends,
    range_of,
    single,
)
from experiments.report.formatting import listing
from experiments.report.verdict.wording import RunContext


def sweep_verdict(answer: SweepAnswer, setting: RunContext) -> list[str]:
    """Say which strategy is ahead where; of one strategy, from where on it pays."""
    if all(single(point.worth[answer.metrics[0]]) for point in answer.points):
        said = _single(answer, setting)
    elif len(answer.strategies) == 1:
        said = [] if answer.unmoved else _alone(answer, setting)
    else:
        said = _ahead(answer, setting) if len(answer.axes) == 1 else _map(answer, setting)
    still = still_sentences(answer, setting.title)
    return [*still, *said] if len(still) == len(answer.strategies) else [*said, *still]


def _single(answer: SweepAnswer, setting: RunContext) -> list[str]:
    """Say where the best mean is, and that it proves nothing."""
    metric = answer.metrics[0]
    best = max(answer.points, key=lambda point: point.worth[metric].mean or 0.0)
    name = setting.title(best.strategy)
    return [f"In the single replication, {name} does best {_where(best, answer)}.", LUCK]


def _ahead(answer: SweepAnswer, setting: RunContext) -> list[str]:
    """Say who leads at both ends of the only axis, and where they change places."""
    x = answer.axes[0].x
    first, last = (_leader(answer, at) for at in ((x[0],), (x[-1],)))
    if first is None or last is None:
        return []
    pairs = _crossings(answer, first, last if last != first else None)
    if first != last:
        return [crossing_sentence(pairs[0], answer, setting.title)]
    ahead = listing([setting.title(_other(c, first)) for c in pairs if c.apart])
    name, key = setting.title(first), answer.axes[0].key
    label = metric_of(answer.metrics[0]).label.lower()
    if all(crossing.apart for crossing in pairs):
        return [f"Whatever {key} is in the range, {name} is ahead of {ahead} in {label}."]
    said = [crossing_sentence(c, answer, setting.title) for c in pairs if not c.apart]
    if ahead:
        said.append(f"{name} is ahead of {ahead} over the whole range.")
    return said


def _crossings(answer: SweepAnswer, first: str, other: str | None) -> list[Crossing]:
    """Return the objective's crossings of a strategy with another, or with every other."""
    return [
        c
        for c in answer.crossings
        if c.metric == answer.metrics[0]
        and first in (c.first, c.second)
        and (other is None or other in (c.first, c.second))
    ]


def _other(crossing: Crossing, name: str) -> str:
    return crossing.second if crossing.first == name else crossing.first


def _leader(answer: SweepAnswer, at: tuple[float, ...]) -> str | None:
    metric = answer.metrics[0]
    here = [p for p in answer.points if p.at == at and p.worth[metric].mean is not None]
    return max(here, key=lambda p: p.worth[metric].mean or 0.0).strategy if here else None


def _map(answer: SweepAnswer, setting: RunContext) -> list[str]:
    """Say at how many combinations of two keys each strategy has the best mean, and is shown."""
    every = list(dict.fromkeys(point.at for point in answer.points))
    leads = {at: _leader(answer, at) for at in every}
    count = {n: sum(leader == n for leader in leads.values()) for n in answer.strategies}
    label = metric_of(answer.metrics[0]).label.lower()
    parts = [f"{setting.title(n)} at {count[n]}" for n in answer.strategies if count[n]]
    clear = sum(leads[at] is not None and _is_clear(answer, at, leads[at]) for at in every)
    only = [setting.title(n) for n in answer.strategies if count[n] == len(every)]
    if only:
        return [
            f"{only[0]} has the best mean in {label} at all {len(every)} combinations; at {clear} "
            "it can be told from all others."
        ]
    return [
        f"Of {len(every)} combinations the best mean in {label} is that of {listing(parts)}; at "
        f"{clear} it can be told from all others."
    ]


def _is_clear(answer: SweepAnswer, at: tuple[float, ...], leader: str | None) -> bool:
    gaps = [g for g in answer.gaps if g.at == at and leader in (g.first, g.second)]
    return bool(gaps) and all(gap.worth[answer.metrics[0]].shown for gap in gaps)


def _alone(answer: SweepAnswer, setting: RunContext) -> list[str]:
    """Say from which point on one strategy is worth more than the reference as it is."""
    metric, name = answer.metrics[0], setting.title(answer.strategies[0])
    known = [p for p in answer.points if p.worth[metric].mean is not None]
    if not known:
        return []
    best = max(known, key=lambda point: point.worth[metric].mean or 0.0)
    worth = best.worth[metric]
    base = f"{setting.title(answer.reference)} as it is"
    if not worth.shown:
        losing = sum(p.worth[metric].shown for p in known)
        return [
            f"At no point is {name} shown to bring more than {base}; at the best, "
            f"{_where(best, answer)}, {range_of(metric, worth, setting)}.",
            *[f"At {losing} of {len(known)} points it is shown to bring less."] * bool(losing),
        ]
    said = (
        f"{name} does best {_where(best, answer)}: there it {brings(metric, worth, setting)} than "
        f"{base} ({ends(metric, worth, setting, named=True)})."
    )
    return [_from_on(answer, known, base), said] if len(answer.axes) == 1 else [said]


def _where(point: Point, answer: SweepAnswer) -> str:
    places = [f"{a.key} {place(x, a)}" for a, x in zip(answer.axes, point.at, strict=True)]
    return f"at {' and '.join(places)}"


def _from_on(answer: SweepAnswer, known: Sequence[Point], base: str) -> str:
    """Say from which simulated point on, or up to which, it is shown to bring more."""
    metric, axis = answer.metrics[0], answer.axes[0]
    good = [p.worth[metric].shown and (p.worth[metric].mean or 0.0) > 0 for p in known]
    if all(good):
        return f"It pays over the whole range, against {base}."
    turn, found = good.index(True), sum(good)
    if all(good[turn:]):
        text = f"From {axis.key} {place(known[turn].at[0], axis)} on it pays, against {base}"
    elif all(good[:found]):
        text = f"Up to {axis.key} {place(known[found - 1].at[0], axis)} it pays, against {base}"
    else:
        at = [place(p.at[0], axis) for p, pays in zip(known, good, strict=True) if pays]
        return f"It pays at {axis.key} {listing(at)}, against {base}."
    losing = [p.worth[metric].shown and (p.worth[metric].mean or 0.0) < 0 for p in known]
    at = [place(p.at[0], axis) for p, loses in zip(known, losing, strict=True) if loses]
    return f"{text} (of the points simulated); it loses at {listing(at)}." if at else f"{text}."
