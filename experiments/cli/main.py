"""The command `optichannel`. Heavy parts are imported by the commands that use them."""

from __future__ import annotations

import errno
import os
import shlex
import sys
import traceback
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.validation.command import app as validation
from sim.errors import InputError

if TYPE_CHECKING:
    from experiments.run.config.experiment import ExperimentConfig
    from experiments.run.runner import Outcome
    from experiments.store.results import RunResults

FAILED, BAD_INPUT, CRASHED, INTERRUPTED = 1, 2, 70, 130
"""Exit codes besides 0; 70 is `EX_SOFTWARE` of BSD's sysexits."""
PAGE = "report.html"
KEPT = {
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
    epilog="Exit codes: 0 done or unchanged; 1 changed (check) or a figure disagrees (validate); "
    "2 bad input; 70 a crash or a failed replication; 130 interrupted.",
)

app.add_typer(validation, name="validate")

Config = Annotated[str, typer.Argument(metavar="CONFIG", help="A config file or a shipped name.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY.PATH=VALUE", help="Change a value; may be repeated."),
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes; by default one for each core.")
]
Out = Annotated[Path | None, typer.Option(help="Run folder; by default runs/<name>-<digest>.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout and nothing else.")]
Cluster = Annotated[str, typer.Option(metavar="ADDRESS", help="Use the Dask cluster there.")]


class RegisterFormat(StrEnum):
    """Formats in which a replication's register can be kept."""

    PARQUET = "parquet"
    CSV = "csv"
    XES = "xes"


class Document(StrEnum):
    """Input files that have a JSON Schema."""

    SCENARIO = "scenario"
    EXPERIMENT = "experiment"


