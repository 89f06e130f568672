"""`optichannel report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli.options import PAGE, AsJson


def report(
    run_folder: Annotated[str, typer.Argument(metavar="RUN", help="A run folder.")],
    out: Annotated[Path | None, typer.Option(help="The page's file.")] = None,
    stress: Annotated[
        bool, typer.Option("--stress", help="Write the STRESS-DES checklist instead (Markdown).")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the page of a finished run again, and print its table."""
    from experiments.cli.console import show_results
    from experiments.store.results import RunResults
    from experiments.store.run_folder import find_run

    folder = find_run(run_folder)
    results = RunResults.load(folder)
    if stress:
        from experiments.report.stress import write_stress
        from experiments.runtime.terminal import print_line

        print_line(write_stress(results, out or folder / "stress-des.md"))
        return
    show_results(results, folder, out or folder / PAGE, as_json)
