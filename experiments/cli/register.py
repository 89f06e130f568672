"""`optichannel register`, `decisions` and `dataset`: one strategy's rows and decisions as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from experiments.cli.options import AsJson, Config, Sets, answer

Strategy = Annotated[str, typer.Argument(metavar="STRATEGY", help="One of the config's.")]
Replication = Annotated[int, typer.Option(min=0, help="Number of the replication.")]


def register(
    config: Config,
    strategy: Strategy,
    replication: Replication = 0,
    form: Annotated[
        Literal["parquet", "csv", "xes"], typer.Option("--format", help="Of the files.")
    ] = "parquet",
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the files.")] = Path(
        "register"
    ),
    sets: Sets = None,
    as_json: AsJson = False,
) -> None:
    """Simulate a replication of a strategy and write every row of its register.

    The rows are those of the same replication in a run of CONFIG, from the start of its warm-up;
    the digest that is printed is the one in the run's manifest.
    """
    from experiments.running.config.experiment import load_config
    from experiments.running.single import export_register
    from experiments.runtime.terminal import print_line

    loaded = load_config(config, sets or ())
    files, digest = export_register(loaded, strategy, out, replication=replication, form=form)
    written = {"files": [str(file) for file in files], "digest": digest}
    answer(as_json, lambda: written, lambda: print_line("\n".join([*written["files"], digest])))


def decisions(
    config: Config,
    strategy: Strategy,
    replication: Replication = 0,
    out: Annotated[Path, typer.Option(metavar="FILE", help="The file, .csv or .parquet.")] = Path(
        "decisions.csv"
    ),
    sets: Sets = None,
    as_json: AsJson = False,
) -> None:
    """Write a policy's decisions in a replication: what it saw, what it did, the default."""
    from experiments.learning.datasets.recording import save_decisions
    from experiments.running.config.experiment import load_config
    from experiments.runtime.terminal import print_line

    rows = save_decisions(load_config(config, sets or ()), strategy, out, replication=replication)
    written = {"file": str(out), "decisions": rows}
    answer(as_json, lambda: written, lambda: print_line(f"{rows:,} decisions: {out}"))


def dataset(
    config: Config,
    strategy: Strategy,
    out: Annotated[Path, typer.Option(metavar="DIR", help="A new folder.")] = Path("dataset"),
    episodes: Annotated[int, typer.Option(min=1, help="Replications.")] = 10,
    explore: Annotated[
        float, typer.Option(min=0, max=1, help="Share of decisions that are taken at random.")
    ] = 0.1,
    sets: Sets = None,
    as_json: AsJson = False,
) -> None:
    """Write episodes of a policy that explores, with propensities, for other libraries.

    The layout is Minari's (storage parquet); Parquet and JSON are all that a reader needs.
    """
    from dataclasses import asdict

    from experiments.learning.datasets.offline import save_dataset
    from experiments.running.config.experiment import load_config
    from experiments.runtime.progress import bar
    from experiments.runtime.terminal import print_line

    loaded = load_config(config, sets or ())
    with bar() as progress:
        made = save_dataset(
            loaded, strategy, out, episodes=episodes, explore=explore, report=progress
        )
    said = (
        f"{made.decisions:,} decisions in {made.episodes} episodes, net value of one "
        f"{made.net_value:,.0f}: {made.folder}"
    )
    answer(as_json, lambda: asdict(made) | {"folder": str(out)}, lambda: print_line(said))
