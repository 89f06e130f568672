"""`optichannel compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli.options import PAGE, AsJson

Run = Annotated[str, typer.Argument(metavar="RUN", help="A run folder.")]


def compare(
    first: Run,
    second: Run,
    out: Annotated[
        Path | None, typer.Option(help="Folder; by default runs/comparison-<digest>.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare the strategies of two runs that share scenario and seed; write a page.

    Replications of one number met the same luck in both runs, so their differences are paired.
    Where the runs do not share that, the message says what differs.
    """
    from experiments.cli.console import show_results
    from experiments.running.pairing import compare_runs, keep

    results = compare_runs(first, second)
    folder = out or Path("runs") / f"comparison-{results.manifest['digest'][:8]}"
    keep(results, folder)
    show_results(results, folder, folder / PAGE, as_json)
