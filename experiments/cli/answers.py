"""The answers to a run's questions on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from experiments.questions.results import Answers
from experiments.report.answers.blocks import blocks_of
from experiments.report.answers.tables import AnswerTable
from experiments.report.page import setting_of
from experiments.report.tables import Cell
from experiments.runtime.table_layout import show
from experiments.runtime.terminal import text
from experiments.store.results import RunResults


def print_answers(results: RunResults, console: Console) -> None:
    """Print the answers to what the run was asked; nothing if it was asked nothing."""
    answers = Answers.of(results.manifest)
    if answers is None:
        return
    for block in blocks_of(answers, setting_of(results)):
        console.print(text(f"{block.key}: {' '.join(block.verdict)}", style="bold"))
        for table in block.tables:
            if table.brief != 0:
                show(_drawn(block.key, table), console, keys=table.words)
        for note in block.notes:
            console.print(text(note))
        console.print("* can be told from zero", style="dim")


def _drawn(key: str, of: AnswerTable) -> Table:
    rows = of.rows if of.brief is None else of.rows[: of.brief]
    hidden = f" (the first {len(rows)} of {len(of.rows)})" if len(rows) < len(of.rows) else ""
    table = Table(title=text(f"{key}: {of.title}{hidden}"))
    for place, head in enumerate(of.heads):
        lines = text(head.replace(" (", "\n(", 1))
        table.add_column(lines, justify="left" if place < of.words else "right")
    for row in rows:
        table.add_row(*(text(_shown(value)) for value in row))
    return table


def _shown(value: str | Cell) -> str:
    if isinstance(value, str):
        return value
    return "\n".join(filter(None, [f"{value.value}{' *' if value.best else ''}", value.interval]))
