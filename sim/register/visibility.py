"""Which columns of the register a firm can see, and which hold the truth that it can only guess.

Views, features and rules are made of visible columns alone; a test permutes the latent ones between
customers and finds nothing changed. Visible of a contact is whom the firm took the customer for
(``known_as``), what it took the contact to be about (``guessed`` as the attempt began,
``seen_intent`` in the end) and how it was coded (``coded``); latent is who it was, what it was
about and how it ended. ``contacts.journey`` is visible among rows of one ``known_as``: the firm
sees that they are about one need, not that a contact of somebody whom it did not recognise was
about it too.
"""

from __future__ import annotations

from sim.register.register import TABLES

LATENT: dict[str, frozenset[str]] = {
    "contacts": frozenset(
        {"customer", "segment", "intent", "attempt", "outcome", "effort", "experience", "gap"}
    ),
    "journeys": frozenset(TABLES["journeys"]) - {"journey", "cancel"},
    "decisions": frozenset({"journey", "customer", "value"}),
    "churn": frozenset({"reason"}),
    "surveys": frozenset({"customer", "journey"}),
    "signals": frozenset({"journey"}),
    "treatments": frozenset({"customer", "journey", "effect"}),
    "shifts": frozenset(),
    "breaks": frozenset(),
}
"""By table; every other column is visible."""


def is_visible(table: str, column: str) -> bool:
    """Return whether a firm can see a column of the register.

    Raises ``KeyError`` for a table that is not there.
    """
    return column not in LATENT[table]


def visible(table: str) -> list[str]:
    """Return the visible columns of a table, in its order."""
    return [column for column in TABLES[table] if is_visible(table, column)]
