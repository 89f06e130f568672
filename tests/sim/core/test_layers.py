"""The machine is functions over a state: no file knows one above it, not even for its types."""

from pathlib import Path

import pytest

import sim.core

FILES = sorted(Path(sim.core.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("word", ["TYPE_CHECKING", "type: ignore", "NotImplementedError"])
def test_types_need_no_way_around_the_layers(word: str) -> None:
    """Import contracts leave imports for types alone, so those are looked for here."""
    assert len(FILES) > 12
    assert [path.name for path in FILES if word in path.read_text(encoding="utf-8")] == []
