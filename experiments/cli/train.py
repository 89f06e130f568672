"""`optichannel train`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli.options import AsJson, Config, Sets, answer


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
        result = learn(loaded, out, resume=resume, report=progress)
    answer(as_json, lambda: result, lambda: print_training(result))
