"""What tests of the simulator share."""

from __future__ import annotations

import pytest

from tests.support.engines import ENGINES, have_both


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine that is there."""
    if request.param == "compiled":
        have_both()
    return str(request.param)
