"""The verdict on each question, in sentences of which the first stands alone; to be escaped."""

from experiments.report.answers.verdicts.effects import effects_verdict
from experiments.report.answers.verdicts.factorial import factorial_verdict
from experiments.report.answers.verdicts.levers import levers_verdict
from experiments.report.answers.verdicts.sweep import sweep_verdict

__all__ = ["effects_verdict", "factorial_verdict", "levers_verdict", "sweep_verdict"]
