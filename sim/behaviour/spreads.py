"""How much customers and needs differ, as far as the mechanisms are on: spreads and intercepts."""

from __future__ import annotations

from typing import Final

from sim.behaviour.resolution import intercept_for, skill_moments, spread
from sim.scenario import Scenario

MIDDLE_SKILL: Final = 0.5
"""The digital skill at which a customer gets what the scenario states."""


class Spreads:
    """The standard deviations in force, on the logit scale.

    ``automation`` and ``people``: of all that acts on an attempt there.
    """

    def __init__(self, scenario: Scenario) -> None:
        lasting, on = scenario.lasting, scenario.mechanisms
        self.difficulty = lasting.difficulty_sd if on.difficulty else 0.0
        self.people_difficulty = lasting.people_difficulty
        self.need_channel = lasting.need_channel_sd if on.difficulty else 0.0
        self.fit = lasting.fit_sd if on.channel_fit else 0.0
        self.ability = lasting.ability_sd if on.ability else 0.0
        self.ability_learning = lasting.ability_learning if on.ability else 0.0
        self.skill_effect = lasting.skill_effect
        self.acceptance = lasting.acceptance_sd if on.lasting_acceptance else 0.0
        learns = on.lasting_acceptance and on.refusal
        self.acceptance_learning = lasting.acceptance_learning if learns else 0.0
        self.habit_weight = lasting.habit_weight if on.habits else 0.0
        self.habit = lasting.habit_sd
        self.habit_rate = lasting.habit_rate
        felt = self.people_difficulty * self.difficulty
        self.automation = spread(self.difficulty, self.need_channel, self.fit, self.ability)
        self.people = spread(felt, self.need_channel, self.fit)

    @property
    def learning(self) -> bool:
        """Whether attempts leave anything in customers."""
        return max(self.ability_learning, self.acceptance_learning, self.habit_weight) > 0

    def self_service(self, resolution: float) -> float:
        """Return the intercept of automation that resolves as often, at a skill of 0.5."""
        return intercept_for(resolution, self.automation)

    def by_people(self, resolution: float) -> float:
        """Return the intercept of people who resolve as often."""
        return intercept_for(resolution, self.people)

    def following(self, acceptance: float) -> float:
        """Return the intercept of a customer who is steered and follows as often."""
        return intercept_for(acceptance, self.acceptance)


def usual_ability(scenario: Scenario) -> tuple[list[float], list[float]]:
    """Return how able customers are with automation, in log-odds: what a firm knows beforehand.

    Digital skill and ability together: mean and variance by segment, and (last) of all customers.
    """
    spreads, segments = Spreads(scenario), list(scenario.segments.values())
    effect, sd = spreads.skill_effect, spreads.ability
    moments = [skill_moments(s.digital_skill, s.digital_skill_sd) for s in segments]
    means = [effect * (mean - MIDDLE_SKILL) for mean, _ in moments]
    variances = [sd * sd + effect * effect * variance for _, variance in moments]
    shares = [segment.share for segment in segments]
    mean = sum(share * m for share, m in zip(shares, means, strict=True))
    between = sum(share * (m - mean) ** 2 for share, m in zip(shares, means, strict=True))
    within = sum(share * v for share, v in zip(shares, variances, strict=True))
    return [*means, mean], [*variances, within + between]
