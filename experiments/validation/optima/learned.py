"""Learned policies on the decision processes: which files, and their exact cost.

A policy that looks at nothing but what a state of the process says is a table, whose cost is
solved for like that of any rule. Training configs restrict the features for this reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import log1p
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from experiments.validation import optima as models
from experiments.validation.optima import cost_of
from experiments.validation.optima.mdp import policy_of
from experiments.validation.optima.table_policies import Player, solved
from experiments.validation.simulate import load
from policies.learned.model import load_model
from policies.learned.policy import Learned
from sim.decisions.actions import KIND_NAMES, Kind
from sim.inputs.tensors import SUFFIX

FOLDER = Path(__file__).parent
"""A folder for each problem: its scenario, training and learned policy."""
OWN_RULES = {"callback": "experiments.validation.optima.table_policies:Callback"}
"""The rule that takes the other decisions, by scenario, where it is not one of `policies`."""


class Seen(NamedTuple):
    """How a state looks in the simulator: counts and flags by feature, names by action."""

    counts: Mapping[str, int]
    flags: frozenset[str]
    actions: Mapping[str, str]


def _routing(p: models.SkillRouting, state: models.SkillState) -> Seen:
    names = ("load.line_1.waiting", "load.line_2.waiting", "load.line_1.idle", "load.line_2.idle")
    one, two = (a - b for a, b in zip(p.agents, state.busy, strict=True))
    if state.asks == "class 1":  # the arrival is seen waiting
        values = (1, 0, one + two, two)
        teams = {pool: f"dispatch:team.{pool}s" for pool in ("specialist", "generalist")}
        return Seen(dict(zip(names, values, strict=True)), frozenset({"kind.dispatch"}), teams)
    lines = {"class 1": "dispatch:line_1.first", "class 2": "dispatch:line_2.second"}
    values = (*state.waiting, 0, 0)
    return Seen(dict(zip(names, values, strict=True)), frozenset({"kind.dispatch"}), lines)


def _gatekeeper(p: models.BotGatekeeper, state: models.GateState) -> Seen:
    counts = {
        "load.phone.waiting": max(0, state.human - p.agents),
        "load.phone.idle": max(0, p.agents - state.human),
    }
    flags = frozenset({"kind.entry", f"customer.intent.{state.asks}"})
    return Seen(counts, flags, {"bot": "entry:bot", "human": "entry:phone"})


def _callback(p: models.CallbackOffer, state: models.CallbackState) -> Seen:
    counts = {"load.phone.waiting": state.live, "load.back.waiting": state.callbacks}
    entry = {"hold": "entry:phone", "offer": "entry:back"}
    lines = {"live": "dispatch:phone.general", "callback": "dispatch:back.general"}
    actions = entry if state.asks == "entry" else lines
    return Seen(counts, frozenset({f"kind.{state.asks}"}), actions)


def _blending(p: models.Blending, state: models.BlendState) -> Seen:
    counts = {"load.phone.waiting": state.waiting, "load.email.waiting": state.backlog}
    lines = {"call": "dispatch:phone.general", "mail": "dispatch:email.general"}
    return Seen(counts, frozenset({"kind.dispatch"}), lines)


def _retention(p: models.RetentionOffer, state: models.CustomerState) -> Seen:
    """The kind of decision is all that is surely seen: the mood is hidden."""
    if state.asks == "cancel":
        offers = {size: f"cancel:offer.{size}" for size in ("small", "large")}
        return Seen({}, frozenset({"kind.cancel"}), {"let_go": "cancel:release", **offers})
    offers = {size: f"wrap_up:offer.{size}" for size in ("small", "large")}
    plain = {"nothing": "wrap_up:nothing", "recover": "wrap_up:recover"}
    return Seen({}, frozenset({"kind.wrap_up"}), plain | offers)


SEEN: Mapping[type[Any], Callable[[Any, Any], Seen]] = {
    models.SkillRouting: _routing,
    models.BotGatekeeper: _gatekeeper,
    models.CallbackOffer: _callback,
    models.Blending: _blending,
    models.RetentionOffer: _retention,
}


class Table:
    """What a learned policy does in the states of a problem; a rule of the decision process.

    ``untold``: what it goes by and of which the process's states say nothing (features; a rule that
    takes the other kinds and is no ``Player``); where there is any, the policy is no table.
    """

    def __init__(self, problem: Any, policy: Learned) -> None:
        self.problem, self.policy, self.seen = problem, policy, SEEN[type(problem)]
        self.at = {row.name: i for i, row in enumerate(policy.features.table)}
        looks = [self.seen(problem, state) for state in solved(problem).table]
        told = {name for look in looks for name in (*look.counts, *look.flags)}
        used = {name for name, i in self.at.items() if policy.scale[i] != 0}
        self.untold = sorted(used - told)
        if not (all(map(self._learned, looks)) or isinstance(policy.base, Player)):
            self.untold.append(str(policy.base))

    def _learned(self, look: Seen) -> bool:
        kind = next(iter(look.actions.values())).partition(":")[0]
        return Kind(KIND_NAMES.index(kind)) in self.policy.learned

    def __call__(self, state: Any, allowed: Iterable[str]) -> str:
        """Return the allowed action with the highest score, or the rule's where it is not asked."""
        look, vector = self.seen(self.problem, state), np.zeros(len(self.at), dtype=np.float32)
        if not self._learned(look):
            assert isinstance(self.policy.base, Player)
            return str(self.policy.base.named(state))
        for name, count in look.counts.items():
            vector[self.at[name]] = log1p(count)
        for name in look.flags:
            vector[self.at[name]] = 1.0
        scores, number = self.policy.scores(vector), self.policy.act.name.index
        return max(allowed, key=lambda action: float(scores[number(look.actions[action])]))


def exact_cost(problem: Any, policy: Learned) -> float | None:
    """Return a learned policy's exact cost on a problem; None where it is no table."""
    mdp, table = solved(problem).mdp, Table(problem, policy)
    return None if table.untold else cost_of(problem, mdp, policy_of(mdp, table))


def policies(name: str, files: Iterable[str] = ()) -> dict[str, Learned]:
    """Return the learned policies of a problem's scenario: the shipped one, and those of files.

    Raises:
        InputError: a file that is no learned policy, or fits no more.
    """
    shipped = FOLDER / name / f"policy{SUFFIX}"
    found = {"learned": shipped} if shipped.exists() else {}
    found |= {str(f): Path(f) for f in files if load_model(Path(f)).header.scenario == name}
    rule = OWN_RULES.get(name, "")
    return {label: Learned(load(name), file=str(path), rule=rule) for label, path in found.items()}
