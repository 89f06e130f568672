"""What `run` and `check` share: simulate a config's strategies, and say what was damaged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from experiments.cli.exits import complain
from experiments.cli.options import command_line

if TYPE_CHECKING:
    from experiments.run.config.experiment import ExperimentConfig
    from experiments.run.runner import Outcome

NAMED = 10


def simulate(
    config: ExperimentConfig,
    workers: int | None,
    out: Path | None,
    register: str | None = None,
    cluster: str = "",
    fresh: bool = False,
) -> Outcome:
    """Run a config into a folder, with a bar for whoever waits."""
    from experiments.run.engine import simulator
    from experiments.run.runner import Settings, run_experiment
    from experiments.runtime.progress import bar

    settings = Settings(
        workers=workers or 0,
        folder=out,
        register=register,
        cluster=cluster,
        command=command_line(),
        fresh=fresh,
    )
    with bar() as progress:
        outcome = run_experiment(config, simulator(), settings, progress)
    if outcome.damaged:
        named = ", ".join(f"{job.strategy} {job.replication}" for job in outcome.damaged[:NAMED])
        more = " …" if len(outcome.damaged) > NAMED else ""
        complain(f"damaged, so run again: replications {named}{more}", 0)
    return outcome
