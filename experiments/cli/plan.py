"""What `optichannel run --dry-run` says."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.cli.options import answer
from experiments.runtime.terminal import print_line

if TYPE_CHECKING:
    from experiments.running.config.experiment import ExperimentConfig
    from experiments.running.plan import Plan


def show_plan(
    config: ExperimentConfig, out: Path | None, workers: int | None, as_json: bool
) -> None:
    """Print what a run would take."""
    from experiments.running.engine import simulator
    from experiments.running.plan import plan_of
    from experiments.runtime.pool import default_workers

    plan = plan_of(config, simulator(), out, workers or default_workers())
    answer(as_json, lambda: asdict(plan), lambda: print_line(told(plan)))


def told(plan: Plan) -> str:
    """Return a plan in sentences."""
    equal = plan.declared + plan.derived - plan.cells
    folded = f"; {equal} are equal to others and not run again" if equal else ""
    asked = f" and {plan.derived} derived" if plan.derived else ""
    kept = f", {plan.kept:,} of them finished" if plan.kept else ""
    low, high = (_minutes(minutes) for minutes in plan.minutes)
    longer = f", and up to {plan.most:,} by the stopping rule" if plan.most > plan.least else ""
    last = f" to {high}" if plan.most > plan.least else ""
    source = (
        "as stored by an earlier run in the folder"
        if plan.source == "stored"
        else f"by a pilot of {plan.pilot_days:g} simulated days of the reference"
    )
    portfolio = (
        " The best portfolio of levers comes on top, if it has several." if plan.portfolio else ""
    )
    return (
        f"{plan.declared} declared{asked} strategies{folded}. {plan.cells:,} \u00d7 "
        f"{plan.replications:,} = {plan.least:,} runs{kept}{longer}.{portfolio}\n"
        f"{plan.seconds_per_run:.3g} s a run ({source}): {low}{last} with {plan.workers} "
        f"{'worker' if plan.workers == 1 else 'workers'}.\n"
        f"Nothing was simulated into {plan.folder}." + "".join(f"\n{note}" for note in plan.notes)
    )


def _minutes(minutes: float) -> str:
    if minutes < 1:
        return f"{60 * minutes:.0f} seconds"
    return f"{minutes:.1f} minutes" if minutes < 120 else f"{minutes / 60:.1f} hours"
