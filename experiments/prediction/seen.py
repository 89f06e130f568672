"""What pilots' labels and features are made of: columns of the register that a firm can see."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim import World

Array = npt.NDArray[Any]
LABEL_COLUMNS = {
    "contacts": {
        *("contact", "journey", "channel", "requested", "from_channel", "steering"),
        *("start_s", "released_s", "known_as", "seen_intent", "coded"),
    },
    "decisions": {"kind", "by", "contact", "action"},
    "churn": {"time_s", "customer", "how", "stated"},
    "signals": {"time_s", "customer", "kind", "value"},
}
"""What of the register labels and features are made of: visible columns only (tested)."""


def columns_of(world: World, table: str) -> dict[str, Array]:
    """Return the columns of a table that labels and features are made of."""
    columns = world.register.columns(table)
    return {name: columns[name] for name in LABEL_COLUMNS[table]}


def firm_view(world: World) -> Array:
    """Return the number of each customer's evidence as the whole firm has it."""
    n = world.compiled.channels.n
    result: Array = np.arange(world.core.scalar("n_customers")) * (n + 1) + n
    return result


def own_view(world: World) -> Array:
    """Return the number of each customer's evidence on the channel that heard of them last."""
    n = world.compiled.channels.n
    at_s = world.core.column("evidence", "at_s").reshape(-1, n + 1)[:, :n]
    result: Array = np.arange(len(at_s)) * (n + 1) + at_s.argmax(axis=1)
    return result
