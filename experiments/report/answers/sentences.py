"""The answers in sentences, for the console and the page; plain text, to be escaped."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from experiments.questions.results import (
    Crossing,
    Effect,
    EffectsAnswer,
    FactorialAnswer,
    Lever,
    LeversAnswer,
    SweepAnswer,
)
from experiments.report.answers.numbers import cell, decimals, metric_of, place
from experiments.report.answers.numbers import worth_scale as scale_of
from experiments.report.formatting import listing
from experiments.report.verdict.open_journeys import MATERIAL
from sim.metrics.metrics import EXPECTED

TIMES = " \u00d7 "
ROMAN = {3: "III", 4: "IV", 5: "V", 6: "VI", 7: "VII", 8: "VIII", 9: "IX", 10: "X"}
LISTED = 6
"""Up to so many words of the defining relation are written out."""

ALIASED = {
    3: "A main effect cannot be told from interactions of two or more factors",
    4: "A main effect cannot be told from interactions of three or more factors, nor interactions "
    "of two from each other",
    5: "Interactions of two cannot be told from those of three or more factors",
}
"""What a fraction of a resolution cannot tell (V and above: at the least this is clear)."""

Titled = Callable[[str], str]
"""The title of a declared strategy."""


def unchanged(names: list[str], of: str) -> str:
    """Say which changes changed nothing, or nothing if all did something."""
    if not names:
        return ""
    subject = listing([f"'{name}'" for name in names])
    return (
        f"{subject} changed nothing: every register and metric is that of {of}. That is no result; "
        "the mechanism is off, or nothing in this firm meets it."
    )


def effects_sentences(answer: EffectsAnswer, titled: Titled) -> list[str]:
    """Say how many effects could be shown, and which deltas changed nothing."""
    objective = answer.metrics[0]
    told = [effect for effect in answer.effects if not effect.unchanged]
    shown = [e for e in told if e.worth[objective].shown]
    label = metric_of(objective).label.lower()
    said = []
    if told:
        said.append(
            f"{len(shown)} of {len(told)} {'change' if len(told) == 1 else 'changes'} of "
            f"{titled(answer.of)} can be told from zero in {label}, corrected for their number "
            "(Holm)."
        )
    said += _open(answer.effects, titled(answer.of))
    nothing = [effect.title for effect in answer.effects if effect.unchanged]
    return [*said, *filter(None, [unchanged(nothing, titled(answer.of))])]


def _open(changes: Sequence[Effect] | Sequence[Lever], of: str) -> list[str]:
    """Say which changes leave other shares of journeys open, which figures do not show."""
    said = []
    for change in changes:
        left = change.left_open
        if left is None or not left.shown or abs(left.mean or 0.0) < MATERIAL:
            continue
        more = (left.mean or 0.0) > 0
        points = 100 * abs(left.mean or 0.0)
        unit = "point" if round(points) == 1 else "points"
        said.append(
            f"With '{change.title}', {points:.0f} percentage {unit} {'more' if more else 'fewer'} "
            f"of the journeys than with {of} are open at the end: what they will still cost and "
            f"how their customers will take it is in no figure, which "
            f"{'flatters it' if more else 'is unfair to it'}."
        )
    return said


def design_sentences(answer: FactorialAnswer, currency: str, titled: Titled) -> list[str]:
    """Say which cells were run, and what cannot be told apart."""
    design, k = answer.design, len(answer.factors)
    base, titles = titled(answer.of), {factor.name: factor.title for factor in answer.factors}
    nothing = [factor.title for factor in answer.factors if factor.unchanged]
    alone = unchanged(nothing, f"{base} with all factors off")
    if design.resolution is None:
        said = f"Full design: all {design.cells} combinations of {k} factors in {base}."
        return [said, *filter(None, [alone])]

    def product(names: Sequence[str]) -> str:
        return TIMES.join(titles[name] for name in names)

    relation = listing(["I = " + " = ".join(product(word) for word in design.words[:LISTED])])
    more = f" = … ({len(design.words)} words)" if len(design.words) > LISTED else ""
    fraction = (
        f"Fraction {design.fraction} of resolution {ROMAN[design.resolution]}: {design.cells} of "
        f"{2**k} combinations of {k} factors in {base}, and {design.extra} beside them (none, "
        f"all, each alone). Defining relation: {relation}{more}."
    )
    cannot = f"{ALIASED[min(design.resolution, 5)]}: the table says which, for each."
    return [fraction, *filter(None, [cannot, _remainder(answer, currency), alone])]


def _remainder(answer: FactorialAnswer, currency: str) -> str:
    objective = answer.metrics[0]
    many = "two" if answer.design.resolution == 3 else "three"
    right = (
        f"The Shapley values are main effects here, which is right if no {many} factors interact"
    )
    if answer.remainder is None:
        return f"{right}; this fraction cannot tell."
    worth = answer.remainder[objective]
    scale = scale_of(objective, [answer.remainder], currency)
    found = cell(worth, scale, decimals(scale, [worth]))
    verdict = "so that they do: run a larger design" if worth.shown else "which may be nothing"
    return (
        f"{right}: all against none exceeds their sum by {found.value} ({found.interval}), "
        f"{verdict}."
    )


def still_sentences(answer: SweepAnswer, titled: Titled) -> list[str]:
    """Say in which strategies the keys change nothing."""
    keys = listing([axis.key for axis in answer.axes])
    return [
        f"In {titled(name)}, {keys} changes nothing: its registers and metrics are the same at all "
        "points."
        for name in answer.unmoved
    ]


def crossing_sentences(answer: SweepAnswer, titled: Titled) -> list[str]:
    """Say for each pair of strategies where they change places in the objective."""
    return [
        crossing_sentence(crossing, answer, titled)
        for crossing in answer.crossings
        if crossing.metric == answer.metrics[0]
    ]


def crossing_sentence(crossing: Crossing, answer: SweepAnswer, titled: Titled) -> str:
    """Say from where on which of two strategies is ahead, with the interval."""
    axis, first, second = answer.axes[0], titled(crossing.first), titled(crossing.second)
    left, right = titled(crossing.left), titled(crossing.right)
    beside = ""
    if crossing.beside is not None:
        beside = f" (at {answer.axes[1].key} {place(crossing.beside, answer.axes[1])})"
    label = metric_of(crossing.metric).label.lower()
    if _alike(crossing, answer):
        return f"{first} and {second} are the same in {label} at all points{beside}."
    if crossing.apart:
        behind = second if left == first else first
        return f"{left} is ahead of {behind} in {label} over the whole range{beside}."
    low = "below the range" if crossing.low is None else place(crossing.low, axis, 3)
    high = "beyond it" if crossing.high is None else place(crossing.high, axis, 3)
    where = f"95% interval {low} to {high}"
    if crossing.low is None and crossing.high is None:
        return (
            f"Whether {first} and {second} change places in {label} is open{beside}: nowhere in "
            "the range can they be told apart at both sides."
        )
    if not crossing.at:
        return (
            f"{left} has the better mean in {label} over the whole range{beside}, but a change of "
            f"places cannot be excluded ({where})."
        )
    at = [place(x, axis, 3) for x in crossing.at]
    if len(at) == 1 and left != right:
        behind = second if right == first else first
        return (
            f"From {axis.key} {at[0]} on, {right} is ahead of {behind} in {label}{beside} "
            f"({where}); below, {behind} is."
        )
    return (
        f"{first} and {second} change places in {label} at {axis.key} {listing(at)}{beside} "
        f"({where}): {left} is ahead below, {right} above."
    )


def _alike(crossing: Crossing, answer: SweepAnswer) -> bool:
    """Tell whether two strategies came to the same in every replication at every point."""
    worths = [
        gap.worth[crossing.metric]
        for gap in answer.gaps
        if (gap.first, gap.second) == (crossing.first, crossing.second)
        and (crossing.beside is None or gap.at[1] == crossing.beside)
    ]
    return all(of.n == of.ties for of in worths)


def levers_sentences(answer: LeversAnswer, titled: Titled) -> list[str]:
    """Say what the ranking counts, and how the portfolio is found."""
    beyond = (
        " It counts what customers are worth beyond the run, so that much of it comes later than "
        "the payback says."
        if answer.metrics[0] == EXPECTED
        else ""
    )
    said = [
        f"Gains are for the whole firm of {answer.customers:,} customers, if every month is like "
        f"the {answer.days:g} days of the run.{beyond}"
    ]
    if answer.portfolio is not None and len(answer.portfolio.levers) > 1:
        said.append(
            "The budget's best is the set whose levers, each alone, add up to most, as if there "
            "were no interactions; it was then simulated together. The choice favours levers that "
            "had luck, so the sum tends to be too high."
        )
    said += _open(answer.levers, titled(answer.of))
    nothing = [lever.title for lever in answer.levers if lever.unchanged]
    return [*said, *filter(None, [unchanged(nothing, titled(answer.of))])]
