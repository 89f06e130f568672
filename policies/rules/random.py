"""Any legal action, each equally likely: the floor under every other policy."""

from __future__ import annotations

from policies.core_rule import CoreRule
from sim.core.codes import RULE_RANDOM
from sim.core.rules.book import Book


class Random(CoreRule):
    """Any legal action with equal probability, from the contact's own addressed luck.

    The luck belongs to the contact, so the same customer draws the same under every strategy. One
    contact may need several decisions: each kind stretches the uniform by another factor and keeps
    the fraction, which is again uniform. An agent's choice has no contact; its luck comes from the
    time (Weyl sequence).
    """

    def write(self, book: Book) -> int:
        """Add this rule to a book."""
        return book.rule(RULE_RANDOM, decides=self.decides)

    decide = CoreRule.by_rule