@app.command()
def run(
    config: Config,
    sets: Sets = None,
    workers: Workers = None,
    out: Out = None,
    register: Annotated[
        RegisterFormat | None, typer.Option(help="Keep each replication's register.")
    ] = None,
    cluster: Cluster = "",
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Simulate anew what the run folder has finished.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Simulate and compare the strategies of CONFIG; write a run folder with its page."""
    from experiments.report import write_page
    from experiments.run.config.experiment import load_config

    outcome = _simulate(load_config(config, sets or ()), workers, out, register, cluster, fresh)
    page = outcome.folder / PAGE
    write_page(outcome.results, page)
    _show_results(outcome.results, outcome.folder, page, as_json)


@app.command()
def report(
    run_folder: Annotated[str, typer.Argument(metavar="RUN", help="A run folder.")],
    out: Annotated[Path | None, typer.Option(help="The page's file.")] = None,
    stress: Annotated[
        bool, typer.Option("--stress", help="Write the STRESS-DES checklist instead (Markdown).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the page of a finished run again, and print its table."""
    from experiments.report import write_page
    from experiments.store.results import RunResults
    from experiments.store.run_folder import find_run

    folder = find_run(run_folder)
    results = RunResults.load(folder)
    if stress:
        from experiments.report.stress import write_stress
        from experiments.runtime.terminal import print_line

        print_line(write_stress(results, out or folder / "stress-des.md"))
        return
    page = out or folder / PAGE
    write_page(results, page)
    _show_results(results, folder, page, as_json)


@app.command()
def check(
    config: Config,
    baseline: Annotated[Path, typer.Option(metavar="FILE", help="What was recorded.")],
    update: Annotated[bool, typer.Option("--update", help="Write the baseline.")] = False,
    exact: Annotated[
        bool | None,
        typer.Option(
            "--exact/--statistical",
            help="What decides; by default exact on the baseline's platform only.",
        ),
    ] = None,
    sets: Sets = None,
    workers: Workers = None,
    out: Out = None,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write JUnit XML too: a test a metric.")
    ] = None,
    github: Annotated[
        bool,
        typer.Option("--github", envvar="GITHUB_ACTIONS", help="Annotate what changed, on stderr."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare a run of CONFIG with a baseline.

    Exit code 0: the same; 1: changed, and nothing else; 2: bad input; 70: the run failed.
    """
    from experiments.regression import baseline as baselines
    from experiments.regression import check as regression
    from experiments.regression.output import Machines, as_plain
    from experiments.run.config.experiment import load_config

    loaded, machines = load_config(config, sets or ()), Machines(junit, github)
    previous = baselines.load(baseline) if not update or baseline.exists() else None
    try:
        results = _simulate_aside(loaded, workers, out)
        if update or previous is None:
            baselines.save(baselines.record(results, previous), baseline)
            from experiments.runtime.terminal import print_line

            if as_json:
                _print_json({"baseline": str(baseline), "updated": True})
            else:
                print_line(f"baseline written: {baseline}")
            return
        found = regression.compare(results, previous, exact)
    except Exception as error:
        machines.failed(loaded.name, error)
        raise
    machines.compared(loaded.name, found)
    if as_json:
        _print_json(as_plain(found))
    else:
        from experiments.cli.console import print_check

        print_check(found)
    if not found.passed:
        raise typer.Exit(FAILED)


@app.command()
def tune(
    config: Config,
    trials: Annotated[
        int | None, typer.Option(min=1, help="Candidates for each strategy, in all.")
    ] = None,
    sets: Sets = None,
    workers: Workers = None,
    out: Out = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the trials that the folder has.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tune the parameters of CONFIG's policies; check them on luck that no trial has seen."""
    from experiments.run.engine import simulator
    from experiments.run.runner import Settings
    from experiments.runtime.progress import bar
    from experiments.tuning.config import load_tune_config
    from experiments.tuning.console import print_tuning
    from experiments.tuning.outcome import CHECK
    from experiments.tuning.tune import as_plain
    from experiments.tuning.tune import tune as search

    loaded = load_tune_config(config, [*(sets or ()), *([f"trials={trials}"] if trials else ())])
    command = shlex.join(["optichannel", *sys.argv[1:]])
    settings = Settings(workers=workers or 0, folder=out, command=command)
    with bar() as progress:
        found = search(loaded, simulator(), settings, resume=resume, report=progress)
    if found.validation is not None:
        from experiments.report import write_page

        write_page(found.validation, found.folder / CHECK / PAGE)
    if as_json:
        _print_json(as_plain(found))
    else:
        print_tuning(found)


@app.command()
def train(
    config: Config,
    sets: Sets = None,
    out: Annotated[Path | None, typer.Option(help="By default runs/train-<name>-<seed>.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the folder's last checkpoint.")
    ] = False,
    seed: Annotated[int | None, typer.Option(min=0, help="The training seed.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train a policy as CONFIG says; judge it on luck that no training has seen."""
    from experiments.learning.config import load_train_config
    from experiments.learning.console import print_training
    from experiments.learning.train import train as learn
    from experiments.runtime.progress import bar

    chosen = [] if seed is None else [f"seed={seed}"]
    loaded = load_train_config(config, [*(sets or ()), *chosen])
    with bar() as progress:
        found = learn(loaded, out, resume=resume, report=progress)
    if as_json:
        _print_json(found)
    else:
        print_training(found)


@app.command("list")
def list_(
    diagnostics: Annotated[
        bool, typer.Option("--diagnostics", help="List the checks of 'validate' instead.")
    ] = False,
    features: Annotated[
        str, typer.Option(metavar="SCENARIO", help="List what an environment observes instead.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the shipped scenarios and configs, each with its title, and the policies."""
    from experiments.cli.catalogue import catalogue, features_of

    if features:
        found = features_of(features)
    elif diagnostics:
        from experiments.validation.validate import listed

        found = listed()
    else:
        found = catalogue()
    if as_json:
        _print_json(found)
    else:
        from experiments.cli.console import print_catalogue

        print_catalogue(found)


@app.command()
def schema(
    document: Annotated[Document, typer.Argument(help="Which file.")] = Document.SCENARIO,
) -> None:
    """Print the JSON Schema of a scenario or experiment file, for editors."""
    from sim.inputs import json_schema

    if document is Document.SCENARIO:
        from sim.scenario import Scenario

        _print_json(json_schema(Scenario))
    else:
        from experiments.run.config.experiment import ExperimentConfig

        _print_json(json_schema(ExperimentConfig))


def at_home(word: str) -> str:
    """Return an argument with its `~` expanded, which shells leave in `--out=~/runs`."""
    option, equals, value = word.partition("=") if word.startswith("--") else ("", "", word)
    return option + equals + (os.path.expanduser(value) if value.startswith("~") else value)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    0; 1 changed (`check`) or a figure disagrees (`validate`); 2 bad input; 70 crashed, or a
    replication failed; 130 interrupted.
    """
    from experiments.runtime import terminal

    terminal.prepare()
    given = [at_home(word) for word in (sys.argv[1:] if arguments is None else arguments)]
    try:
        code = app(given, standalone_mode=False, prog_name="optichannel")
    except InputError as error:
        return _complain(str(error), BAD_INPUT)
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except BrokenPipeError:
        sys.stdout = None  # the reader has gone, which is its good right
        return 0
    except OSError as error:
        reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or error
        where = f"{error.filename}: " if error.filename else ""
        return _complain(f"{where}{reason}", BAD_INPUT)
    except MemoryError:
        kept = KEPT.get(given[0] if given else "", "")
        return _complain("there is not enough memory" + kept, CRASHED)
    except Exception as error:
        return _refused(error)
    if code == INTERRUPTED:
        kept = KEPT.get(given[0] if given else "", "")
        return _complain("interrupted" + kept, INTERRUPTED)
    return code if isinstance(code, int) else 0


def _refused(error: Exception) -> int:
    """Answer a usage error of the command line, work that failed, or a fault of our own."""
    code, show = getattr(error, "exit_code", None), getattr(error, "show", None)
    if not isinstance(code, int):
        traceback.print_exception(error)
        return _complain(f"crashed: {type(error).__name__}: {error}; please report it", CRASHED)
    if show is None:
        return _complain(str(error), code)
    show()
    return code


def _complain(message: str, code: int) -> int:
    """Print a message and return the exit code."""
    from experiments.runtime.terminal import print_line

    print_line(f"optichannel: {message}", error=True)
    return code


def _simulate(
    config: ExperimentConfig,
    workers: int | None,
    out: Path | None,
    register: RegisterFormat | None = None,
    cluster: str = "",
    fresh: bool = False,
) -> Outcome:
    from experiments.run.engine import simulator
    from experiments.run.runner import Settings, run_experiment
    from experiments.runtime.progress import bar

    settings = Settings(
        workers=workers or 0,
        folder=out,
        register=None if register is None else register.value,
        cluster=cluster,
        command=shlex.join(["optichannel", *sys.argv[1:]]),
        fresh=fresh,
    )
    with bar() as progress:
        found = run_experiment(config, simulator(), settings, progress)
    if found.damaged:
        named = ", ".join(f"{job.strategy} {job.replication}" for job in found.damaged[:10])
        more = " …" if len(found.damaged) > 10 else ""
        _complain(f"damaged, so run again: replications {named}{more}", 0)
    return found


def _simulate_aside(config: ExperimentConfig, workers: int | None, out: Path | None) -> RunResults:
    """Run in a folder that is removed afterwards, unless one is given."""
    from tempfile import TemporaryDirectory

    if out is not None:
        return _simulate(config, workers, out).results
    with TemporaryDirectory(prefix="optichannel-check-") as folder:
        return _simulate(config, workers, Path(folder)).results


def _show_results(results: RunResults, folder: Path, page: Path, as_json: bool) -> None:
    from experiments.cli import console

    if as_json:
        _print_json(console.as_plain(results) | {"folder": str(folder), "page": str(page)})
    else:
        console.print_results(results, page)


def _print_json(plain: Any) -> None:
    from experiments.runtime.terminal import print_json

    print_json(plain)


if __name__ == "__main__":
    sys.exit(main())
