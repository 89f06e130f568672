"""What a training has found, as a table."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from experiments.runtime import terminal
from experiments.runtime.table_layout import show
from experiments.runtime.terminal import text

SHOWN = {
    "value": "Value with what lies beyond",
    "expected_value": "the same, less chance",
    "net_value": "Net value while measured",
    "retention": "Customers kept",
    "cost": "Cost",
}


def print_training(result: dict[str, Any], console: Console | None = None) -> None:
    """Print the differences between the learned policy and the others, and where it is."""
    console = console or terminal.console()
    title = f"{result['name']}: {result['algorithm']} on {result['scenario']}"
    table = Table(title=text(f"{title} ({result['replications']} held-out replications)"))
    table.add_column("learned minus")
    for label in SHOWN.values():
        table.add_column(text(label), justify="right")
    for name, found in result["learned_minus"].items():
        table.add_row(text(name), *(_cell(found[key], key) for key in SHOWN))
    show(table, console)
    console.print(
        text(f"{result['steps']:,} decisions in {result['training_s']:.0f} s of training")
    )
    gain = result["selection_gain"]
    if gain is not None and gain <= 0:
        console.print("the selection saw no gain over the rule: keep the rule, or train longer")
    if "policy" in result:
        console.print(text(f"policy: {result['policy']}"), soft_wrap=True)


def _cell(found: dict[str, Any], key: str) -> Any:
    form = ".4f" if key == "retention" else ",.0f"
    if found["low"] is None:
        return text("–")
    interval = f"{found['low']:{form}} to {found['high']:{form}}"
    return text(f"{found['mean']:+{form}}\n{interval}")
