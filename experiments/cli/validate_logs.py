"""`optichannel validate bank-log` and `journey-log`: fit on some logs, predict others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperCommand

from experiments.cli.exits import fail_unless
from experiments.cli.options import AsJson, Seed, Workers, answer

FILES = ("--train", "--test")
EXIT_CODES = "Exit code 0: every overall figure agrees; 1: one fails; 2: a log cannot be used."

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


def log_command(which: Literal["bank-log", "journey-log"], help_line: str) -> Callable[..., None]:
    """Return the command that fits on some logs and predicts others; both kinds share options."""

    def command(
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
        from experiments.runtime.progress import bar
        from experiments.validation.logs.calls import validate_bank_log
        from experiments.validation.logs.journeys import validate_journey_log
        from experiments.validation.logs.page import log_summary, show, write_files
        from experiments.validation.logs.rows import passed
        from experiments.validation.logs.study import Effort

        effort = Effort(replications, refits, seed, workers)
        validate = validate_bank_log if which == "bank-log" else validate_journey_log
        with bar() as progress:
            result = validate(train, test, effort, progress)
        page, table = write_files(result, effort, out, strict=strict)
        places = {"page": str(page), "table": str(table)}
        answer(
            as_json,
            lambda: log_summary(result, strict=strict) | places,
            lambda: show(result, page, table, strict=strict),
        )
        fail_unless(passed(result.rows, strict=strict))

    command.__doc__ = f"{help_line}\n\n{EXIT_CODES}"
    return command


bank_log = log_command(
    "bank-log", "Call logs: fit on some days, predict others from their calls and agents' hours."
)
journey_log = log_command(
    "journey-log", "Logs of cases over phone and e-mail: fit on some, predict how others go on."
)
