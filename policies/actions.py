"""The action table turned round: which action does what."""

from __future__ import annotations

from sim.decisions.actions import Kind, action_table
from sim.scenario import Scenario


class Actions:
    """Action indices of a scenario by what they do; -1 where there is no such action.

    ``target[action]`` is what an action points at (channel, queue, team or offer); ``verb`` its
    verb. ``entry``, ``escalate`` by channel; ``queue`` by queue; ``team`` by team; offers in the
    scenario's order.
    """

    def __init__(self, scenario: Scenario) -> None:
        table = action_table(scenario)
        self.target = tuple(action.target for action in table)
        self.verb = tuple(action.verb for action in table)
        self.name = tuple(action.name for action in table)
        of = {(action.kind, action.verb, action.target): action.id for action in table}
        channels = range(len(scenario.channels))
        self.entry = tuple(of.get((Kind.ENTRY, "channel", c), -1) for c in channels)
        self.escalate = tuple(of.get((Kind.ESCALATION, "channel", c), -1) for c in channels)
        self.go_on = of[Kind.ESCALATION, "continue", -1]
        self.end = of[Kind.ESCALATION, "end", -1]
        queues = sum(a.verb == "queue" for a in table)
        self.queue = tuple(of[Kind.DISPATCH, "queue", q] for q in range(queues))
        self.team = tuple(of[Kind.DISPATCH, "team", t] for t in range(len(scenario.teams)))
        self.nothing = of[Kind.WRAP_UP, "nothing", -1]
        self.recover = of[Kind.WRAP_UP, "recover", -1]
        self.survey = of[Kind.WRAP_UP, "survey", -1]
        self.message = of[Kind.WRAP_UP, "message", -1]
        offers = range(len(scenario.offers))
        self.wrap_up_offers = tuple(of[Kind.WRAP_UP, "offer", o] for o in offers)
        self.release = of[Kind.CANCEL, "release", -1]
        self.cancel_offers = tuple(of[Kind.CANCEL, "offer", o] for o in offers)
