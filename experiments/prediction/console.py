"""What `predict` prints: how well each score does on held-out luck."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from experiments.prediction.predict import Prediction
from experiments.runtime import terminal
from experiments.runtime.table_layout import show
from experiments.runtime.terminal import text

HEADS = ("score", "regime", "by", "cases", "events", "AUC", "lift", "slope", "Brier")


def print_prediction(prediction: Prediction, console: Console | None = None) -> None:
    """Print a row for each score, and where the predictor is."""
    console = console or terminal.console()
    table = Table(title=text("on held-out luck"), title_justify="left")
    for i, head in enumerate(HEADS):
        table.add_column(head, justify="left" if i < 3 else "right")
    for one in prediction.judged:
        m = one.measures
        figures = (m.auc, 3), (m.lift, 2), (m.slope, 2), (m.brier, 4)
        shown = [_shown(value, digits) for value, digits in figures]
        table.add_row(*map(text, (one.score, one.regime, one.by, str(m.n), str(m.events), *shown)))
    show(table, console, keys=3)
    console.print(text(f"predictor: {prediction.file}"), soft_wrap=True)


def _shown(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
