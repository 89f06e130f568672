"""Kinds of decisions, the action table, and the policy's protocol."""

from __future__ import annotations

from enum import IntEnum
from itertools import product
from typing import TYPE_CHECKING, NamedTuple, Protocol

from sim.scenario import Scenario

if TYPE_CHECKING:
    from sim.decisions.view import View


class Kind(IntEnum):
    """What is decided.

    ENTRY: a contact begins, on which channel? ESCALATION: automation is failing. DISPATCH: an agent
    is free, whom to serve; or a contact arrives, which team takes it. WRAP_UP: after a contact.
    SIGNAL: a passive or risk signal (its number is kept for later: nobody is asked yet). CANCEL: a
    customer calls to leave.
    """

    ENTRY = 0
    ESCALATION = 1
    DISPATCH = 2
    WRAP_UP = 3
    SIGNAL = 4
    CANCEL = 5


ENTRY, ESCALATION, DISPATCH, WRAP_UP, SIGNAL, CANCEL = map(int, Kind)
"""The kinds as plain numbers, for the hot path: reading an enum's member takes ten times longer."""

KIND_NAMES = tuple(kind.name.lower() for kind in Kind)
KINDS = tuple(kind for kind in Kind if kind != Kind.SIGNAL)
"""The kinds that are decided: a signal has no actions."""


class Action(NamedTuple):
    """One action of the table: its id, kind, verb and what it points at (an index or -1).

    ``id`` is the action's index in the table. Verbs: ``channel`` (entry, escalation),
    ``continue``, ``end``, ``queue``, ``team``, ``nothing``,
    ``recover``, ``survey``, ``message``, ``offer``, ``release``.
    """

    id: int
    kind: Kind
    verb: str
    target: int
    name: str


class PolicyError(RuntimeError):
    """A policy broke its contract, for example by an illegal action."""


class Decider(Protocol):
    """What the simulator needs of a policy; see ``policies.base.Policy``."""

    reads: frozenset[str]

    def decide(self, view: View) -> int:
        """Return the index of a legal action."""
        ...


def queue_names(scenario: Scenario) -> list[tuple[str, str, int]]:
    """Return the queues as (channel, skill, tier), in the order of their indices."""
    skills = sorted({intent.skill for intent in scenario.intents.values()})
    queued = ("live", "asynchronous", "callback")
    served = [name for name, channel in scenario.channels.items() if channel.kind in queued]
    queues = []
    for channel, skill in product(served, skills):
        teams = scenario.teams.values()
        tiers = {t.tier for t in teams if channel in t.channels and skill in t.skills}
        queues += [(channel, skill, tier) for tier in ((1, 2) if tiers == {1, 2} else (1,))]
    return queues


def action_table(scenario: Scenario) -> list[Action]:
    """Return the union of all actions of a scenario, in a fixed order.

    The order is: entry channels, escalation (continue, end, channels), dispatch (queues, teams),
    wrap-up (nothing, recover, survey, message, offers), cancel (release, offers).
    """
    rows: list[tuple[Kind, str, int, str]] = []
    names = list(scenario.channels)
    for i, name in enumerate(names):
        if scenario.channels[name].kind != "outbound":
            rows.append((Kind.ENTRY, "channel", i, name))
    rows.append((Kind.ESCALATION, "continue", -1, "continue"))
    rows.append((Kind.ESCALATION, "end", -1, "end"))
    for i, name in enumerate(names):
        if scenario.channels[name].kind in ("live", "asynchronous"):
            rows.append((Kind.ESCALATION, "channel", i, name))
    for q, (channel, skill, tier) in enumerate(queue_names(scenario)):
        suffix = f".tier{tier}" if tier > 1 else ""
        rows.append((Kind.DISPATCH, "queue", q, f"{channel}.{skill}{suffix}"))
    for t, name in enumerate(scenario.teams):
        rows.append((Kind.DISPATCH, "team", t, f"team.{name}"))
    for verb in ("nothing", "recover", "survey", "message"):
        rows.append((Kind.WRAP_UP, verb, -1, verb))
    for o, name in enumerate(scenario.offers):
        rows.append((Kind.WRAP_UP, "offer", o, f"offer.{name}"))
    rows.append((Kind.CANCEL, "release", -1, "release"))
    for o, name in enumerate(scenario.offers):
        rows.append((Kind.CANCEL, "offer", o, f"offer.{name}"))
    return [Action(i, k, v, t, f"{k.name.lower()}:{n}") for i, (k, v, t, n) in enumerate(rows)]
