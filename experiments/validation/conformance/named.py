"""The suite for a policy by its name, with a report of how far it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from experiments.runtime.progress import Report, silent
from experiments.validation.conformance.firm import bench_firm
from experiments.validation.conformance.suite import ConformanceResult, cases
from policies.registry import make
from sim.errors import InputError
from sim.scenario import Scenario


def check_named(
    name: str,
    params: Mapping[str, Any],
    scenarios: Sequence[Scenario] = (),
    *,
    days: float = 2.0,
    seed: int = 0,
    report: Report = silent,
) -> list[ConformanceResult]:
    """Return the result of every check of a policy.

    Args:
        name: a shipped policy's name, or ``package.module:Class``.
        params: values of its declared parameters.
        scenarios: as in ``cases``.
        days: as in ``cases``.
        seed: as in ``cases``.
        report: called after each check.

    Raises:
        InputError: no such policy, or a parameter that it does not take.
    """
    firms = scenarios or (bench_firm(),)
    for firm in firms:
        try:
            make(name, firm, params)
        except InputError:
            raise
        except Exception:
            break  # a policy that cannot be made does not conform: the checks say so
    todo = cases(lambda firm: make(name, firm, params), firms, days=days, seed=seed)
    results = []
    for done, case in enumerate(todo, 1):
        results.append(case.check())
        report("checking", done, len(todo))
    return results
