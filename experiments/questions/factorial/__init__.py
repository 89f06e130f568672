"""Factorial designs of two levels: which cells are run, and what follows from them."""

from experiments.questions.factorial.answer import answer, goals
from experiments.questions.factorial.block import Factorial

__all__ = ["Factorial", "answer", "goals"]
