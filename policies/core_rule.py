"""Policies that decide by a rule of the core: the same function inside the loop and by a view."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from policies.base import ActionValues, Policy
from sim.core.rules.book import Book
from sim.core.rules.desk import Desk, shape_of
from sim.decisions.view import View
from sim.scenario import Scenario

_DECIDING = ("decide", "entry", "escalation", "dispatch", "wrap_up", "cancel")
_DESKS: WeakKeyDictionary[Policy, Desk] = WeakKeyDictionary()
"""Beside the policies, not in them: they are copied and sent to workers."""


class CoreRule(Policy):
    """A policy whose science stands in ``sim.core.rules``, as a function over what the firm sees.

    ``write`` adds its parameters and what ``prepare`` has tabulated to a book of rules. A world
    that takes the policy decides by that function inside its loop; a view is decided by the same
    function. A subclass that decides some kind by a method of its own is asked in Python.
    """

    def __init__(self, scenario: Scenario, **params: Any) -> None:
        self.scenario = scenario
        super().__init__(scenario, **params)

    def write(self, book: Book) -> int:
        """Add this rule to a book; return its number there."""
        raise NotImplementedError

    def native(self, book: Book) -> int | None:
        """Return the number of this rule in a world's book; None where it has to be asked."""
        fits = book.shape == shape_of(self.scenario)
        return self.write(book) if fits and self.decides_in_core() else None

    def decides_in_core(self) -> bool:
        """Return whether nobody has put a method of their own in place of the rule."""
        rules = {getattr(Policy, name) for name in _DECIDING} | {CoreRule.by_rule}
        plain = all(getattr(type(self), name) in rules for name in _DECIDING)
        plain = plain and self.listener is None
        return plain and not any(name in vars(self) for name in _DECIDING)

    def by_rule(self, view: View) -> int:
        """Return the rule's action."""
        return self._desk().decide(view)

    def values_by_rule(self, view: View) -> ActionValues | None:
        """Return what the view's actions are worth to the rule; None where it does not say."""
        values = self._desk().values(view)
        return None if values is None else ActionValues(*values)

    def _desk(self) -> Desk:
        desk = _DESKS.get(self)
        if desk is None:
            desk = _DESKS[self] = Desk(self.scenario, self.write)
        return desk
