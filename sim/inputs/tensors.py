"""Named arrays with a header of plain values in one file, in the format safetensors.

The format is bytes behind a header in JSON: nothing is unpickled, nothing unpacked, so that a file
cannot take more memory than its size (https://github.com/huggingface/safetensors). Everything that
the header says is checked before an array is made of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, deserialize
from safetensors.numpy import save

from sim.errors import InputError
from sim.inputs.files import read_bytes, write_atomically

SUFFIX = ".safetensors"
HEADER = "header"  # the only entry of the metadata: several would be written in any order
MOST_DIMENSIONS = 8
DTYPES = {
    "BOOL": "bool", "U8": "u1", "I8": "i1", "U16": "u2", "I16": "i2", "U32": "u4", "I32": "i4",
    "U64": "u8", "I64": "i8", "F16": "f2", "F32": "f4", "F64": "f8",
}  # fmt: skip
Array = npt.NDArray[Any]
Arrays = dict[str, Array]
Header = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What a kind of file holds.

    ``what``: its name in messages. ``format`` and ``version``: what its header must say.
    ``members``: a regular expression of its arrays' names. ``dtypes``: theirs, of ``DTYPES``.
    ``renew``: what to do with a file of the NumPy archives (.npz) that came before.
    """

    what: str
    format: str
    version: int
    members: str
    dtypes: tuple[str, ...] = tuple(DTYPES)
    max_bytes: int = 200_000_000
    renew: str


def save_tensors(
    path: Path, layout: Layout, header: Mapping[str, Any], arrays: Mapping[str, Array]
) -> None:
    """Write arrays and header; the same content gives the same bytes.

    Raises:
        InputError: the file cannot be written; an older one is then kept.
    """
    about = {**header, "format": layout.format, "version": layout.version}
    text = json.dumps(about, allow_nan=False)  # the order of a scenario's keys has a meaning
    dense = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    write_atomically(path, save(dense, {HEADER: text}))


def load_tensors(path: Path, layout: Layout) -> tuple[Header, Arrays]:
    """Return header and arrays.

    Raises:
        InputError: no such file, one that is not of this layout or version, or a damaged one.
    """
    try:
        data = read_bytes(path, layout.max_bytes)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    if data.startswith(b"PK\x03\x04"):
        raise InputError(f"{path}: is not {layout.what} in safetensors but a .npz; {layout.renew}")
    try:
        return _decoded(data, layout)
    except SafetensorError:
        reason = "its parts do not fit together"
    except RecursionError:
        reason = "its header is too deep"
    except ValueError as error:
        reason = str(error)
    raise InputError(f"{path}: is not {layout.what}, or is damaged: {reason}")


def _decoded(data: bytes, layout: Layout) -> tuple[Header, Arrays]:
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or size > len(data) - 8:
        raise ValueError("it has no header")
    try:
        entries = json.loads(data[8 : 8 + size])
        metadata = entries.pop("__metadata__")
        header = json.loads(metadata[HEADER])
    except (ValueError, AttributeError, KeyError, TypeError):
        raise ValueError("its header cannot be read") from None
    if not isinstance(header, dict) or header.get("format") != layout.format:
        raise ValueError(f"its header does not say '{layout.format}'")
    if header.get("version") != layout.version:
        raise ValueError(f"it must have format version {layout.version}, but has another")
    for name, entry in entries.items():
        _check_entry(name, entry, layout)
    arrays = {name: _array(entry) for name, entry in deserialize(data)}  # type: ignore[no-untyped-call]
    if arrays.keys() != entries.keys():
        raise ValueError("an array is there twice")
    return header, arrays


def _check_entry(name: str, entry: Any, layout: Layout) -> None:
    if not re.fullmatch(layout.members, name):
        raise ValueError("it holds an array of another name")
    if not isinstance(entry, dict) or entry.get("dtype") not in layout.dtypes:
        raise ValueError(f"'{name}' must be of type {' or '.join(layout.dtypes)}")
    if not isinstance(entry.get("shape"), list) or len(entry["shape"]) > MOST_DIMENSIONS:
        raise ValueError(f"'{name}' must have a shape of at most {MOST_DIMENSIONS} dimensions")


def _array(entry: Mapping[str, Any]) -> Array:
    """Return an array of its own memory, in the machine's order of bytes."""
    dtype = np.dtype(DTYPES[entry["dtype"]])
    array: Array = np.frombuffer(entry["data"], dtype.newbyteorder("<")).astype(dtype)
    return array.reshape(entry["shape"])
