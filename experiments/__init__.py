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
answered in `RunResults.answers`, as tables, and by `Answers.of(results.manifest)`. `run` and
`compare` keep what they simulate in a run folder, which `RunResults.load` reads and which is used
again. What is wrong with what they are given is said by a `sim.InputError`. The names are imported
when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.faces import lazy

if TYPE_CHECKING:
    from experiments.questions.results import Answers
    from experiments.running.comparison import compare, run
    from experiments.running.config.experiment import ExperimentConfig, config_names, load_config
    from experiments.running.runner import FinishedRun
    from experiments.store.results import RunResults

__all__ = [
    "Answers",
    "ExperimentConfig",
    "FinishedRun",
    "RunResults",
    "compare",
    "config_names",
    "load_config",
    "run",
]
__getattr__, __dir__ = lazy(
    __name__,
    {
        "experiments.questions.results": ["Answers"],
        "experiments.running.comparison": ["compare", "run"],
        "experiments.running.config.experiment": [
            "ExperimentConfig",
            "config_names",
            "load_config",
        ],
        "experiments.running.runner": ["FinishedRun"],
        "experiments.store.results": ["RunResults"],
    },
)
