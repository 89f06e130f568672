"""How large a change of a metric matters: the tolerances of `optichannel check`.

A change of practical interest would change what is reported or decided. Where no convention says
how large that is, the figure is an assumption of ours; a baseline may give each metric another.
None is derived from how much a metric varies: that is what the check's power is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from sim.inputs import StrictModel
from sim.metrics.metrics import METRICS


class Tolerance(StrictModel):
    """The largest difference that does not matter: `absolute + relative · |recorded mean|`.

    The mean is the metric's own, or that of the metric named by `of` where it was recorded.
    """

    absolute: Annotated[float, Field(ge=0)] = 0.0
    relative: Annotated[float, Field(ge=0)] = 0.0
    of: str = ""

    def width(self, metric: str, means: Mapping[str, float]) -> float:
        """Return the tolerance in the metric's unit; `means` by metric, of one strategy."""
        mean = means.get(self.of, means[metric])
        return self.absolute + self.relative * abs(mean)


POINTS = 0.003
"""Of retention: a third of the single point by which strategies of one firm differ (assumed)."""

_PARTS = Tolerance(relative=0.05)
_WAITS = Tolerance(relative=0.10)

TOLERANCES: dict[str, Tolerance] = {
    "retention": Tolerance(absolute=POINTS),
    "margin_kept": Tolerance(absolute=POINTS),
    "churned_per_1000": Tolerance(absolute=1000 * POINTS),
    # What so many customers are worth: the same share of lifetime value.
    "future_value_per_customer": Tolerance(relative=POINTS),
    "expected_value_per_customer": Tolerance(relative=POINTS, of="future_value_per_customer"),
    # Few leavers: a share of them moves by points where nobody would act (assumed).
    "announced_share": Tolerance(absolute=0.10),
    "saved": Tolerance(absolute=2.0, relative=0.10),
    # Parts of a total that is held to 1% itself (assumed).
    "contact_cost": _PARTS,
    "treatment_cost": _PARTS,
    "sales": _PARTS,
    # Targets are agreed in steps of five points (80/20, 85/20, 90/20): half a step.
    "service_level": Tolerance(absolute=0.025),
    # Waits have long tails and targets in round numbers: a tenth (assumed).
    "speed_of_answer_s": _WAITS,
    "waiting_time_s": _WAITS,
    "time_to_abandon_s": _WAITS,
    "response_time_h": _WAITS,
    "time_to_resolution_h": _PARTS,
    "search_s": _PARTS,
    "wrap_up_s": _PARTS,
    "effort_per_journey": _PARTS,
    # Reported to one decimal: half a unit of it. NPS in whole points, read to two (assumed).
    "csat": Tolerance(absolute=0.05),
    "ces": Tolerance(absolute=0.05),
    "nps": Tolerance(absolute=2.0),
    "satisfaction": Tolerance(absolute=0.02),  # 1% of the scale from -1 to 1
}

_SHARE = Tolerance(absolute=0.01)  # reported in whole points
_MONEY = Tolerance(relative=0.01)  # budgets are held to 1% (assumed)
_OTHER = Tolerance(relative=0.02)  # volumes and handle times: one agent in fifty (assumed)


def tolerance_of(metric: str) -> Tolerance:
    """Return a metric's tolerance: its own, else its unit's."""
    unit = METRICS[metric].unit if metric in METRICS else ""
    by_unit = _SHARE if unit == "share" else _MONEY if unit.startswith("currency") else _OTHER
    return TOLERANCES.get(metric, by_unit)
