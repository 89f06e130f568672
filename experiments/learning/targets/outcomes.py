"""What a decision about one customer brought, until that customer's journey ended.

Money of a journey: sales less costs of its contacts and treatments, plus the *expected* change of
the customer's lifetime value (``sim.population.value``), which stands for the margin that a later,
chancy departure would cost. Effects on others are not in it; the agents' time that a journey took
is reported beside it, so that a price can be put on it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from experiments.learning.targets.changes import Changes
from sim.register.register import Register

Floats = npt.NDArray[np.float64]
WAITED_S = 1.0  # who waited longer found no agent free


class Decided(NamedTuple):
    """A decision about a customer: when, who, in which journey."""

    time_s: float
    customer: int
    journey: int


class Outcomes(NamedTuple):
    """By decision, each of shape (n,): money; agents' seconds; those of contacts that had to wait.

    The last measures crowding: a contact that found no agent free delays those behind it.
    """

    money: Floats
    handle_s: Floats
    crowded_s: Floats


class History(NamedTuple):
    """What happened to one customer: times in order, and sums of `Outcomes` before and after each.

    ``time_s`` has shape (n,), ``sums`` (n + 1, 3), its first row 0.
    """

    time_s: Floats
    sums: Floats


def outcomes(decided: list[Decided], changes: Changes, register: Register) -> Outcomes:
    """Return what followed each decision, up to the end of its journey (or of the episode)."""
    ends: dict[int, float] = dict(register.rows("journeys", "journey", "end_s"))
    histories = _histories(changes, register)
    result = np.zeros((3, len(decided)))
    for i, one in enumerate(decided):
        history = histories.get(one.customer)
        if history is None:
            continue
        first = history.time_s.searchsorted(one.time_s, "left")
        last = history.time_s.searchsorted(ends.get(one.journey, np.inf), "right")
        if last > first:
            result[:, i] = history.sums[last] - history.sums[first]
    return Outcomes(*result)


def _histories(changes: Changes, register: Register) -> dict[int, History]:
    """Return what happened, by customer."""
    contacts, treatments = register.columns("contacts"), register.columns("treatments")
    customer = (changes.customer, contacts["customer"], treatments["customer"])
    time_s = (changes.time_s, contacts["released_s"], treatments["time_s"])
    money = (changes.money, contacts["sale"] - contacts["cost"], -treatments["cost"])
    before, behind = len(changes.money), len(treatments["cost"])
    seconds = [np.pad(column, (before, behind)) for column in _agents_seconds(register)]
    who, when = np.concatenate(customer), np.concatenate(time_s)
    events = np.column_stack([np.concatenate(money), *seconds])
    order = np.lexsort((when, who))
    customers, begins = np.unique(who[order], return_index=True)
    times, parts = np.split(when[order], begins[1:]), np.split(events[order], begins[1:])
    return {
        number: History(of, np.vstack([np.zeros(3), part]).cumsum(axis=0))
        for number, of, part in zip(customers.tolist(), times, parts, strict=True)
    }


def _agents_seconds(register: Register) -> tuple[Floats, Floats]:
    """Return agents' seconds by contact, and those of the contacts that had to wait."""
    contacts = register.columns("contacts")
    answered, queued = contacts["answered_s"], contacts["queued_s"]
    served = (contacts["agent"] >= 0) & (answered >= 0)
    handled = np.where(served, contacts["end_s"] - answered, 0.0)
    waited = (queued >= 0) & (answered - queued > WAITED_S)
    return handled, np.where(waited, handled, 0.0)
