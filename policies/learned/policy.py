"""A trained policy from its file: numpy only, an ordinary policy in every config."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import Field

from policies.base import Policy
from policies.core_rule import CoreRule
from policies.learned.model import Header, check_fit, find_model, load_model
from policies.registry import make, names
from sim.core.codes import RULE_GIVEN, RULE_LEARNED
from sim.core.rules.book import Book
from sim.decisions.actions import KIND_NAMES, KINDS, Kind
from sim.decisions.features import FEATURE_READS, HIDDEN, Features, Vector, feature_reads
from sim.decisions.view import View
from sim.errors import InputError
from sim.scenario import Scenario
from sim.scenario.knowledge import Regime

Doubles = npt.NDArray[np.float64]


class Learned(CoreRule):
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
        self.reads = feature_reads(scenario) | self.base.reads
        self.fitted = getattr(self.base, "fitted", None)
        self.margin = header.margin
        self.adds = header.adds
        self.matched = header.matched
        self.features = Features(scenario, Regime(match_rate=float(self.matched)))
        self.mean, self.scale = model.arrays["mean"], model.arrays["scale"]
        self.clip = float(model.arrays["clip"][0])
        self.relu = bool(model.arrays.get("relu", np.zeros(1))[0])
        self.layers = [(w.astype(np.float64), b.astype(np.float64)) for w, b in model.layers()]
        self.layers[0] = self._from_an_empty_decision(*self.layers[0])
        self.shown = [float(f.shown != HIDDEN) for f in self.features.table]

    def _from_an_empty_decision(self, weights: Doubles, bias: Doubles) -> tuple[Doubles, Doubles]:
        """Return a first layer whose bias holds the sums where all features are 0."""
        rest = np.clip(-self.mean.astype(np.float64) * self.scale, -self.clip, self.clip)
        for column, x in zip(weights.T, rest, strict=True):
            bias = bias + column * x
        return weights, bias

    def _rule_of(self, header: Header, path: Path) -> str:
        use = str(header.base["use"])
        if use in names() or (":" in use and use == self.rule):
            return use
        raise InputError(
            f"{path}: leaves the rest to {use[:80]!r}, which is no shipped rule"
            + ("; if you trust that code, name it as parameter 'rule' too" if ":" in use else "")
        )

    @property
    def listener(self) -> Policy | None:
        """The rule, where it listens."""
        return self.base.listener

    def reset(self, seed: int) -> None:
        """Reset the rule."""
        self.base.reset(seed)

    def write(self, book: Book) -> int:
        """Add this rule to a book, after the rule that takes the rest."""
        if isinstance(self.base, CoreRule) and self.base.decides_in_core():
            base = self.base.write(book)
        else:
            base = book.rule(RULE_GIVEN, "given_rules", decides=KINDS, action=0, valued=0)
        layers = [self._write_layer(book, *layer) for layer in self.layers]
        book.network(self.features.size + sum(len(bias) for _, bias in self.layers))
        return book.rule(
            RULE_LEARNED,
            "learned_rules",
            decides=self.decides,
            reads=self.reads,
            base=base,
            learned=sum(1 << kind for kind in self.learned),
            keeps=self.margin is not None,
            margin=self.margin or 0.0,
            adds=self.adds,
            clip=self.clip,
            relu=self.relu,
            shown=book.figures(self.shown),
            mean=book.figures(self.mean.tolist()),
            scale=book.figures(self.scale.tolist()),
            layers=layers[0],
            n_layers=len(layers),
        )

    def _write_layer(self, book: Book, weights: Doubles, bias: Doubles) -> int:
        outputs, inputs = weights.shape
        return book.add(
            "layers",
            inputs=inputs,
            outputs=outputs,
            weights=book.figures(weights.T.ravel().tolist()),
            bias=book.figures(bias.tolist()),
        )

    def decides_in_core(self) -> bool:
        """Return whether neither this policy nor its rule has a method of somebody's own."""
        own = type(self).decide is not Learned.decide or "decide" in vars(self)
        return not own and isinstance(self.base, CoreRule) and self.base.decides_in_core()

    def decide(self, view: View) -> int:
        """Return the legal action with the highest score, or the rule's."""
        base = self.base
        if not (isinstance(base, CoreRule) and base.decides_in_core()):
            if view.kind not in self.learned:
                return base.decide(view)
            values = base.action_values(view) if self.adds else None
            usual = view.default if self.margin is None else base.decide(view)
            self._desk().give(usual, values)
        return self.by_rule(view)

    def vector(self, view: View) -> Vector:
        """Return the features of a view, shape (features,), as the training's regime showed."""
        return self.features.of_view(view)

    def scores(self, vector: Vector) -> Doubles:
        """Return the scores of all actions, shape (actions,), without the rule's values."""
        return np.array(self._desk().scores(vector))
