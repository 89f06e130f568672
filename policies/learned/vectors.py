"""The vector of features that a view shows, as the environment of a training showed it."""

from __future__ import annotations

from sim.decisions.features import Features, Vector
from sim.decisions.view import View
from sim.scenario import Scenario
from sim.scenario.service import Regime


class Vectors:
    """Features of views of one scenario; ``matched``: the training's regime knew who customers are.

    A policy does not know its regime, but sees whether the view tells who the customer is. What
    either regime hides is 0.
    """

    def __init__(self, scenario: Scenario, *, matched: bool) -> None:
        self.matched = matched
        self.features = Features(scenario, Regime(identity_matched=True))
        self.unmatched = Features(scenario, Regime(identity_matched=False))

    def of(self, view: View) -> Vector:
        """Return the features of a view, shape (features,)."""
        shown = self.matched and _identified(view)
        return (self.features if shown else self.unmatched).of_view(view)


def _identified(view: View) -> bool:
    """Return whether the view's regime tells who the customers are."""
    if view.customer is not None:
        return view.customer.segment >= 0
    return all(candidate.segment >= 0 for candidate in view.candidates or ())
