"""What `list --rows` and `record` print."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from experiments.rows.mechanisms import mechanisms, row_config, row_names
from experiments.rows.recorded import is_stale, load
from experiments.rows.wording import headline
from experiments.runtime import terminal
from experiments.runtime.table_layout import show
from experiments.runtime.terminal import text


def rows_as_dicts() -> list[dict[str, Any]]:
    """Return all mechanisms: number, title, what is missing, and their rows with the answers."""
    return [
        {
            "mechanism": number,
            "title": of.title,
            "says": of.says,
            "rows": [
                {
                    "row": name,
                    "question": row_config(name).title,
                    "stale": is_stale(name),
                    "answer": load(name).model_dump(mode="json"),
                }
                for name in of.rows
            ],
        }
        for number, of in mechanisms().items()
    ]


def print_rows(console: Console | None = None) -> None:
    """Print each mechanism with its rows' questions and answers, or what is missing."""
    console = console or terminal.console()
    table = Table(title="rows", title_justify="left", box=None)
    for head in ("mechanism", "row", "question and answer"):
        table.add_column(head)
    for number, of in mechanisms().items():
        for name in of.rows:
            table.add_row(text(number), text(name), text("\n".join(_lines(name))))
        if of.says:
            table.add_row(text("" if of.rows else number), "", text(f"{of.title}. {of.says}"))
    show(table, console, keys=2)
    console.print("* can be told from zero; expected value per customer. Run: run rows/NAME")


def print_row(name: str, console: Console | None = None) -> None:
    """Print the question of a row and its recorded answer."""
    console = console or terminal.console()
    for line in [f"{row_names()[name]} {name}", *_lines(name), *load(name).says]:
        console.print(text(line))


def _lines(name: str) -> list[str]:
    recorded = load(name)
    stale = "; its config or its firm has changed since" if is_stale(name) else ""
    noted = f"{recorded.recorded}, revision {recorded.revision}{stale}"
    return [row_config(name).title, *headline(recorded), noted]
