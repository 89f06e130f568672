"""The figures that answer a run's questions."""

from experiments.report.charts.answers.effects import effects_figures
from experiments.report.charts.answers.factorial import factorial_figures
from experiments.report.charts.answers.leaving import leaving_figures
from experiments.report.charts.answers.levers import levers_figures
from experiments.report.charts.answers.sweep import sweep_figures

__all__ = [
    "effects_figures",
    "factorial_figures",
    "leaving_figures",
    "levers_figures",
    "sweep_figures",
]
