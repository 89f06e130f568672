"""`optichannel predict`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.cli.options import AsJson, Config, Sets, Workers, answer


def predict(
    config: Config,
    sets: Sets = None,
    out: Annotated[Path | None, typer.Option(help="By default runs/<name>.safetensors.")] = None,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Fit scores of leaving, resolving and reasons on pilots; judge them on luck held out."""
    from experiments.prediction.config import load_prediction_config
    from experiments.prediction.console import print_prediction
    from experiments.prediction.predict import predict as fit
    from experiments.runtime.progress import bar

    loaded = load_prediction_config(config, sets or ())
    with bar() as progress:
        prediction = fit(loaded, out, workers=workers or 0, report=progress)
    answer(as_json, prediction.plain, lambda: print_prediction(prediction))
