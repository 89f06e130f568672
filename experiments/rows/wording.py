"""Recorded answers as people read them: each finding with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from experiments.questions.results import Worth
from experiments.report.answers.numbers import cell, decimals, metric_of, worth_scale
from experiments.rows.recorded import Amount, Finding, Recorded

FEW = 6
NOTHING = "changed nothing, which is no result"
Told = dict[str, str]
"""A finding: `finding`, then each metric's label → value with its interval."""


def told(recorded: Recorded, findings: Sequence[Finding]) -> Iterator[Told]:
    """Yield findings of a recorded answer in words; `*` marks what can be told from zero."""
    metrics = {name: None for finding in findings for name in finding.worth}
    worths = [
        {name: _worth(of, recorded.replications) for name, of in f.worth.items()} for f in findings
    ]
    scales = {name: worth_scale(name, worths, recorded.currency) for name in metrics}
    digits = {n: decimals(scales[n], [of[n] for of in worths if n in of]) for n in metrics}
    for finding, worth in zip(findings, worths, strict=True):
        cells = {name: cell(of_one, scales[name], digits[name]) for name, of_one in worth.items()}
        amounts = {
            metric_of(name).label: f"{found.value} ({found.interval})" + " *" * found.best
            for name, found in cells.items()
        }
        yield {"finding": finding.of, **(amounts or {"": NOTHING})}


def headline(recorded: Recorded) -> list[str]:
    """Return the answer in short: what is ranked by in each finding, and where signs turn.

    Points of a sweep are left out where they are many.
    """
    few = recorded.points if len(recorded.points) <= FEW else ()
    rows = [row for of in (recorded.findings, few) for row in told(recorded, of)]
    return [f"{row['finding']}: {list(row.values())[1]}" for row in rows] + list(recorded.turns)


def _worth(of: Amount, n: int) -> Worth:
    """Return an amount as the formatting has it; p-values say no more than whether it is shown."""
    p = 0.0 if of.shown else 1.0
    return Worth(mean=of.mean, low=of.low, high=of.high, p=p, p_holm=p, n=n, ties=0)
