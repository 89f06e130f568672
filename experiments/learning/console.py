"""What a training has found, as a table."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.terminal import show, terminal

SHOWN = {
    "value": "Value with what lies beyond",
    "expected_value": "the same, less chance",
    "net_value": "Net value while measured",
    "retention": "Customers kept",
    "cost": "Cost",
}


def print_training(result: dict[str, Any], console: Console | None = None) -> None:
    """Print the differences between the learned policy and the others, and where it is."""
    console = console or terminal()
    title = f"{result['name']}: {result['algorithm']} on {result['scenario']}"
    table = Table(title=Text(f"{title} ({result['replications']} held-out replications)"))
    table.add_column("learned minus")
    for label in SHOWN.values():
        table.add_column(Text(label), justify="right")
    for name, found in result["learned_minus"].items():
        table.add_row(Text(name), *(_cell(found[key], key) for key in SHOWN))
    show(table, console)
    console.print(
        Text(f"{result['steps']:,} decisions in {result['training_s']:.0f} s of training")
    )
    gain = result["selection_gain"]
    if gain is not None and gain <= 0:
        console.print("the selection saw no gain over the rule: keep the rule, or train longer")
    if "policy" in result:
        console.print(Text(f"policy: {result['policy']}"), soft_wrap=True)


def _cell(found: dict[str, Any], key: str) -> Text:
    form = ".4f" if key == "retention" else ",.0f"
    if found["low"] is None:
        return Text("–")
    interval = f"{found['low']:{form}} to {found['high']:{form}}"
    return Text(f"{found['mean']:+{form}}\n{interval}")
