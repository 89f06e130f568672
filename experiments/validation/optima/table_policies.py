"""Policies that play a decision process's table in the simulator.

They see what any policy sees: loads and candidates. `retention` alone reads the hidden mood, so its
player is a bound, as the decision process knows the mood too.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar

from pydantic import Field

from experiments.validation import optima as models
from experiments.validation.optima import DecisionProblem, Study, study
from policies.base import Policy
from sim.decisions.view import Load, View
from sim.errors import InputError
from sim.inputs import nearest
from sim.scenario import Scenario

OPTIMAL = "optimal"


@lru_cache(maxsize=16)
def solved(problem: Any) -> Study[Any]:
    """Return the solution of a problem (kept: replications share it)."""
    return study(problem)


def playable(problem: DecisionProblem[Any]) -> tuple[str, ...]:
    """Return the rules that can be played: the optimum and every rule that does not draw lots."""
    return (OPTIMAL, *(name for name in problem.rules() if name != "random"))


class Player(Policy):
    """Looks its action up by the state of the decision process that it finds in the view."""

    problem: ClassVar[Any]
    rule: str = Field(OPTIMAL, description="the table or rule that is played")

    def prepare(self, scenario: Scenario) -> None:
        """Solve the problem, or take one of its rules; InputError where it has no such rule."""
        known = playable(self.problem)
        if self.rule not in known:
            raise InputError(
                f"{type(self).__name__}: rule: must be one of {', '.join(known)}; "
                f"got {self.rule!r}{nearest(self.rule, known)}"
            )
        self._table = solved(self.problem).table
        self._rule = self.problem.rules().get(self.rule)
        self._channel = {name: c for c, name in enumerate(scenario.channels)}
        self._intents = list(scenario.intents)

    def play(self, view: View, state: Any, actions: Mapping[str, int]) -> int:
        """Return the action of the table (or rule) in a state; the default where it has none."""
        action = actions.get(str(self.named(state)), view.default)
        return action if action in view.actions else view.default

    def named(self, state: Any) -> str | None:
        """Return what the decision process calls the action of the table (or rule) in a state."""
        if self._rule is None:
            return self._table.get(state)
        return str(self._rule(state, self.problem.actions(state)))

    def load(self, view: View, channel: str) -> Load:
        """Return the load of a channel by name."""
        assert view.loads is not None
        return view.loads[self._channel[channel]]

    def queue(self, view: View, channel: str) -> int:
        """Return the action that serves a channel's queue."""
        return next(a for a in view.actions if f":{channel}." in self.act.name[a])


class Routing(Player):
    """Who serves whom: specialists, generalists and two classes of callers."""

    problem = models.SkillRouting()
    reads = frozenset({"loads"})

    def dispatch(self, view: View) -> int:
        """A pool for an arrival of class 1, or a class for a freed generalist."""
        one, two = self.load(view, "line_1"), self.load(view, "line_2")
        pools = self.problem.agents
        if self.act.verb[view.actions[0]] == "team":
            busy = (pools[0] - one.idle + two.idle, pools[1] - two.idle)
            teams = {"specialist": self.act.team[0], "generalist": self.act.team[1]}
            return self.play(view, models.SkillState((0, 0), busy, "class 1"), teams)
        state = models.SkillState(
            (one.waiting, two.waiting), (pools[0], pools[1] - 1), "generalist"
        )
        # A queue that waits is named by its channel: the first belongs to class 1.
        queues = sorted(view.actions, key=lambda action: self.act.name[action])
        return self.play(view, state, {"class 1": queues[0], "class 2": queues[-1]})


class Gatekeeper(Player):
    """Bot or human for each need."""

    problem = models.BotGatekeeper()
    reads = frozenset({"loads"})

    def entry(self, view: View) -> int:
        """Bot or human, by the kind of need and the people at the humans' desk."""
        assert view.customer is not None
        desk = self.load(view, "phone")
        human = desk.on_duty - desk.idle + desk.waiting
        state = models.GateState(human, self._intents[view.customer.intent])
        channels = {"bot": self._channel["bot"], "human": self._channel["phone"]}
        return self.play(view, state, {k: self.act.entry[c] for k, c in channels.items()})


class Callback(Player):
    """Hold or be called back, and whom to serve."""

    problem = models.CallbackOffer()
    reads = frozenset({"loads"})

    def _state(self, view: View, asks: str) -> models.CallbackState:
        live, back = self.load(view, "phone").waiting, self.load(view, "back").waiting
        return models.CallbackState(self.problem.agents - (asks == "dispatch"), live, back, asks)

    def entry(self, view: View) -> int:
        """Hold or offer."""
        hold, offer = self._channel["phone"], self._channel["back"]
        actions = {"hold": self.act.entry[hold], "offer": self.act.entry[offer]}
        return self.play(view, self._state(view, "entry"), actions)

    def dispatch(self, view: View) -> int:
        """The caller on hold or the one to call back."""
        actions = {"live": self.queue(view, "phone"), "callback": self.queue(view, "back")}
        return self.play(view, self._state(view, "dispatch"), actions)


class BlendingPlayer(Player):
    """Call or e-mail for a freed agent."""

    problem = models.Blending()
    reads = frozenset({"loads"})

    def dispatch(self, view: View) -> int:
        """The longest-waiting caller or e-mail."""
        actions = {"call": self.queue(view, "phone"), "mail": self.queue(view, "email")}
        waiting = self.load(view, "phone").waiting, self.load(view, "email").waiting
        state = models.BlendState(self.problem.agents - 1, *waiting, "choice")
        return self.play(view, state, actions)


class Retention(Player):
    """Recovery and offers by the customer's true mood: a bound."""

    problem = models.RetentionOffer()
    reads = frozenset({"hidden"})
    bound = True

    def _state(self, view: View, asks: str) -> models.CustomerState:
        assert view.hidden is not None
        middle = self.problem.levels // 2
        return models.CustomerState(round(view.hidden.mood * middle) + middle, asks)

    def wrap_up(self, view: View) -> int:
        """After a failed contact: nothing, recover or an offer."""
        small, large = self.act.wrap_up_offers
        actions = {"nothing": self.act.nothing, "recover": self.act.recover}
        return self.play(
            view, self._state(view, "failure"), actions | {"small": small, "large": large}
        )

    def cancel(self, view: View) -> int:
        """On the call to cancel: let go or an offer."""
        small, large = self.act.cancel_offers
        actions = {"let_go": self.act.release, "small": small, "large": large}
        return self.play(view, self._state(view, "cancel"), actions)
