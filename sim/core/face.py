"""The face of the core: all that the rest of the project uses of it.

``Rules`` holds a firm's tables, ``Simulation`` one world, ``Board`` what worlds show a learner.
Compiled, the extension holds the same names.
"""

from __future__ import annotations

from sim.core.board import Board
from sim.core.rule_tables import Rules
from sim.core.simulation import Simulation

__all__ = ["Board", "Rules", "Simulation"]
