"""`optichannel schema`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer


def schema(
    document: Annotated[
        Literal["scenario", "experiment"], typer.Argument(help="Which file.")
    ] = "scenario",
) -> None:
    """Print the JSON Schema of a scenario or experiment file, for editors."""
    from experiments.runtime.terminal import print_json
    from sim.inputs import json_schema

    if document == "scenario":
        from sim.scenario import Scenario

        print_json(json_schema(Scenario))
    else:
        from experiments.running.config.experiment import ExperimentConfig

        print_json(json_schema(ExperimentConfig))
