"""Learned policies of the former format, as safetensors.

NumPy's archives are unpacked into memory without a bound: convert only files of your own.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np

from policies.learned.model import Model, header_of, save_model
from sim.errors import InputError


def convert(old: Path, new: Path) -> None:
    """Write the learned policy of a `.npz` file as safetensors, its values unchanged.

    Raises:
        InputError: the file is no learned policy of the old format, or the new one cannot be
            written.
    """
    try:
        with np.load(old, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        header = json.loads(arrays.pop("header").tobytes())
    except (OSError, ValueError, EOFError, LookupError, AttributeError, zipfile.BadZipFile):
        raise InputError(f"{old}: is no learned policy in a .npz file") from None
    save_model(Model(header_of(header, str(old)), arrays), new)
