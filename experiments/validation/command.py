"""`optichannel validate`: the checks as commands. Heavy parts are imported when they run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.validation.logs.command import FilesCommand, bank_log, journey_log

if TYPE_CHECKING:
    from experiments.validation.checks import Check, Result

app = typer.Typer(
    no_args_is_help=True,
    help="Hold the simulator against theory, exact optima and logs; exit code 0/1.",
)
app.command("bank-log", cls=FilesCommand)(bank_log)
app.command("journey-log", cls=FilesCommand)(journey_log)
FAILED = 1
PAGE = "validation.html"
WIDTH = 140
NUMERIC = frozenset(("reference", "ours", "interval"))

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout and nothing else.")]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Folder of the page.")]
Workers = Annotated[int | None, typer.Option(min=1, help="Processes; by default one a core.")]
Short = Annotated[bool, typer.Option("--short", help="Shorter runs, wider intervals.")]
Series = Annotated[
    Path | None,
    typer.Option("--retention", metavar="FILE", help="Published series: year, regular, high_end."),
]
Policies = Annotated[
    list[str] | None,
    typer.Option("--policy", metavar="NAME", help="Give this policy's gap too; may be repeated."),
]
Learned = Annotated[
    list[str] | None,
    typer.Option("--learned", metavar="FILE", help="Give this trained policy's gap too."),
]


@app.command()
def theory(
    as_json: AsJson = False,
    out: Out = Path("validation"),
    workers: Workers = None,
    short: Short = False,
    retention: Series = None,
) -> None:
    """Queues, retention curves and journeys against their formulas."""
    _run("theory", as_json, out, workers, short, retention, None)


@app.command()
def optima(
    as_json: AsJson = False,
    out: Out = Path("validation"),
    workers: Workers = None,
    short: Short = False,
    policy: Policies = None,
    learned: Learned = None,
) -> None:
    """Small decision problems: the optimal policy's exact cost, and gaps of the others."""
    _run("optima", as_json, out, workers, short, None, policy, learned)


@app.command("all")
def all_(
    as_json: AsJson = False,
    out: Out = Path("validation"),
    workers: Workers = None,
    short: Short = False,
    retention: Series = None,
    policy: Policies = None,
    learned: Learned = None,
) -> None:
    """All checks of theory and optima."""
    _run("all", as_json, out, workers, short, retention, policy, learned)


@app.command("check")
def check_(
    name: Annotated[str, typer.Argument(help="A name of 'optichannel list --diagnostics'.")],
    as_json: AsJson = False,
    out: Out = Path("validation"),
    short: Short = False,
    policy: Policies = None,
    learned: Learned = None,
) -> None:
    """One check by its name."""
    _run(name, as_json, out, 1, short, None, policy, learned)


def _run(
    which: str,
    as_json: bool,
    out: Path,
    workers: int | None,
    short: bool,
    retention: Path | None,
    policy: list[str] | None,
    learned: list[str] | None = None,
) -> None:
    from experiments.runtime.terminal import print_json
    from experiments.validation.page import write_page
    from experiments.validation.validate import Request, as_plain, validate

    found = validate(
        Request(which, short, retention, tuple(policy or ()), tuple(learned or ())), workers
    )
    page = out / PAGE
    out.mkdir(parents=True, exist_ok=True)
    write_page(found, page)
    if as_json:
        plain = as_plain(found) | {"page": str(page)}
        print_json(plain)
    else:
        _show(found, page)
    if not all(result.passed for _, result in found):
        raise typer.Exit(FAILED)


def _show(found: list[tuple[Check, Result]], page: Path) -> None:
    from rich.table import Table

    from experiments.report.formatting import number
    from experiments.runtime import terminal
    from experiments.runtime.table_layout import show
    from experiments.runtime.terminal import text
    from experiments.validation.page import interval_of

    console = terminal.console()
    for check, result in found:
        table = Table(title=text(check.title), title_justify="left", box=None)
        for name in ("figure", "reference", "source", "ours", "interval", "verdict"):
            table.add_column(name, justify="right" if name in NUMERIC else "left")
        for row in result.rows:
            unit = f" ({row.unit})" if row.unit else ""
            style = "green" if row.verdict == "agrees" else "bold red"
            cells = (f"{row.figure}{unit}", number(row.reference), row.source, number(row.ours))
            texts = [text(cell) for cell in (*cells, interval_of(row))]
            table.add_row(*texts, text(row.verdict, style=style))
        show(table, console)
    rows = [row for _, result in found for row in result.rows]
    agreed = sum(row.verdict == "agrees" for row in rows)
    console.print(f"{agreed} of {len(rows)} figures agree; intervals hold with 99.9% each")
    console.print(text(f"page: {page}"), soft_wrap=True)
