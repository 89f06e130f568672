"""Beginning to believe: evidence of every customer, with what has been heard of them before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.tables.compiled import Compiled

if TYPE_CHECKING:
    from sim.core.simulation import Simulation


def believe(core: Simulation, compiled: Compiled) -> None:
    """Keep evidence from now on; what has been written so far, and has arrived, is heard at once.

    Nothing happens where it is kept already.
    """
    if core.scalar("believes"):
        return
    pieces = core.scalar("n_customers") * (compiled.channels.n + 1)
    hints = pieces * int(core.rules.scalar("n_concerns"))
    core.fill("evidence", {"at_s": np.zeros(pieces)})
    core.fill("hints", {"needs": np.zeros(hints)})
    core.put_scalar("believes", 1)
    core.hear()
