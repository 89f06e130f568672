"""`optichannel tune`."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.cli.options import (
    PAGE,
    AsJson,
    Config,
    RunFolder,
    Sets,
    Workers,
    answer,
    command_line,
)


def tune(
    config: Config,
    trials: Annotated[
        int | None, typer.Option(min=1, help="Candidates for each strategy, in all.")
    ] = None,
    sets: Sets = None,
    workers: Workers = None,
    out: RunFolder = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the trials that the folder has.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tune the parameters of CONFIG's policies; check them on luck that no trial has seen."""
    from experiments.report import write_page
    from experiments.running.engine import simulator
    from experiments.running.runner import Settings
    from experiments.runtime.progress import bar
    from experiments.tuning.config import load_tune_config
    from experiments.tuning.console import print_tuning
    from experiments.tuning.outcome import CHECK
    from experiments.tuning.tune import tune as search
    from experiments.tuning.tune import tuning_summary

    loaded = load_tune_config(config, [*(sets or ()), *([f"trials={trials}"] if trials else ())])
    settings = Settings(workers=workers or 0, folder=out, command=command_line())
    with bar() as progress:
        tuning = search(loaded, simulator(), settings, resume=resume, report=progress)
    if tuning.validation is not None:
        write_page(tuning.validation, tuning.folder / CHECK / PAGE)
    answer(as_json, lambda: tuning_summary(tuning), lambda: print_tuning(tuning))
