"""All checks, over processes, in the order of the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from experiments.runtime.pool import default_workers, pool
from experiments.validation.checks import FULL, LEVEL, SHORT, Check, Result
from experiments.validation.optima import checks as optima
from experiments.validation.theory import checks_customers, checks_queues
from policies.learned.model import load_model
from policies.registry import find
from sim.errors import InputError
from sim.inputs import nearest

Which = Literal["theory", "optima", "all"]


@dataclass(frozen=True)
class Request:
    """What to run: a group, or one check by name; shorter; with a series and more policies."""

    which: str = "all"
    short: bool = False
    series: Path | None = None
    policies: tuple[str, ...] = ()
    learned: tuple[str, ...] = ()


def checks(request: Request) -> list[Check]:
    """Return the checks of a request, in the order of the table.

    Raises InputError for an unknown group or name.
    """
    known = [*checks_queues.CHECKS, *checks_customers.CHECKS]
    if request.series is not None:
        measure = partial(checks_customers.published_retention, path=request.series)
        title = "Published retention series"
        known.append(Check("published_retention", title, "theory", "renewals", measure))
    known += optima.diagnostics(request.policies, request.learned)
    groups = {"all": known}
    for check in known:
        groups.setdefault(check.group, []).append(check)
        groups[check.name] = [check]
    if request.which not in groups:
        hint = nearest(request.which, groups)
        raise InputError(f"validate: no group or check '{request.which}'{hint}")
    return groups[request.which]


def listed() -> dict[str, dict[str, str]]:
    """Return group → check → title."""
    found: dict[str, dict[str, str]] = {}
    for check in checks(Request()):
        found.setdefault(check.group, {})[check.name] = check.title
    return found


def validate(request: Request, workers: int | None = None) -> list[tuple[Check, Result]]:
    """Run the checks of a request over processes. Raises InputError."""
    chosen = checks(request)
    for policy in request.policies:
        find(policy)
    for file in request.learned:
        _known_scenario(file)
    run = partial(Check.run, effort=SHORT if request.short else FULL)
    with pool(min(len(chosen), workers or default_workers())) as spread:
        results = {result.name: result for result in spread(run, chosen)}
    return [(check, results[check.name]) for check in chosen]


def _known_scenario(file: str) -> None:
    scenario, known = load_model(Path(file)).header.scenario, [p.name for p in optima.PROBLEMS]
    if scenario not in known:
        raise InputError(
            f"{file}: must be trained on one of the solved problems, {', '.join(known)}; "
            f"got '{scenario}'"
        )


def validation_summary(found: Sequence[tuple[Check, Result]]) -> dict[str, Any]:
    """Return the results as plain values for JSON."""
    rows = [asdict(row) for _, result in found for row in result.rows]
    passed = all(result.passed for _, result in found)
    return {"passed": passed, "level": LEVEL, "rows": rows}
