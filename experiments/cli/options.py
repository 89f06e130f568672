"""Options that several commands share."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on stdout and nothing else.")]
Config = Annotated[str, typer.Argument(metavar="CONFIG", help="A config file or a shipped name.")]
RunFolder = Annotated[
    Path | None, typer.Option(help="Run folder; by default runs/<name>-<digest>.")
]
Seed = Annotated[int, typer.Option(min=0)]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY.PATH=VALUE", help="Change a value; may be repeated."),
]
Workers = Annotated[
    int | None, typer.Option(min=1, help="Processes; by default one for each core.")
]
PAGE = "report.html"
"""A run's page in its folder."""


def answer(as_json: bool, plain: Callable[[], Any], show: Callable[[], None]) -> None:
    """Print what a command found: as JSON, or as `show` prints it for people."""
    from experiments.runtime.terminal import print_json

    if as_json:
        print_json(plain())
    else:
        show()


def command_line() -> str:
    """Return the command as it was given, for the manifest."""
    return shlex.join(["optichannel", *sys.argv[1:]])
