"""What is typical of a firm's customers, against which beliefs and truths about one are set."""

from __future__ import annotations

from policies.value.firm_figures import (
    by_segment,
    human_resolution,
    recognition,
)
from sim.behaviour import steering_acceptance
from sim.behaviour.spreads import Spreads, usual_ability
from sim.core.rules.book import Book
from sim.scenario import Scenario

LISTS = ("intercepts", "reached", "ability", "ability_variance", "acceptance")


class TypicalCustomers:
    """How much customers and needs differ, as the firm knows it (``sim.core.rules.chances``).

    ``figures``: by intent and channel, how probably an attempt resolves: automation once it has
    understood the intent, at a digital skill of 0.5; people once they are reached, transfers
    included. ``reached``: how probably a channel understands or reaches a customer. ``steered``: by
    segment (last: all) and channel, how probably customers let themselves be steered there.
    """

    def __init__(self, scenario: Scenario) -> None:
        spreads, channels = Spreads(scenario), scenario.channels
        self.people_difficulty = spreads.people_difficulty
        self.need_variance = spreads.difficulty**2
        self.need_channel_variance = spreads.need_channel**2
        self.fit_variance = spreads.fit**2
        self.acceptance_variance = spreads.acceptance**2
        self.reached = [
            recognition(scenario, c.automation) if c.automation else 1.0 - c.no_answer
            for c in channels.values()
        ]
        self.intercepts = [
            [
                spreads.self_service(intent.resolution.get(name, 0.0))
                if channel.automation
                else spreads.by_people(human_resolution(scenario, needed, name))
                for name, channel in channels.items()
            ]
            for needed, intent in scenario.intents.items()
        ]
        self.ability, self.ability_variance = usual_ability(scenario)
        self.steered = steered_shares(scenario)
        self.acceptance = [[spreads.following(p) for p in row] for row in self.steered]

    def write(self, book: Book) -> int:
        """Add these tables to a book of rules; return their number."""
        numbers = ("people_difficulty", "need_variance", "need_channel_variance")
        more = ("fit_variance", "acceptance_variance")
        return book.add(
            "typicals",
            **{name: getattr(self, name) for name in numbers + more},
            **{name: book.figures(getattr(self, name)) for name in LISTS},
        )


def steered_shares(scenario: Scenario) -> list[list[float]]:
    """Return how often customers let themselves be steered: by segment (last: all), channel."""
    refusal, channels = scenario.mechanisms.refusal, scenario.channels.values()
    follows = [s.steering_acceptance if refusal else 1.0 for s in scenario.segments.values()]
    return [
        [
            steering_acceptance(1.0 if c.kind == "callback" else follow, c.acceptance)
            for c in channels
        ]
        for follow in by_segment(follows, scenario)
    ]
