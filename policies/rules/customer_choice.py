"""The customer decides: what most firms do, and the yardstick of the others."""

from __future__ import annotations

from policies.core_rule import CoreRule
from sim.core.rules.book import Book


class CustomerChoice(CoreRule):
    """The channel that the customer has chosen; elsewhere the firm's default rule."""

    def write(self, book: Book) -> int:
        """Add this rule to a book."""
        return book.rule(decides=())

    entry = CoreRule.by_rule
