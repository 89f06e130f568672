"""How many people a strategy has in each team: heads or paid hours, absolute or relative."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Self

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from sim.errors import InputError
from sim.inputs import StrictModel, nearest
from sim.inputs.relative import Relative
from sim.scenario import Scenario
from sim.scenario.service import Team
from sim.scenario.staff import headcount, most_on_duty, paid_hours_per_week

TOLERANCE = 0.5
"""The greatest part of the change asked for that rounding to whole people may miss."""

SEARCHED = np.sort(np.linspace(-0.25, 0.25, 101))
"""Factors tried around the exact one, relative to it: the nearest to what is asked is taken."""


def _amount(value: float | str) -> float | str:
    """Return an amount that is positive, or the text of a change in percent."""
    if isinstance(value, str):
        try:
            change = Relative.parse(value, "it")
        except InputError as error:
            raise ValueError(str(error).removeprefix("it: ").partition("; got")[0]) from None
        if change.unit != "%" or change.amount <= -100:
            raise ValueError("must be a percentage above -100% here; to drop a team, override it")
    elif value <= 0:
        raise ValueError("must be greater than 0; to drop a team, set it to null in overrides")
    return value


def _whole(value: float | str) -> float | str:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError("must be a whole number of heads")
    return value


Amount = Annotated[Annotated[float, Field(le=1e9)] | str, AfterValidator(_amount)]


class Target(StrictModel):
    """What a team shall have, in the simulated firm: one of the two.

    `heads`: on duty at the busiest moment of the week. `paid_hours_per_week`: of all shifts.
    """

    heads: Annotated[Amount, AfterValidator(_whole)] | None = None
    paid_hours_per_week: Amount | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.heads is None) == (self.paid_hours_per_week is None):
            raise ValueError("give either heads or paid_hours_per_week")
        return self


def _short(value: Any) -> Any:
    """A number alone means heads, a percentage alone paid hours."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return {"heads": value}
    return {"paid_hours_per_week": value} if isinstance(value, str) else value


_AMOUNT: dict[str, Any] = {"anyOf": [{"type": "number"}, {"type": "string"}]}
_FORM = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"heads": _AMOUNT, "paid_hours_per_week": _AMOUNT},
}
_SCHEMA = WithJsonSchema({"anyOf": [*_AMOUNT["anyOf"], _FORM]})
Staffing = Annotated[Target, BeforeValidator(_short), _SCHEMA]
Measure = Callable[[Team, Sequence[float]], float]


def staffed(scenario: Scenario, staffing: Mapping[str, Target]) -> dict[str, Any]:
    """Return what to lay over a scenario so that its teams have what is asked.

    All shifts of a team are scaled alike, then rounded to whole people.

    Raises:
        InputError: no such team; or whole people cannot come near what is asked: says what would
            come out.
    """
    for name in staffing:
        if name not in scenario.teams:
            hint = nearest(name, scenario.teams)
            raise InputError(f"staffing: '{name}' is not in scenario '{scenario.name}'{hint}")
    scale = scenario.population.scale
    factors = {
        name: _factor(scenario.teams[name], scale, target, f"staffing.{name}")
        for name, target in staffing.items()
    }
    return {"teams": {name: {"agents_factor": factor} for name, factor in factors.items()}}


def staff(scenario: Scenario) -> dict[str, dict[str, float]]:
    """Return each team's people, most heads on duty at once, and paid hours a week."""
    teams = {}
    for name, team in scenario.teams.items():
        counts = headcount(team, scenario.population.scale)
        teams[name] = {
            "people": sum(counts),
            "heads": round(most_on_duty(team, counts)),
            "paid_hours_per_week": round(paid_hours_per_week(team, counts), 6),
        }
    return teams


def _factor(team: Team, scale: float, target: Target, where: str) -> float:
    """Return the factor on all shifts that comes nearest to the target."""
    asked, heads = target.heads or target.paid_hours_per_week or 0.0, target.heads is not None
    measure: Measure = most_on_duty if heads else paid_hours_per_week
    now = measure(team, headcount(team, scale))
    wanted = Relative.parse(asked, where).apply(now, where) if isinstance(asked, str) else asked
    goal = max(1.0, round(wanted)) if heads else wanted
    exact = goal / measure(team, [shift.agents * scale for shift in team.shifts])

    def outcome(factor: float) -> float:
        return measure(team, headcount(team.model_copy(update={"agents_factor": factor}), scale))

    best = min(
        (exact * (1 + away) for away in SEARCHED),
        key=lambda factor: (abs(outcome(factor) - goal), abs(factor - exact)),
    )
    got = outcome(best)
    if abs(got - wanted) > TOLERANCE * abs(wanted - now) or (heads and got != goal):
        unit = "heads on duty" if heads else "paid hours a week"
        said = f"'{asked}' of {now:g} {unit}" if isinstance(asked, str) else f"{asked:g} {unit}"
        raise InputError(
            f"{where}: {said} cannot be had: asked are {wanted:g}, whole people at scale {scale:g} "
            f"make it {got:g} (now {now:g}); ask for that or raise population.scale"
        )
    return float(best)
