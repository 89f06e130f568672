"""Small decision problems as Markov decision processes, built apart from the simulator.

Every problem is a frozen dataclass of parameters with `start`, `actions` and `outcome` (see
`mdp.DecisionModel`), `rules()` (natural heuristics by name) and `discount`: None for a long-run
average cost, else a rate for a discounted total. States are named tuples; `asks` names the decision
being asked ("" while time passes). A state at a decision holds only what a policy of the simulator
can see then, so that its optimal table can be played there; that is why service rates do not depend
on who serves whom. All times are exponential. Waiting rooms are finite, and so wide that a wider
one changes no printed digit of a cost. Rates end in `_per_h` or `_per_month`; one currency.
"""

from experiments.validation.optima.blending.model import Blending, BlendState
from experiments.validation.optima.callback.model import CallbackOffer, CallbackState
from experiments.validation.optima.gatekeeper.model import BotGatekeeper, GateState
from experiments.validation.optima.nmodel import NModel, NState
from experiments.validation.optima.retention_offer.model import CustomerState, RetentionOffer
from experiments.validation.optima.skill_routing.model import SkillRouting, SkillState
from experiments.validation.optima.study import DecisionProblem, Study, cost_of, study

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
