"""Experiments: strategies of a firm, compared under common random numbers.

    >>> import experiments
    >>> found = experiments.compare(
    ...     "helpdesk",
    ...     {"as it is": "customer_choice", "short waits": "least_expected_wait"},
    ...     days=2, replications=2, workers=1,
    ... )
    >>> found.differences.filter(metric="cost")["strategy"].to_list()
    ['short waits']

`run` runs a config, as `optichannel run` does; `compare` needs no config. What a config asks is
answered in `RunResults.answers`, as tables, and by `Answers.of(results.manifest)`. Both keep what
they simulate in a run folder, which `RunResults.load` reads and which is used again; `compare_runs`
sets two such runs side by side. `save_figure` and `save_table` write what the page shows.
`export_register`, `decision_table` and `save_dataset` are about one strategy: its rows, what its
policy saw and did, and the same with exploration for other libraries. What is wrong with what they
are given is said by a `sim.InputError`. The names are imported when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.faces import lazy

if TYPE_CHECKING:
    from experiments.learning.datasets.offline import DataSet, save_dataset
    from experiments.learning.datasets.recording import decision_table
    from experiments.questions.results import Answers
    from experiments.report.export.figures import save_figure
    from experiments.report.export.tables import save_table
    from experiments.running.comparison import compare, run
    from experiments.running.config.experiment import ExperimentConfig, config_names, load_config
    from experiments.running.pairing import compare_runs
    from experiments.running.runner import FinishedRun
    from experiments.running.single import export_register
    from experiments.store.results import RunResults

__all__ = [
    "Answers",
    "DataSet",
    "ExperimentConfig",
    "FinishedRun",
    "RunResults",
    "compare",
    "compare_runs",
    "config_names",
    "decision_table",
    "export_register",
    "load_config",
    "run",
    "save_dataset",
    "save_figure",
    "save_table",
]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "experiments.learning.datasets.offline": ["DataSet", "save_dataset"],
        "experiments.learning.datasets.recording": ["decision_table"],
        "experiments.report.export.figures": ["save_figure"],
        "experiments.report.export.tables": ["save_table"],
        "experiments.questions.results": ["Answers"],
        "experiments.running.comparison": ["compare", "run"],
        "experiments.running.config.experiment": [
            "ExperimentConfig",
            "config_names",
            "load_config",
        ],
        "experiments.running.pairing": ["compare_runs"],
        "experiments.running.runner": ["FinishedRun"],
        "experiments.running.single": ["export_register"],
        "experiments.store.results": ["RunResults"],
    },
)
