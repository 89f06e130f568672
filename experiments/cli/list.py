"""`optichannel list`."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.cli.options import AsJson, answer


def list_(
    diagnostics: Annotated[
        bool, typer.Option("--diagnostics", help="List the checks of 'validate' instead.")
    ] = False,
    rows: Annotated[
        bool,
        typer.Option("--rows", help="List what practitioners claim, and the recorded answers."),
    ] = False,
    features: Annotated[
        str, typer.Option(metavar="SCENARIO", help="List what an environment observes instead.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the shipped scenarios and configs, each with its title, and the policies."""
    from experiments.cli.catalogue import catalogue, features_of
    from experiments.cli.console import print_catalogue

    if rows:
        from experiments.cli.rows import print_rows, rows_as_dicts

        answer(as_json, rows_as_dicts, print_rows)
        return
    if features:
        entries = features_of(features)
    elif diagnostics:
        from experiments.validation.validate import listed

        entries = listed()
    else:
        entries = catalogue()
    answer(as_json, lambda: entries, lambda: print_catalogue(entries))
