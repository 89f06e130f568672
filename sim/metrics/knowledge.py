"""What a firm knew of its contacts as they began: whose they were, and what about."""

from __future__ import annotations

from sim.metrics.facts import Columns, mean, select


def knowledge_kpis(contacts: Columns) -> dict[str, float]:
    """Who was recognised, and whether the reason was guessed, of contacts begun in the window.

    A guess is made once an attempt, so its first contact counts.
    """
    known = select(contacts, contacts["known_as"] >= 0)
    first = select(contacts, contacts["from_channel"] < 0)
    return {
        "recognised_share": mean(contacts["known_as"] >= 0),
        "mistaken_share": mean(known["known_as"] != known["customer"]),
        "reason_known_share": mean(first["guessed"] == first["intent"]),
    }
