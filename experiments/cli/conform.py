"""`optichannel conform`."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.cli.exits import fail_unless
from experiments.cli.options import AsJson, answer


def conform(
    policy: Annotated[
        str, typer.Argument(metavar="POLICY", help="A shipped name, or 'module:Class'.")
    ],
    scenario: Annotated[
        list[str] | None,
        typer.Option(
            help="A firm to check it in; may be repeated. "
            "By default a small one in which every kind of decision occurs."
        ),
    ] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PARAMETER=VALUE", help="Set a parameter; may be repeated."),
    ] = None,
    days: Annotated[float, typer.Option(min=0.1, help="Days simulated in each world.")] = 2.0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the worlds and the policy.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Run the suite that every policy must pass; exit code 1 when a check fails."""
    from pathlib import Path

    from experiments.runtime.progress import bar
    from experiments.validation.conformance.console import conformance_summary, print_checks
    from experiments.validation.conformance.named import check_named
    from policies.modules import from_folder
    from sim.inputs import set_path
    from sim.scenario import load_scenario

    params: dict[str, object] = {}
    for setting in sets or ():
        params = set_path(params, setting)
    firms = [load_scenario(name) for name in scenario or ()]
    with bar() as progress:
        checks = check_named(
            from_folder(policy, Path.cwd()), params, firms, days=days, seed=seed, report=progress
        )
    answer(
        as_json, lambda: conformance_summary(policy, checks), lambda: print_checks(policy, checks)
    )
    fail_unless(all(check.passed for check in checks))
