"""`optichannel record`."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.cli.options import PAGE, AsJson, RunFolder, Workers, answer


def record(
    row: Annotated[
        str, typer.Argument(metavar="ROW", help="A row's name, of those in 'list --rows'.")
    ],
    workers: Workers = None,
    out: RunFolder = None,
    as_json: AsJson = False,
) -> None:
    """Run a shipped row anew and keep its answer beside its config.

    For those who change the simulator; docs/results/rows.md is made from these answers.
    """
    from experiments.cli.rows import print_row
    from experiments.cli.simulate import simulate
    from experiments.report import write_page
    from experiments.rows import recorded as answers
    from experiments.rows.mechanisms import row_config
    from experiments.rows.record import recorded

    config = row_config(row)
    outcome = simulate(config, workers, out, None, "", fresh=True)
    write_page(outcome.results, outcome.folder / PAGE)
    found = recorded(config, outcome.results)
    answers.save(row, found)
    answer(as_json, lambda: found.model_dump(mode="json"), lambda: print_row(row))
