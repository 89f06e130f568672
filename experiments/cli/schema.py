"""`optichannel schema`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Document(StrEnum):
    """Input files that have a JSON Schema."""

    SCENARIO = "scenario"
    EXPERIMENT = "experiment"


def schema(
    document: Annotated[Document, typer.Argument(help="Which file.")] = Document.SCENARIO,
) -> None:
    """Print the JSON Schema of a scenario or experiment file, for editors."""
    from experiments.runtime.terminal import print_json
    from sim.inputs import json_schema

    if document is Document.SCENARIO:
        from sim.scenario import Scenario

        print_json(json_schema(Scenario))
    else:
        from experiments.running.config.experiment import ExperimentConfig

        print_json(json_schema(ExperimentConfig))
