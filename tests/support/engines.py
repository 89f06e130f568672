"""Tests that run in both engines."""

from __future__ import annotations

import os

import pytest

from sim.core.engine import VARIABLE, engine_of
from sim.errors import InputError

ENGINES = ("interpreted", "compiled")


def have_both() -> None:
    """Skip the test where there is no compiled engine, unless it is asked for."""
    try:
        interpreted, compiled = (engine_of(name) for name in ENGINES)
    except InputError as error:
        if os.environ.get(VARIABLE) == "compiled":
            raise
        pytest.skip(str(error))
    assert interpreted.face is not compiled.face
