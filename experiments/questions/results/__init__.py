"""What the questions of an experiment came to: plain frozen records, one class an answer.

Tables, console and page are made from these. They are kept as plain values in the run's manifest
under `answers`; `Answers.of` reads them back.

Money is in the scenario's currency; per-customer figures count the customers who are active when
measuring starts, over the run's days. Shares are 0–1, times in days or months as the name says.
Every interval is a 95% interval over replications; None stands for what could not be said (an
undefined metric, or a single replication). `metrics` names what each answer is given in: first the
objective, which things are ranked by (the value counted beyond the run that the verdict uses, else
the net value of the run's days), then retention and cost, and
decision value where it was measured.
"""

from experiments.questions.results.answers import Answers
from experiments.questions.results.effects import Effect, EffectsAnswer
from experiments.questions.results.factorial import Contrast, Design, Factor, FactorialAnswer, Share
from experiments.questions.results.leaving import ABOVE_HALF, Against, LeavingAnswer, Telling
from experiments.questions.results.levers import Lever, LeversAnswer, Portfolio, Price
from experiments.questions.results.sweep import Axis, Crossing, Gap, Point, SweepAnswer
from experiments.questions.results.worth import Spread, Worth

__all__ = [
    "ABOVE_HALF",
    "Against",
    "Answers",
    "Axis",
    "Contrast",
    "Crossing",
    "Design",
    "Effect",
    "EffectsAnswer",
    "Factor",
    "FactorialAnswer",
    "Gap",
    "LeavingAnswer",
    "Lever",
    "LeversAnswer",
    "Point",
    "Portfolio",
    "Price",
    "Share",
    "Spread",
    "SweepAnswer",
    "Telling",
    "Worth",
]
