"""The answer to `leaving`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.questions.results.worth import Spread, Worth

ABOVE_HALF = "area_above_half"
"""What the worths of this answer are in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How well a measure tells who leaves, in one strategy.

    `metric` is that of the area under the ROC curve, `kind` what the measure is of: `journeys` or
    `proxies`. `above` is the area less 0.5, which a measure has that tells nothing; corrected for
    the measures beside it in the same strategy.
    """

    strategy: str
    metric: str
    kind: str
    area: Spread
    above: Worth


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """Journey measures together minus proxies together, in one strategy: areas under the curve.

    `answered` is the same among customers who answered a survey; `share` of the customers did.
    """

    strategy: str
    worth: Worth
    answered: Worth
    share: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingAnswer:
    """The answer to `leaving`, by strategy in their order.

    `first_days` and `rest_days` are the two parts of the run: customers are measured over the
    first, and judged by who leaves in the rest.
    """

    first_days: float
    rest_days: float
    measures: tuple[Telling, ...]
    against: tuple[Against, ...]

    def of(self, strategy: str) -> Mapping[str, Telling]:
        """Return the measures of a strategy, by metric."""
        return {told.metric: told for told in self.measures if told.strategy == strategy}
