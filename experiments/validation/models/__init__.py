"""Small decision problems as Markov decision processes, built apart from the simulator.

Every problem is a frozen dataclass of parameters with `start`, `actions` and `outcome` (see
`mdp.DecisionModel`), `rules()` (natural heuristics by name) and `discount`: None for a long-run
average cost, else a rate for a discounted total. States are named tuples; `asks` names the decision
being asked ("" while time passes). A state at a decision holds only what a policy of the simulator
can see then, so that its optimal table can be played there; that is why service rates do not depend
on who serves whom. All times are exponential. Waiting rooms are finite, and so wide that a wider
one changes no printed digit of a cost. Rates end in `_per_h` or `_per_month`; one currency.
"""

from experiments.validation.models.blending import Blending, BlendState
from experiments.validation.models.callback import CallbackOffer, CallbackState
from experiments.validation.models.gatekeeper import BotGatekeeper, GateState
from experiments.validation.models.nmodel import NModel, NState
from experiments.validation.models.retention import CustomerState, RetentionOffer
from experiments.validation.models.routing import SkillRouting, SkillState
from experiments.validation.models.study import DecisionProblem, Study, cost_of, study

__all__ = [
    "BlendState",
    "Blending",
    "BotGatekeeper",
    "CallbackOffer",
    "CallbackState",
    "CustomerState",
    "DecisionProblem",
    "GateState",
    "NModel",
    "NState",
    "RetentionOffer",
    "SkillRouting",
    "SkillState",
    "Study",
    "cost_of",
    "study",
]
