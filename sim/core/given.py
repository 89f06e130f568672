"""What a world is given and gives, as plain tuples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

import numpy as np
import numpy.typing as npt

from sim.decisions.actions import Kind, PolicyError
from sim.decisions.view import Leg

if TYPE_CHECKING:
    from sim.core.simulation import Simulation
    from sim.tables.compiled import Compiled


class Trace(NamedTuple):
    """Needs at given times, instead of drawn ones (a log replayed).

    ``segment`` holds each customer's segment; without it segments are drawn by their shares.
    """

    time_s: npt.NDArray[np.float64]
    customer: npt.NDArray[np.int64]
    intent: npt.NDArray[np.int64]
    segment: npt.NDArray[np.int64] | None = None


class DutyPeriod(NamedTuple):
    """One agent's time on duty, instead of the scenario's shifts.

    ``speed`` is the agent's service time relative to the average (0: drawn by the team's law).
    """

    agent: int
    team: int
    on_s: float
    off_s: float
    speed: float = 0.0


class Pending(NamedTuple):
    """A decision that waits for an answer: about a contact, or (-1) about a free agent."""

    kind: int
    actions: tuple[int, ...]
    default: int
    contact: int
    journey: int
    customer: int


class Listener(Protocol):
    """Who is told of legs that are over; see ``policies.base.Policy.observe``."""

    def observe(self, leg: Leg) -> None:
        """Hear of one leg."""


def listeners_of(deciders: Sequence[object]) -> list[Listener]:
    """Return who listens among those who decide, each once."""
    found = [getattr(decider, "listener", None) for decider in deciders]
    return list({id(one): one for one in found if one is not None}.values())


def tell(core: Simulation, told: int, listeners: Sequence[Listener]) -> int:
    """Tell who listens of the legs since row ``told`` that the regime shows; return how many."""
    legs = core.legs_since(told)
    for leg in legs:
        for listener in listeners:
            listener.observe(leg)
    return len(legs)


def pending_of(core: Simulation) -> Pending:
    """Return the decision that waits in a world."""
    c = core.scalar("pending_contact")
    contact = journey = customer = -1
    if c >= 0:
        contact, j = core.value("contacts", c, "id"), core.value("contacts", c, "journey")
        journey, customer = core.value("journeys", j, "id"), core.value("journeys", j, "customer")
    actions = core.legal_actions()
    return Pending(core.pending_kind, actions, core.default_action, contact, journey, customer)


def check_action(core: Simulation, compiled: Compiled, action: object, who: object) -> None:
    """Refuse an action that is not legal in the decision that waits.

    Raises:
        PolicyError: says who gave it, and which actions are legal.
    """
    whole = isinstance(action, (int, np.integer)) and not isinstance(action, bool)
    if whole and core.is_legal(int(cast(int, action))):
        return
    names = {a: compiled.actions[a].name for a in core.legal_actions()}
    kind = Kind(core.pending_kind).name.lower()
    raise PolicyError(f"{who}: illegal action {action!r} for a {kind} decision; legal are {names}")
