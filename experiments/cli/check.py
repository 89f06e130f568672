"""`optichannel check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.cli.exits import fail_unless
from experiments.cli.options import AsJson, Config, RunFolder, Sets, Workers, answer

if TYPE_CHECKING:
    from experiments.running.config.experiment import ExperimentConfig
    from experiments.store.results import RunResults


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
    out: RunFolder = None,
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
    from experiments.cli.console import print_check
    from experiments.regression import baseline as baselines
    from experiments.regression import check as regression
    from experiments.regression.output import Machines, check_summary
    from experiments.running.config.experiment import load_config
    from experiments.runtime.terminal import print_line

    loaded, machines = load_config(config, sets or ()), Machines(junit, github)
    previous = baselines.load(baseline) if not update or baseline.exists() else None
    try:
        results = _simulate_aside(loaded, workers, out)
        if update or previous is None:
            baselines.save(baselines.record(results, previous), baseline)
            written = {"baseline": str(baseline), "updated": True}
            answer(as_json, lambda: written, lambda: print_line(f"baseline written: {baseline}"))
            return
        compared = regression.compare(results, previous, exact)
    except Exception as error:
        machines.failed(loaded.name, error)
        raise
    machines.compared(loaded.name, compared)
    answer(as_json, lambda: check_summary(compared), lambda: print_check(compared))
    fail_unless(compared.passed)


def _simulate_aside(config: ExperimentConfig, workers: int | None, out: Path | None) -> RunResults:
    """Run in a folder that is removed afterwards, unless one is given."""
    from tempfile import TemporaryDirectory

    from experiments.cli.simulate import simulate

    if out is not None:
        return simulate(config, workers, out).results
    with TemporaryDirectory(prefix="optichannel-check-") as folder:
        return simulate(config, workers, Path(folder)).results
