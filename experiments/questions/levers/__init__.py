"""Levers with a price: what they bring for the money, and the best set within a budget."""

from experiments.questions.levers.answer import Firm, answer, chosen
from experiments.questions.levers.block import Levers, goals, strategy_of

__all__ = ["Firm", "Levers", "answer", "chosen", "goals", "strategy_of"]
