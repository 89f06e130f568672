"""Who is there: people and paid hours by team for each strategy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from experiments.report.formatting import title
from experiments.report.palette import Style
from experiments.report.tables import Cell, LabelledRow


def staff_rows(manifest: Mapping[str, Any], styles: Mapping[str, Style]) -> list[LabelledRow]:
    """Return the rows of the table; empty where the manifest does not say or nobody is there.

    A cell holds the paid hours a week; below it, the people and how many are on duty at most.
    """
    by_strategy = list(_of_run(manifest, styles).values())
    teams = dict.fromkeys(team for found in by_strategy for team in found)
    rows = [LabelledRow(title(t), [_cell(found.get(t)) for found in by_strategy]) for t in teams]
    if len(rows) > 1:
        rows.append(LabelledRow("All teams", [_total(list(f.values())) for f in by_strategy], True))
    return rows


def staff_figures(manifest: Mapping[str, Any], strategies: Iterable[str]) -> list[dict[str, Any]]:
    """Return the same as numbers: a row for each strategy and team."""
    return [
        {"strategy": strategy, "team": team, **numbers}
        for strategy, teams in _of_run(manifest, strategies).items()
        for team, numbers in teams.items()
    ]


def _of_run(
    manifest: Mapping[str, Any], strategies: Iterable[str]
) -> dict[str, dict[str, Numbers]]:
    said = manifest.get("staff")
    known = said if isinstance(said, Mapping) else {}
    return {name: _teams(known.get(name)) for name in strategies}


Numbers = Mapping[str, float]


def _teams(found: Any) -> dict[str, Numbers]:
    return dict(found) if isinstance(found, Mapping) else {}


def _cell(team: Numbers | None) -> Cell:
    if team is None:
        return Cell("–", "")
    people = f"{_people(team['people'])}, at most {team['heads']:,.0f} at once"
    return Cell(_hours(team["paid_hours_per_week"]), people)


def _total(teams: Sequence[Numbers]) -> Cell:
    """All teams; their busiest moments differ, so the heads at once do not add up."""
    if not teams:
        return Cell("–", "")
    hours = sum(team["paid_hours_per_week"] for team in teams)
    return Cell(_hours(hours), _people(sum(team["people"] for team in teams)))


def _hours(hours: float) -> str:
    return f"{hours:,.0f} h" if hours >= 100 or hours == round(hours) else f"{hours:,.1f} h"


def _people(number: float) -> str:
    return f"{number:,.0f} {'person' if number == 1 else 'people'}"
