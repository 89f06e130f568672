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
    as_json: AsJson = False,
) -> None:
    """Simulate and compare the strategies of CONFIG; write a run folder with its page."""
    from experiments.cli.console import show_results
    from experiments.cli.simulate import simulate
    from experiments.running.config.experiment import load_config

    outcome = simulate(load_config(config, sets or ()), workers, out, register, cluster, fresh)
    show_results(outcome.results, outcome.folder, outcome.folder / PAGE, as_json)
