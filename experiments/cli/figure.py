"""`optichannel figure` and `optichannel table`: a run's page, piece by piece, for papers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli.options import AsJson, answer

Run = Annotated[str, typer.Argument(metavar="RUN", help="A run folder.")]
Width = Annotated[float, typer.Option(help="Width on paper in millimetres; a column has some 85.")]


def figure(
    run: Run,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A figure; without: list them.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="The file, .svg, .pdf or .png; by default RUN/figures/NAME.svg."),
    ] = None,
    width: Width = 160.0,
    as_json: AsJson = False,
) -> None:
    """Write a figure of a run's page as SVG, PDF or PNG; needs the extra 'figures'."""
    from experiments.cli.console import print_catalogue
    from experiments.report.export.figures import figures, save_figure
    from experiments.store.results import RunResults
    from experiments.store.run_folder import find_run

    folder = find_run(run)
    results = RunResults.load(folder)
    if name is None:
        listed = {"figures": {key: made.alt for key, made in figures(results).items()}}
        answer(as_json, lambda: listed, lambda: print_catalogue(listed))
        return
    written = save_figure(results, name, out or folder / "figures" / f"{name}.svg", width_mm=width)
    _said("figure", written, as_json)


def table(
    run: Run,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A table; without: list them.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="The file, .csv or .tex; by default RUN/tables/NAME.csv."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a table of a run as CSV (unrounded) or LaTeX (as the page shows it, booktabs)."""
    from experiments.cli.console import print_catalogue
    from experiments.report.export.tables import save_table, tables
    from experiments.store.results import RunResults
    from experiments.store.run_folder import find_run

    folder = find_run(run)
    results = RunResults.load(folder)
    if name is None:
        listed = {"tables": {key: made.caption for key, made in tables(results).items()}}
        answer(as_json, lambda: listed, lambda: print_catalogue(listed))
        return
    _said("table", save_table(results, name, out or folder / "tables" / f"{name}.csv"), as_json)


def _said(what: str, path: Path, as_json: bool) -> None:
    from experiments.runtime.terminal import print_line

    answer(as_json, lambda: {what: str(path)}, lambda: print_line(f"{what}: {path}"))
