"""What a run was asked, block by block: the verdict, what is to be known about it, the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from experiments.questions.results import Answers
from experiments.report.answers import leaving, sentences, tables, verdicts
from experiments.report.answers.tables import AnswerTable
from experiments.report.verdict.wording import RunContext

COLOURS = (
    "Blue is shown to be for the better, orange for the worse; hollow or grey cannot be told from "
    "zero, corrected for many comparisons (Holm)."
)

CROSSES = (
    " A cross is where two strategies change places, its arms the 95% interval along the key. "
    "Where bands overlap, strategies may differ all the same."
)


@dataclass(frozen=True, slots=True)
class Block:
    """A question that was asked: its key in the config, a heading, and the answer in words.

    The first sentence of the `verdict` stands alone; `reading` says how to read the figures.
    """

    key: str
    heading: str
    verdict: Sequence[str]
    reading: str
    notes: Sequence[str]
    tables: Sequence[AnswerTable]


def blocks_of(answers: Answers, setting: RunContext) -> list[Block]:
    """Return the answered questions of a run, in the order of `experiments.questions.blocks`."""
    return list(_blocks(answers, setting))


def _blocks(answers: Answers, setting: RunContext) -> Iterator[Block]:
    titled, money = setting.title, setting.currency
    if (effects := answers.effects) is not None:
        yield Block(
            "effects",
            f"What each change of {titled(effects.of)} is worth",
            verdicts.effects_verdict(effects, setting),
            f"Each mark is the difference that one change makes to {titled(effects.of)}, with its "
            f"95% interval. {COLOURS}",
            sentences.effects_sentences(effects, titled),
            tables.effects_tables(effects, setting),
        )
    if (factorial := answers.factorial) is not None:
        yield Block(
            "factorial",
            f"What factors are worth in {titled(factorial.of)}, alone and together",
            verdicts.factorial_verdict(factorial, setting),
            "The Shapley value is what a factor adds, averaged over all orders in which they may "
            "be switched on: the bars add up to the last one. A diamond is what it brings with all "
            f"others off. {COLOURS}",
            sentences.design_sentences(factorial, money, titled),
            tables.factorial_tables(factorial, setting),
        )
    if (sweep := answers.sweep) is not None:
        keys = " and ".join(axis.key for axis in sweep.axes)
        verdict = verdicts.sweep_verdict(sweep, setting)
        notes = sentences.crossing_sentences(sweep, titled)
        # Of one pair over one key, the verdict has said it.
        notes = [sentence for sentence in notes if sentence not in verdict and len(notes) > 1]
        yield Block(
            "sweep",
            f"How far it depends on {keys}",
            verdict,
            f"All values are differences from {titled(sweep.reference)} as it is, with 95% "
            f"intervals.{CROSSES if len(sweep.strategies) > 1 else ''}",
            notes,
            tables.sweep_tables(sweep, setting),
        )
    if (levers := answers.levers) is not None:
        yield Block(
            "levers",
            f"What to pay for first in {titled(levers.of)}",
            verdicts.levers_verdict(levers, setting),
            "In the order of value for money. A bar is what a lever brings the whole firm in a "
            "year, with its 95% interval, a diamond what it costs in the first. "
            f"{COLOURS}",
            sentences.levers_sentences(levers, titled),
            tables.levers_tables(levers, setting),
        )
    if (told := answers.leaving) is not None:
        yield Block(
            "leaving",
            "What tells who leaves: journeys or proxies",
            leaving.leaving_verdict(told, setting),
            "Customers are measured over the first part of the run, from what the firm sees; each "
            "mark is the area under the ROC curve, less the 0.5 of a measure that tells nothing, "
            f"for who leaves in the rest, with its 95% interval. {COLOURS}",
            leaving.leaving_notes(told, setting),
            [leaving.leaving_table(told, setting)],
        )
