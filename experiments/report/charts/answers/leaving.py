"""Which measure tells who leaves: a forest plot for each strategy, areas less one half."""

from __future__ import annotations

from experiments.questions.results import LeavingAnswer
from experiments.report.answers.leaving import measure_name
from experiments.report.answers.numbers import decimals
from experiments.report.charts.answers.rows import in_rows, marks
from experiments.report.figure import Figure, Section
from experiments.report.formatting import PLAIN
from experiments.report.verdict.wording import RunContext

UNIT = "Area less 0.5"


def leaving_figures(answer: LeavingAnswer, setting: RunContext) -> Section:
    """Return a forest plot for each strategy, the measures in their order."""
    return Section([_forest(answer, i, setting) for i in range(len(answer.against))])


def _forest(answer: LeavingAnswer, number: int, setting: RunContext) -> Figure:
    strategy = answer.against[number].strategy
    told = list(answer.of(strategy).values())
    digits = max(2, decimals(PLAIN, [one.above for one in told]))
    rows = [(float(at), measure_name(one.metric), one.above) for at, one in enumerate(told)]
    title = setting.title(strategy)
    return in_rows(
        f"leaving-{number + 1}",
        marks(rows, PLAIN, digits, 1),
        [name for _, name, _ in rows],
        UNIT,
        f"How well each measure tells who leaves with {title}, as area under the ROC curve less "
        "one half, with intervals.",
        title,
    )
