"""The verdict on `effects`: which change first, which not, and which did nothing."""

from __future__ import annotations

from experiments.questions.results import Effect, EffectsAnswer
from experiments.report.answers.verdicts.phrases import (
    LUCK,
    brings,
    ends,
    flattered,
    horizon,
    quoted,
    range_of,
    single,
    size,
)
from experiments.report.verdict.wording import RunContext


def effects_verdict(answer: EffectsAnswer, setting: RunContext) -> list[str]:
    """Say which change is worth most, what else is shown to be worth something, what is open."""
    metric, base = answer.metrics[0], setting.title(answer.of)
    told = [e for e in answer.effects if not e.unchanged and e.worth[metric].mean is not None]
    nothing = [effect.title for effect in answer.effects if effect.unchanged]
    if not told:
        return [f"None of the changes changed anything in {base}."] if nothing else []
    best = told[0]
    if single(best.worth[metric]):
        found = brings(metric, best.worth[metric], setting)
        return [f"In the single replication, '{best.title}' comes out best: it {found}.", LUCK]
    good = [e for e in told if e.worth[metric].shown and (e.worth[metric].mean or 0.0) > 0]
    bad = [e for e in told if e.worth[metric].shown and (e.worth[metric].mean or 0.0) < 0]
    open_ = [e for e in told if not e.worth[metric].shown]
    said = _first(good, metric, setting, base) if good else [_none(best, metric, setting, base)]
    if bad:
        losses = [f"'{e.title}' {brings(metric, e.worth[metric], setting)}" for e in bad[::-1]]
        said.append(f"{'; '.join(losses)}.")
    open_ = open_ if good else [effect for effect in open_ if effect is not best]
    if open_:
        them = quoted([effect.title for effect in open_])
        said.append(f"Open, as no difference could be shown: {them}.")
    if nothing:
        said.append(f"{quoted(nothing)} changed nothing.")
    return said


def _first(good: list[Effect], metric: str, setting: RunContext, base: str) -> list[str]:
    """Name the largest effect, then the others, and those that may be as large."""
    best = good[0].worth[metric]
    said = [
        f"First '{good[0].title}': it {brings(metric, best, setting)} than {base}"
        f"{horizon(metric, setting)} ({ends(metric, best, setting, named=True)})."
    ]
    said += flattered(good[0].left_open)
    if len(good) == 1:
        return said
    others = [f"'{e.title}' ({size(metric, e.worth[metric], setting)})" for e in good[1:]]
    said.append(f"Then {', '.join(others)}.")
    near = [e.title for e in good[1:] if (e.worth[metric].high or 0.0) >= (best.low or 0.0)]
    if near:
        said.append(
            f"The intervals of the first and of {quoted(near)} overlap: their order is open."
        )
    return said


def _none(best: Effect, metric: str, setting: RunContext, base: str) -> str:
    worth = best.worth[metric]
    if worth.shown:  # and it is a loss
        return f"No change is shown to bring more than {base}{horizon(metric, setting)}."
    return (
        f"No change is shown to bring more than {base}{horizon(metric, setting)}; with "
        f"'{best.title}', which looks best, {range_of(metric, worth, setting)}."
    )
