"""What a run was asked, block by block: the verdict, what is to be known about it, the tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from experiments.questions.results import Answers
from experiments.report.answers import sentences, tables, verdicts
from experiments.report.answers.tables import AnswerTable
from experiments.report.verdict.wording import RunContext


@dataclass(frozen=True, slots=True)
class Block:
    """A question that was asked: its key in the config, a heading, and the answer in words."""

    key: str
    heading: str
    verdict: str
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
            sentences.effects_sentences(effects, titled),
            tables.effects_tables(effects, setting),
        )
    if (factorial := answers.factorial) is not None:
        yield Block(
            "factorial",
            f"What factors are worth in {titled(factorial.of)}, alone and together",
            verdicts.factorial_verdict(factorial, setting),
            sentences.design_sentences(factorial, money, titled),
            tables.factorial_tables(factorial, setting),
        )
    if (sweep := answers.sweep) is not None:
        keys = " and ".join(axis.key for axis in sweep.axes)
        verdict = verdicts.sweep_verdict(sweep, setting)
        notes = sentences.crossing_sentences(sweep, titled)
        yield Block(
            "sweep",
            f"How far it depends on {keys}",
            verdict,
            [sentence for sentence in notes if sentence not in verdict],
            tables.sweep_tables(sweep, setting),
        )
    if (levers := answers.levers) is not None:
        yield Block(
            "levers",
            f"What to pay for first in {titled(levers.of)}",
            verdicts.levers_verdict(levers, setting),
            sentences.levers_sentences(levers, titled),
            tables.levers_tables(levers, setting),
        )
