"""The vector of features that a view shows, as the environment of a training showed it."""

from __future__ import annotations

from sim.decisions.features import Features, Vector
from sim.decisions.view import View


def vector_of(view: View, features: Features, unmatched: Features) -> Vector:
    """Return the features of a view, shape (features,).

    A policy does not know its regime, but sees whether a view tells who the customers are: where it
    does not, ``unmatched`` leaves 0 what such a regime hides.
    """
    return (features if _identified(view) else unmatched).of_view(view)


def _identified(view: View) -> bool:
    """Return whether the view's regime tells who the customers are."""
    if view.customer is not None:
        return view.customer.segment >= 0
    return all(candidate.segment >= 0 for candidate in view.candidates or ())
