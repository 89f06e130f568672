"""What `run` and `check` share: simulate a config's strategies, and say what was damaged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from experiments.cli.exits import complain
from experiments.cli.options import command_line

if TYPE_CHECKING:
    from experiments.running.config.experiment import ExperimentConfig
    from experiments.running.runner import FinishedRun, RegisterFormat

NAMED = 10


def simulate(
    config: ExperimentConfig,
    workers: int | None,
    out: Path | None,
    register: RegisterFormat | None = None,
    cluster: str = "",
    fresh: bool = False,
) -> FinishedRun:
    """Run a config into a folder, with a bar for whoever waits."""
    from experiments.running.comparison import run
    from experiments.runtime.progress import bar

    with bar() as progress:
        outcome = run(
            config,
            workers=workers,
            folder=out,
            register=register,
            cluster=cluster,
            fresh=fresh,
            command=command_line(),
            report=progress,
        )
    if outcome.damaged:
        named = ", ".join(f"{job.strategy} {job.replication}" for job in outcome.damaged[:NAMED])
        more = " …" if len(outcome.damaged) > NAMED else ""
        complain(f"damaged, so run again: replications {named}{more}", 0)
    for note in outcome.results.manifest.get("notes") or ():
        complain(note, 0)
    return outcome
