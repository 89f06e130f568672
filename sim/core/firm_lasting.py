"""What lasts in a firm's customers and needs: its numbers, and the intercepts of all chances."""

from __future__ import annotations

from sim.behaviour.customers import steering_acceptance
from sim.behaviour.resolution import intercepts_for
from sim.core.firm_lists import Tables
from sim.tables.codes import AUTOMATED, CALLBACK
from sim.tables.compiled import Compiled


def fill_lasting(rules: Tables, compiled: Compiled) -> None:
    """Write what lasts into the core's tables; those of cells are there already."""
    for name, number in _numbers(compiled).items():
        rules.put_scalar(name, number)
    rules.put_column("cells", "intercept", _intercepts(compiled))
    rules.put_column("cells", "team", _usual_teams(compiled))
    by_people = intercepts_for(compiled.people_resolve, compiled.spreads.people)
    if by_people.size:
        rules.put_column("resolves", "intercept", by_people.ravel().tolist())
    stated = _acceptances(compiled)
    following = [compiled.spreads.following(share) for share in stated]
    rules.fill("steers", {"acceptance": stated, "intercept": following})


def _numbers(compiled: Compiled) -> dict[str, float]:
    sd = compiled.spreads
    return {
        "difficulty_sd": sd.difficulty,
        "people_difficulty": sd.people_difficulty,
        "need_channel_sd": sd.need_channel,
        "fit_sd": sd.fit,
        "ability_sd": sd.ability,
        "skill_effect": sd.skill_effect,
        "ability_learning": sd.ability_learning,
        "people_differ": sd.people > 0,
        "acceptance_sd": sd.acceptance,
        "acceptance_learning": sd.acceptance_learning,
        "acceptance_differs": sd.acceptance > 0 or sd.acceptance_learning > 0,
        "customers_learn": sd.learning,
        "habits": sd.habit_weight > 0,
        "habit_weight": sd.habit_weight,
        "habit_rate": sd.habit_rate,
    }


def _intercepts(compiled: Compiled) -> list[float]:
    """Return by intent and channel the intercepts of automation, else of people without a boost."""
    solve = [
        compiled.spreads.self_service if kind == AUTOMATED else compiled.spreads.by_people
        for kind in compiled.channels.kind
    ]
    return [of(p) for row in compiled.resolution for of, p in zip(solve, row, strict=True)]


def _usual_teams(compiled: Compiled) -> list[int]:
    """Return by intent and channel the first team that serves its line, or -1."""
    queues = compiled.queues
    firsts = [teams[0] if teams else -1 for teams in queues.teams]
    return [
        firsts[compiled.queue_of[c][i][0]] if compiled.queue_of[c][i][0] >= 0 else -1
        for i in range(compiled.n_intents)
        for c in range(compiled.channels.n)
    ]


def _acceptances(compiled: Compiled) -> list[float]:
    """Return by segment and channel how often who is steered there follows.

    A call back is the firm's offer to whom it keeps waiting: only the channel's figure counts.
    """
    channels = compiled.channels
    return [
        steering_acceptance(1.0 if kind == CALLBACK else share, acceptance)
        for share in compiled.steering_acceptance
        for kind, acceptance in zip(channels.kind, channels.acceptance, strict=True)
    ]
