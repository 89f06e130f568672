"""`optichannel run`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from experiments.cli.options import PAGE, AsJson, Config, RunFolder, Sets, Workers


def run(
    config: Config,
    sets: Sets = None,
    workers: Workers = None,
    out: RunFolder = None,
    register: Annotated[
        Literal["parquet", "csv", "xes"] | None,
        typer.Option(help="Keep each replication's register."),
    ] = None,
    cluster: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Use the Dask cluster there.")
    ] = "",
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Simulate anew what the run folder has finished.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Say how many runs and minutes it takes; run nothing."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Simulate and compare the strategies of CONFIG, and answer what it asks.

    Writes a run folder with its page.
    """
    from experiments.cli.console import show_results
    from experiments.cli.plan import show_plan
    from experiments.cli.simulate import simulate
    from experiments.running.config.experiment import load_config

    loaded = load_config(config, sets or ())
    if dry_run:
        show_plan(loaded, out, workers, as_json)
        return
    outcome = simulate(loaded, workers, out, register, cluster, fresh)
    show_results(outcome.results, outcome.folder, outcome.folder / PAGE, as_json)
