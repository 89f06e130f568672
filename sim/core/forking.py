"""What becomes of policies when the world that they decide in is copied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.decisions.actions import Decider


def forked(deciders: Sequence[Decider | None]) -> list[Decider | None]:
    """Return deciders for a copy: those that change are copied, one that stands twice once."""
    old: list[Any] = [*deciders]
    forks = {id(one): one.fork() for one in old if hasattr(one, "fork")}
    return [forks.get(id(one), one) for one in old]


def known_forks(
    old: Sequence[Decider | None], new: Sequence[Decider | None], memo: dict[int, Any]
) -> list[Decider | None]:
    """Return the forks of ``old`` that ``copy.deepcopy`` knows by ``memo``, or else ``new``."""
    return [
        mine if fork is mine else memo.setdefault(id(mine), fork)
        for mine, fork in zip(old, new, strict=True)
    ]
