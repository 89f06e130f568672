"""What `conform` prints: the checks by firm and regime, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from experiments.runtime import terminal
from experiments.runtime.table_layout import show
from experiments.runtime.terminal import text
from experiments.validation.conformance.suite import ConformanceResult


def print_checks(policy: str, checks: Sequence[ConformanceResult]) -> None:
    """Print a row for each check, a column for each firm and regime, and what fails first."""
    console = terminal.console()
    passed = {(check.name, check.where): check.passed for check in checks}
    places = list(dict.fromkeys(check.where for check in checks))
    table = Table("check", title=text(policy), title_justify="left", box=None)
    for place in places:
        table.add_column(text(place))
    for name in dict.fromkeys(check.name for check in checks):
        table.add_row(name, *(_verdict(passed[name, place]) for place in places))
    show(table, console)
    failures: dict[str, list[ConformanceResult]] = {}
    for check in checks:
        if not check.passed:
            failures.setdefault(check.name, []).append(check)
    for name, (first, *others) in failures.items():
        more = f" (and {len(others)} more; --json lists all)" if others else ""
        console.print(text(f"{name}: {first.where}: {first.detail}{more}"))
    console.print(f"{sum(passed.values())} of {len(checks)} checks passed")


def _verdict(passed: bool) -> Any:
    return text("passes", style="green") if passed else text("fails", style="bold red")


def conformance_summary(policy: str, checks: Sequence[ConformanceResult]) -> dict[str, Any]:
    """Return the results as plain values for JSON."""
    passed = all(check.passed for check in checks)
    return {"policy": policy, "passed": passed, "checks": [check._asdict() for check in checks]}
