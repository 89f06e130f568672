"""Sweeps: strategies over values of one or two keys, and where they change places."""

from experiments.questions.sweep.answer import answer
from experiments.questions.sweep.block import Sweep, point_name

__all__ = ["Sweep", "answer", "point_name"]
