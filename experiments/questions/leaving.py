"""The key `leaving`: which measure of customers predicts who leaves, journeys or proxies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from pydantic import Field

from experiments.questions.measured import Measured, spread_of, worth_of
from experiments.questions.results.leaving import Against, LeavingAnswer, Telling
from experiments.statistics import holm, paired_difference
from experiments.statistics.samples import FloatArray
from sim.inputs import StrictModel
from sim.metrics.leaving import AUC, HALF, JOURNEYS, PROXIES

TOGETHER = ("journeys", "proxies")
ANSWERED = ("answered_journeys", "answered_proxies")
KINDS = {AUC + name: kind for kind, of in zip(TOGETHER, (JOURNEYS, PROXIES), strict=True)
         for name in (*of, kind)}  # fmt: skip
"""The metrics that are answered, with what each is a measure of."""


class Leaving(StrictModel):
    """Which measure predicts who leaves: how journeys went, or proxies?

    Each customer is measured over the first part of the run, `split` of it, from what the firm
    sees; who of those still there leaves in the rest is compared with each measure, as the area
    under the ROC curve (metrics `auc_…`, see `sim.metrics.leaving`).
    """

    split: float = Field(default=HALF, gt=0, lt=1)


def answer(
    asked: Leaving, strategies: Iterable[str], measured: Measured, days: float
) -> LeavingAnswer:
    """Return what each measure tells in each strategy.

    Args:
        asked: the question.
        strategies: those that are declared.
        measured: of these.
        days: what was measured.
    """
    names = list(strategies)
    return LeavingAnswer(
        first_days=asked.split * days,
        rest_days=(1.0 - asked.split) * days,
        measures=tuple(told for name in names for told in _measures(name, measured)),
        against=tuple(_against(name, measured) for name in names),
    )


def _measures(strategy: str, measured: Measured) -> Iterator[Telling]:
    areas = {metric: measured.values[metric][strategy] for metric in KINDS}
    rows = {metric: paired_difference(of, np.full_like(of, HALF)) for metric, of in areas.items()}
    corrected = holm([row.p for row in rows.values()])
    for (metric, row), p_holm in zip(rows.items(), corrected, strict=True):
        yield Telling(
            strategy=strategy,
            metric=metric,
            kind=KINDS[metric],
            area=spread_of(areas[metric]),
            above=worth_of(row, float(p_holm)),
        )


def _against(strategy: str, measured: Measured) -> Against:
    def area(name: str) -> FloatArray:
        return measured.values[AUC + name][strategy]

    rows = [paired_difference(area(one), area(other)) for one, other in (TOGETHER, ANSWERED)]
    worths = [worth_of(row, row.p) for row in rows]
    share = spread_of(measured.values["answered_share"][strategy])
    return Against(strategy=strategy, worth=worths[0], answered=worths[1], share=share)
