"""`optichannel convert`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def convert(
    old: Annotated[Path, typer.Argument(metavar="OLD.npz", help="A file of your own.")],
    new: Annotated[Path, typer.Argument(metavar="NEW.safetensors", help="The file to write.")],
) -> None:
    """Write a learned policy of the former format as safetensors.

    NumPy's archives are unpacked into memory without a bound: convert only files of your own.
    """
    from experiments.store.convert import convert as convert_policy

    convert_policy(old, new)
