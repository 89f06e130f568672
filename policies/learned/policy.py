"""A trained policy from its file: numpy only, an ordinary policy in every config."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydantic import Field

from policies.base import Policy
from policies.learned.model import Header, check_fit, find_model, load_model
from policies.learned.vectors import vector_of
from policies.registry import make, names
from sim.decisions.actions import KIND_NAMES, Kind
from sim.decisions.features import FEATURE_READS, Features, Vector
from sim.decisions.view import View
from sim.errors import InputError
from sim.scenario import Scenario
from sim.scenario.service import Regime


class Learned(Policy):
    """Trained weights decide, by ``optichannel train``; the rule in the file takes the rest.

    The vector of features (``sim.decisions.features``) is normalised as in training; the legal
    action with the highest score is taken. A file with a margin keeps to its rule unless some
    action's score exceeds that of the rule's action by more. A file that ``adds`` corrects the
    rule: its scores are added to what the rule thinks that the actions are worth.

    A file is data and must not choose what code runs: a rule of the user's own, by import path, is
    used only if ``rule`` names the same.

    Raises:
        InputError: no such file, a damaged or foreign one, or a scenario that it does not fit.
    """

    reads: frozenset[str] = FEATURE_READS
    file: str = Field("", description="a trained policy's file, or a shipped one's name")
    rule: str = Field(
        "", description="the file's rule as package.module:Class, where it does not ship"
    )
    exact: bool = Field(
        False, description="refuse a scenario changed in anything since the training"
    )

    def prepare(self, scenario: Scenario) -> None:
        """Load the file, check that it fits, and lay out the weights."""
        path = find_model(self.file)
        model = load_model(path)
        header = model.header
        check_fit(header, scenario, str(path), exact=self.exact)
        self.base = make(self._rule_of(header, path), scenario, header.base.get("params"))
        self.learned = frozenset(Kind(KIND_NAMES.index(name)) for name in header.decides)
        self.decides = self.learned | self.base.decides  # type: ignore[misc]
        self.stateful = self.base.stateful  # type: ignore[misc]
        self.margin = header.margin
        self.adds = header.adds
        self.matched = header.matched
        self.features = Features(scenario, Regime(identity_matched=True))
        self.unmatched = Features(scenario, Regime(identity_matched=False))
        self.mean, self.scale = model.arrays["mean"], model.arrays["scale"]
        self.clip = float(model.arrays["clip"][0])
        self.relu = bool(model.arrays.get("relu", np.zeros(1))[0])
        self.layers = [(np.ascontiguousarray(w), b) for w, b in model.layers()]

    def _rule_of(self, header: Header, path: Path) -> str:
        use = str(header.base["use"])
        if use in names() or (":" in use and use == self.rule):
            return use
        raise InputError(
            f"{path}: leaves the rest to {use[:80]!r}, which is no shipped rule"
            + ("; if you trust that code, name it as parameter 'rule' too" if ":" in use else "")
        )

    def reset(self, seed: int) -> None:
        """Reset the rule."""
        self.base.reset(seed)

    def decide(self, view: View) -> int:
        """Return the legal action with the highest score, or the rule's."""
        if view.kind not in self.learned:
            return self.base.decide(view)
        scores, actions = self.scores(self.vector(view)), view.actions
        if self.adds:
            scores = self._corrected(view, scores)
        best = actions[int(scores[list(actions)].argmax())]
        if self.margin is None:
            return best
        usual = self.base.decide(view)
        return best if scores[best] > scores[usual] + self.margin else usual

    def _corrected(self, view: View, scores: Vector) -> Vector:
        """Return the rule's values with the scores, in units of the decision, added to them."""
        values = self.base.action_values(view)
        if values is not None:
            scores = scores * values.unit
            scores[list(view.actions)] += values.money
        return scores

    def vector(self, view: View) -> Vector:
        """Return the features of a view, shape (features,), as the training's regime showed."""
        features = self.features if self.matched else self.unmatched
        return vector_of(view, features, self.unmatched)

    def scores(self, vector: Vector) -> Vector:
        """Return the scores of all actions, shape (actions,)."""
        x = (vector - self.mean) * self.scale
        np.clip(x, -self.clip, self.clip, out=x)
        last = len(self.layers) - 1
        for i, (weights, bias) in enumerate(self.layers):
            x = weights @ x + bias
            if i < last:
                x = np.maximum(x, 0.0) if self.relu else np.tanh(x)
        scores: Vector = x
        return scores
