"""The verdict on `factorial`: what all factors bring together, whose it is, and whether it adds."""

from __future__ import annotations

from experiments.questions.results import Contrast, FactorialAnswer, Share
from experiments.report.answers.numbers import share_text
from experiments.report.answers.verdicts.phrases import (
    LUCK,
    brings,
    ends,
    horizon,
    quoted,
    range_of,
    single,
    size,
)
from experiments.report.formatting import listing
from experiments.report.verdict.wording import RunContext

TIMES = " \u00d7 "
NAMED = 3
"""So many interactions are named, the largest."""


def factorial_verdict(answer: FactorialAnswer, setting: RunContext) -> list[str]:
    """Say what all factors bring against none, how it is shared out, and which of them interact."""
    metric, total = answer.metrics[0], answer.total[answer.metrics[0]]
    count = f"All {len(answer.factors)} factors together"
    if all(factor.unchanged for factor in answer.factors) and total.ties == total.n:
        return [f"None of the factors changed anything in {setting.title(answer.of)}."]
    if total.mean is None:
        return []
    if single(total):
        found = _bring(brings(metric, total, setting))
        return [f"In the single replication, all factors together {found} than none.", LUCK]
    if total.shown:
        text = (
            f"{count} {_bring(brings(metric, total, setting))} than none of them"
            f"{horizon(metric, setting)} ({ends(metric, total, setting, named=True)})."
        )
    else:
        text = (
            f"{count} cannot be told from none of them{horizon(metric, setting)}: "
            f"{range_of(metric, total, setting)}."
        )
    said = [text, _shares(answer, metric, setting), _together(answer, metric, setting)]
    nothing = [factor.title for factor in answer.factors if factor.unchanged]
    if nothing:
        said.append(f"{quoted(nothing)}, switched on alone, changed nothing.")
    return list(filter(None, said))


def _bring(said: str) -> str:
    """Return `brings …` of one as `bring …` of several."""
    verb, _, rest = said.partition(" ")
    return f"{verb.removesuffix('s')} {rest}"


def _shares(answer: FactorialAnswer, metric: str, setting: RunContext) -> str:
    """Say who brings it, by the Shapley value, largest first."""
    titles = {factor.name: factor.title for factor in answer.factors}
    ranked = sorted(answer.shapley, key=lambda share: -abs(share.worth[metric].mean or 0.0))
    shown = [share for share in ranked if share.worth[metric].shown]
    if not shown:
        return "No factor's part in it can be told from zero."

    def part(share: Share) -> str:
        of = f"{size(metric, share.worth[metric], setting)}"
        return f"'{titles[share.factor]}' {of}" + (
            f" ({share_text(share.share)} of it)" if share.share is not None else ""
        )

    said = f"Shared out by the Shapley value: {listing([part(share) for share in shown])}."
    rest = [titles[share.factor] for share in ranked if share not in shown]
    return said + (f" The part of {quoted(rest)} cannot be told from zero." if rest else "")


def _together(answer: FactorialAnswer, metric: str, setting: RunContext) -> str:
    """Say which interactions are shown, and that they cannot be told from others in a fraction."""
    titles = {factor.name: factor.title for factor in answer.factors}
    every = [c for c in answer.contrasts if len(c.factors) > 1]
    shown = [c for c in every if c.worth[metric].shown]
    if not shown:
        return "No interaction can be told from zero." if every else ""

    def named(contrast: Contrast) -> str:
        return (
            f"{TIMES.join(titles[f] for f in contrast.factors)} "
            f"({size(metric, contrast.worth[metric], setting)})"
        )

    helping = [named(c) for c in shown[:NAMED] if (c.worth[metric].mean or 0.0) > 0]
    hindering = [named(c) for c in shown[:NAMED] if (c.worth[metric].mean or 0.0) < 0]
    parts = [f"worth more together: {listing(helping)}"] if helping else []
    parts += [f"worth less together: {listing(hindering)}"] if hindering else []
    more = f"; {len(shown) - NAMED} more interactions are shown" if len(shown) > NAMED else ""
    aliased = any(c.aliases for c in shown[:NAMED])
    caution = (
        "; in this fraction it may be another interaction instead (see the table)"
        if aliased
        else ""
    )
    sentence = "; ".join(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}{more}{caution}."
