"""The answer to `leaving` in words and as a table: which measure tells who leaves."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.questions.results import LeavingAnswer, Spread, Worth
from experiments.report.answers.numbers import cell, decimals, metric_of, share_text
from experiments.report.answers.tables import AnswerTable, Row
from experiments.report.formatting import PLAIN, listing
from experiments.report.tables import Cell
from experiments.report.verdict.wording import RunContext

NAMES = {"auc_journeys": "Journey measures together", "auc_proxies": "Proxies together"}
"""What measures are called that are none by themselves."""


def measure_name(metric: str) -> str:
    """Return what a metric is a measure of, as it stands in tables."""
    label = metric_of(metric).label.removeprefix("Leaving told by ")
    return NAMES.get(metric, label[:1].upper() + label[1:])


def leaving_verdict(answer: LeavingAnswer, setting: RunContext) -> list[str]:
    """Say in which strategies journeys tell more than proxies, in which less, where it is open."""
    told: dict[str, list[str]] = {"more": [], "less": [], "open": []}
    for one in answer.against:
        told[_side(one.worth)].append(f"{setting.title(one.strategy)} ({_difference(one.worth)})")
    said = []
    for side, words in (("more", "more"), ("less", "less")):
        if told[side]:
            said.append(
                f"How journeys went tells {words} about who leaves than surveys and time in "
                f"self-service do, with {listing(told[side])}, in area under the ROC curve."
            )
    if told["open"]:
        said.append(
            "Whether journeys or proxies tell more about who leaves could not be shown with "
            f"{listing(told['open'])}."
        )
    return said


def leaving_notes(answer: LeavingAnswer, setting: RunContext) -> list[str]:
    """Say who answers surveys, what holds among them, and which measures tell nothing."""
    said = []
    for one in answer.against:
        if one.share.mean is not None:
            of = setting.title(one.strategy)
            said.append(
                f"With {of}, {share_text(one.share)} of the customers answered a survey; among "
                f"them journeys less proxies come to {_difference(one.answered)}."
            )
    wrong = [
        f"{measure_name(told.metric)} ({setting.title(told.strategy)})"
        for told in answer.measures
        if told.above.shown and (told.above.mean or 0.0) < 0
    ]
    if wrong:
        said.append(
            f"The wrong way round, as those leave less of whom practice expects it: "
            f"{listing(wrong)}."
        )
    return said


def leaving_table(answer: LeavingAnswer, setting: RunContext) -> AnswerTable:
    """Return the area under the ROC curve of each measure in each strategy."""
    strategies = [one.strategy for one in answer.against]
    columns = [answer.of(name) for name in strategies]
    digits = max(2, decimals(PLAIN, [told.area for told in answer.measures]))
    rows: list[Row] = []
    for metric in columns[0]:
        cells = [_area(column[metric].area, column[metric].above, digits) for column in columns]
        rows.append([measure_name(metric), *cells])
    differences: Sequence[tuple[str, list[Worth]]] = [
        ("Journeys less proxies", [one.worth for one in answer.against]),
        ("The same, of who answered", [one.answered for one in answer.against]),
    ]
    rows += [[name, *(cell(of, PLAIN, digits) for of in worths)] for name, worths in differences]
    days = f"{answer.first_days:g} days measured, {answer.rest_days:g} days of leaving"
    return AnswerTable(
        "leaving",
        f"Area under the ROC curve ({days})",
        ["Measure", *(setting.title(name) for name in strategies)],
        rows,
        note="Bold: can be told from 0.5 (from zero where a difference), corrected for the number "
        "of measures (Holm).",
        totals=frozenset({len(rows) - 2, len(rows) - 1}),
    )


def _area(area: Spread, above: Worth, digits: int) -> Cell:
    found = cell(area, PLAIN, digits)
    return Cell(found.value, found.interval, above.shown)


def _side(worth: Worth) -> str:
    if not worth.shown:
        return "open"
    return "more" if (worth.mean or 0.0) > 0 else "less"


def _difference(worth: Worth) -> str:
    found = cell(worth, PLAIN, max(2, decimals(PLAIN, [worth])))
    return f"{found.value}, {found.interval}" if found.interval else found.value
