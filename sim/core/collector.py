"""Python's search for cycles, while records pile up that hold none."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = 1_000_000  # new objects from one search to the next; Python's own figure is 700


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Look for cycles seldom: records hold numbers only, but are searched as all objects are.

    Interpreted, that took a fifth of a run's time. What was made meanwhile counts as old
    afterwards, so that it is not searched at once either.
    """
    usual = gc.get_threshold()
    if usual[0]:  # 0: somebody has switched it off
        gc.set_threshold(max(usual[0], SELDOM), *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        if usual[0] and not gc.get_freeze_count():  # else somebody's own would thaw
            gc.freeze()
            gc.unfreeze()
