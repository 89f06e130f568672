"""Where worlds show a learner what there is to see: matrices of the caller's."""

from __future__ import annotations

from sim.core.codes import DECISION
from sim.core.learning import begin, fits, go_on, take_action
from sim.core.simulation import Simulation
from sim.core.storage import ByteMatrix, Float32Matrix, FloatMatrix, IntArray
from sim.native_types import Int


class Board:
    """Where worlds show a learner what there is to see: a row each, in matrices of the caller's.

    ``observations`` has shape (rows, features), ``masks`` (rows, actions) as bytes, ``outcomes``
    (rows, ``N_OUTCOMES``); see ``learning``.

    Raises:
        IndexError: by each method, for a row that is not there or has another width.
    """

    observations: Float32Matrix
    masks: ByteMatrix
    outcomes: FloatMatrix

    def __init__(
        self, observations: Float32Matrix, masks: ByteMatrix, outcomes: FloatMatrix
    ) -> None:
        self.observations, self.masks, self.outcomes = observations, masks, outcomes

    def begin(self, simulation: Simulation, row: Int) -> None:
        """Show an episode's first decision."""
        self._check(simulation, row)
        begin(simulation.world, self.observations, self.masks, self.outcomes, row)

    def step(self, simulation: Simulation, row: Int, action: Int) -> int:
        """Take the decision at hand and go on to the next one; see ``learning.go_on``."""
        self._check(simulation, row)
        take_action(simulation.world, action)
        return go_on(simulation.world, self.observations, self.masks, self.outcomes, row)

    def go_on(self, simulation: Simulation, row: Int) -> int:
        """Go on with a step, once what it came back for is settled."""
        self._check(simulation, row)
        return go_on(simulation.world, self.observations, self.masks, self.outcomes, row)

    def step_all(self, simulations: list[Simulation], actions: IntArray, codes: IntArray) -> int:
        """Let worlds step, that of row 0 first, in one call; return how many gave no decision.

        ``codes`` gets what each step returns. A world whose code is negative is left out.
        """
        n = len(simulations)
        if actions.shape[0] != n or codes.shape[0] != n:
            raise ValueError(f"{n} worlds need as many actions; got {actions.shape[0]}")
        others = 0
        for row in range(n):
            if codes[row] >= 0:
                simulation: Simulation = simulations[row]
                world = simulation.world
                if not fits(world, self.observations, self.masks, self.outcomes, row):
                    self._check(simulation, row)
                take_action(world, actions[row])
                codes[row] = go_on(world, self.observations, self.masks, self.outcomes, row)
            if codes[row] != DECISION:
                others += 1
        return others

    def _check(self, simulation: Simulation, row: Int) -> None:
        if not fits(simulation.world, self.observations, self.masks, self.outcomes, row):
            raise IndexError(f"the matrices have no row {row} as wide as what the world shows")
