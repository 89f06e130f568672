"""`optichannel validate faults`: scripted faults, and whether anyone notices."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.cli.exits import fail_unless

app = typer.Typer(
    no_args_is_help=True,
    help="Kill runs again and again, and change constants to see whether anyone notices.",
)


@app.command()
def kill(
    kills: Annotated[int, typer.Option(min=1)] = 100,
    config: str = "regression",
    workers: Annotated[int, typer.Option(min=1)] = 1,
    seed: int = 1,
) -> None:
    """Kill -9 a run at random moments; resume; compare. Exit code 1 when anything is lost."""
    from experiments.runtime.terminal import print_line
    from experiments.validation.faults.kills import kill_runs

    outcome = kill_runs(config, kills, workers=workers, seed=seed)
    print_line(
        f"{outcome.kills} kills, {outcome.interrupted} of them with finished replications in "
        f"place; {outcome.completed} runs completed and compared; "
        f"{len(outcome.problems)} problems"
    )
    for problem in outcome.problems:
        print_line(f"  {problem}")
    fail_unless(not outcome.problems)


@app.command()
def mutate(
    config: Annotated[list[str] | None, typer.Option(help="Regression configs.")] = None,
) -> None:
    """Change twenty behavioural constants, one at a time; exit code 1 when one goes unnoticed."""
    from experiments.runtime.terminal import print_line
    from experiments.validation.faults.mutations import MUTATIONS, regressions, try_mutations

    configs = config or regressions()
    tried = try_mutations(MUTATIONS, configs)
    for mutation, catching in tried:
        by = f"caught by {', '.join(catching)}" if catching else "UNNOTICED"
        print_line(f"{mutation.path}: {mutation.what}: {by}")
    for name in configs:
        caught = sum(name in catching for _, catching in tried)
        print_line(f"{caught} of {len(tried)} caught by {name}")
    caught = sum(bool(catching) for _, catching in tried)
    print_line(f"{caught} of {len(tried)} changes caught")
    fail_unless(caught == len(tried))


@app.command()
def numbers(count: Annotated[int, typer.Option(min=1)] = 20, seed: int = 1) -> None:
    """Change numbers in each scenario's file by a tenth; count what its own baseline catches."""
    from experiments.running.config.experiment import load_config
    from experiments.runtime.terminal import print_line
    from experiments.validation.faults.mutations import number_mutations, regressions, try_mutations

    for config in regressions():
        scenario = load_config(config).scenario
        tried = try_mutations(number_mutations(scenario, count, seed), [config])
        for mutation, catching in tried:
            if not catching:
                print_line(f"UNNOTICED {mutation.path}: {mutation.what}")
        print_line(f"{scenario}: {sum(bool(by) for _, by in tried)} of {len(tried)} numbers caught")
