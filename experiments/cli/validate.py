"""`optichannel validate`: the simulator against theory, exact optima, logs and faults."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli import validate_faults
from experiments.cli.exits import fail_unless
from experiments.cli.options import AsJson, Seed, Workers, answer
from experiments.cli.validate_logs import FilesCommand, bank_log, journey_log

app = typer.Typer(
    no_args_is_help=True,
    help="Hold the simulator against theory, exact optima and logs; exit code 0/1.",
)
PAGE = "validation.html"

Out = Annotated[Path, typer.Option(metavar="DIR", help="Folder of the page.")]
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
    _run("theory", as_json, out, workers, short, retention)


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


app.command("bank-log", cls=FilesCommand)(bank_log)
app.command("journey-log", cls=FilesCommand)(journey_log)


@app.command()
def coverage(
    experiments: Annotated[int, typer.Option(min=1, help="Synthetic experiments a row.")] = 1000,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """How often reported 95% intervals cover, and corrected claims are wrong."""
    from dataclasses import asdict

    from experiments.statistics.coverage import cases, measure
    from experiments.statistics.coverage.console import print_rows

    rows = [measure(case, experiments, seed) for case in cases()]
    known = {"experiments": experiments, "seed": seed}
    answer(
        as_json, lambda: known | {"rows": [asdict(row) for row in rows]}, lambda: print_rows(rows)
    )


app.add_typer(validate_faults.app, name="faults")


def _run(
    which: str,
    as_json: bool,
    out: Path,
    workers: int | None,
    short: bool,
    retention: Path | None,
    policy: list[str] | None = None,
    learned: list[str] | None = None,
) -> None:
    from experiments.validation.console import print_checks
    from experiments.validation.page import write_page
    from experiments.validation.validate import Request, validate, validation_summary

    request = Request(which, short, retention, tuple(policy or ()), tuple(learned or ()))
    results = validate(request, workers)
    page = out / PAGE
    out.mkdir(parents=True, exist_ok=True)
    write_page(results, page)
    answer(
        as_json,
        lambda: validation_summary(results) | {"page": str(page)},
        lambda: print_checks(results, page),
    )
    fail_unless(all(result.passed for _, result in results))
