"""The commands of `optichannel` put together, its exit codes, and what it says of errors."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated

import typer

from experiments.cli import bench, calibrate, validate
from experiments.cli.check import check
from experiments.cli.compare import compare
from experiments.cli.conform import conform
from experiments.cli.convert import convert
from experiments.cli.exits import BAD_INPUT, CRASHED, INTERRUPTED, complain
from experiments.cli.figure import figure, table
from experiments.cli.list import list_
from experiments.cli.predict import predict
from experiments.cli.record import record
from experiments.cli.register import dataset, decisions, register
from experiments.cli.report import report
from experiments.cli.run import run
from experiments.cli.schema import schema
from experiments.cli.train import train
from experiments.cli.tune import tune
from sim.errors import InputError

KEPT = {
    "record": "; the row's old answer is kept: record it again",
    "run": "; finished replications are kept: run again",
    "check": "; nothing is kept, unless --out was given: run again",
    "tune": "; finished trials are kept: run again with --resume",
    "train": "; the last checkpoint, if any, is kept: run again with --resume",
}
"""What an interrupted command leaves behind."""

app = typer.Typer(
    name="optichannel",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Simulate a firm's customer journeys; compare channel strategies in retention and cost.",
    epilog="Exit codes: 0 done or unchanged; 1 changed (check) or a check failed (validate, "
    "conform, bench soak); 2 bad input; 70 a crash or a failed replication; 130 interrupted.",
)
for command in (run, compare, report, figure, table, check, record, tune, train, predict):
    app.command()(command)
app.add_typer(validate.app, name="validate")
app.command()(conform)
app.add_typer(calibrate.app, name="calibrate")
app.add_typer(bench.app, name="bench")
for of_one in (register, decisions, dataset):
    app.command()(of_one)
app.command("list")(list_)
app.command()(schema)
app.command()(convert)


def _print_version(asked: bool) -> None:
    if asked:
        from experiments.running.manifest import revision, versions
        from experiments.runtime.terminal import print_line

        found = versions()
        print_line(
            f"optichannel {found['optichannel']} ({revision()}), Python {found['python']}, "
            f"engine {found['engine']}"
        )
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            is_eager=True,
            callback=_print_version,
            help="Print version, revision, Python and engine.",
        ),
    ] = False,
) -> None: ...


def at_home(word: str) -> str:
    """Return an argument with its `~` expanded, which shells leave in `--out=~/runs`."""
    option, equals, value = word.partition("=") if word.startswith("--") else ("", "", word)
    return option + equals + (os.path.expanduser(value) if value.startswith("~") else value)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    0; 1 changed (`check`) or a check failed (`validate`, `conform`, `bench soak`); 2 bad input;
    70 crashed, or a replication failed; 130 interrupted.
    """
    from experiments.runtime import terminal

    terminal.prepare()
    given = [at_home(word) for word in (sys.argv[1:] if arguments is None else arguments)]
    kept = KEPT.get(given[0] if given else "", "")
    try:
        code = app(given, standalone_mode=False, prog_name="optichannel")
    except InputError as error:
        return complain(str(error), BAD_INPUT)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except BrokenPipeError:
        sys.stdout = None  # the reader has gone, which is its good right
        return 0
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or error
        where = f"{error.filename}: " if error.filename else ""
        return complain(f"{where}{reason}", BAD_INPUT)
    except MemoryError:
        return complain("there is not enough memory" + kept, CRASHED)
    except Exception as error:
        return _refused(error)
    if code == INTERRUPTED:
        return complain("interrupted" + kept, INTERRUPTED)
    return code if isinstance(code, int) else 0


def _refused(error: Exception) -> int:
    """Answer a usage error of the command line, work that failed, or a fault of our own."""
    code, show = getattr(error, "exit_code", None), getattr(error, "show", None)
    if not isinstance(code, int):
        traceback.print_exception(error)
        return complain(f"crashed: {type(error).__name__}: {error}; please report it", CRASHED)
    if show is None:
        return complain(str(error), code)
    show()
    return code
