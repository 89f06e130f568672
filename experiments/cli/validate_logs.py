"""`optichannel validate bank-log` and `journey-log`: fit on some logs, predict others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperCommand

from experiments.cli.exits import fail_unless
from experiments.cli.options import AsJson, Seed, Workers

FILES = ("--train", "--test")

Train = Annotated[
    list[Path], typer.Option(metavar="FILE...", help="Logs to fit on; several may follow.")
]
Test = Annotated[
    list[Path], typer.Option(metavar="FILE...", help="Logs to predict; several may follow.")
]
Replications = Annotated[int, typer.Option(min=2, help="Simulated test periods: the prediction.")]
Refits = Annotated[
    int, typer.Option(min=0, help="Simulated test periods with resampled fits: the interval.")
]
Strict = Annotated[
    bool, typer.Option("--strict", help="Every figure decides the exit code, not the overall ones.")
]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Folder of the page and the CSV.")]


def spread_files(arguments: Sequence[str]) -> list[str]:
    """Repeat `--train` and `--test` before every further file: `--train A B` means both."""
    found: list[str] = []
    option, first = "", False
    for word in arguments:
        if word in FILES:
            option, first = word, True
        elif word.startswith("-"):
            option = ""
        elif option:
            found += [] if first else [option]
            first = False
        found.append(word)
    return found


class FilesCommand(TyperCommand):
    """A command whose file options take one file or several."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse after `spread_files`."""
        return super().parse_args(ctx, spread_files(args))


def bank_log(
    train: Train,
    test: Test,
    replications: Replications = 40,
    refits: Refits = 40,
    seed: Seed = 1,
    strict: Strict = False,
    out: Out = Path("validation"),
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Call logs: fit on some days, predict others from their calls and agents' hours.

    Exit code 0: every overall figure agrees; 1: one fails; 2: a log cannot be used.
    """
    _run("bank-log", train, test, (replications, refits, seed, workers), strict, out, as_json)


def journey_log(
    train: Train,
    test: Test,
    replications: Replications = 40,
    refits: Refits = 40,
    seed: Seed = 1,
    strict: Strict = False,
    out: Out = Path("validation"),
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Logs of cases over phone and e-mail: fit on some, predict how others go on.

    Exit code 0: every overall figure agrees; 1: one fails; 2: a log cannot be used.
    """
    _run("journey-log", train, test, (replications, refits, seed, workers), strict, out, as_json)


def _run(
    which: Literal["bank-log", "journey-log"],
    train: list[Path],
    test: list[Path],
    numbers: tuple[int, int, int, int | None],
    strict: bool,
    out: Path,
    as_json: bool,
) -> None:
    from experiments.runtime.progress import bar
    from experiments.runtime.terminal import print_json
    from experiments.validation.logs.calls import validate_bank_log
    from experiments.validation.logs.journeys import validate_journey_log
    from experiments.validation.logs.page import log_summary, show, write_files
    from experiments.validation.logs.rows import passed
    from experiments.validation.logs.study import Effort

    effort = Effort(*numbers)
    validate = validate_bank_log if which == "bank-log" else validate_journey_log
    with bar() as progress:
        found = validate(train, test, effort, progress)
    page, table = write_files(found, effort, out, strict=strict)
    if as_json:
        plain = log_summary(found, strict=strict) | {"page": str(page), "table": str(table)}
        print_json(plain)
    else:
        show(found, page, table, strict=strict)
    fail_unless(passed(found.rows, strict=strict))
