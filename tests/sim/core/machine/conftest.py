"""The miniature in both engines."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.support.miniature import face
from tests.support.miniature.build import build


@pytest.fixture(scope="session")
def checked(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The checked build."""
    return build(tmp_path_factory.mktemp("checked"), checked=True)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The release build."""
    return build(tmp_path_factory.mktemp("release"), checked=False)


@pytest.fixture(params=["interpreted", "checked", "release"])
def core(request: pytest.FixtureRequest) -> ModuleType:
    """The face of the miniature, in each engine."""
    found: ModuleType = (
        face if request.param == "interpreted" else request.getfixturevalue(request.param)
    )
    return found
