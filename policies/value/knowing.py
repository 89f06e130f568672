"""What rules know of a customer and a need, as options that several have."""

from __future__ import annotations

from typing import Final, Literal

from policies.value.firm_figures import human_resolution, self_service
from policies.value.typical import TypicalCustomers
from sim.core.codes import BY_BELIEF, BY_FIGURES, BY_SCORE
from sim.core.rules.book import Book
from sim.decisions.predictor import Predictor, load_predictor
from sim.errors import InputError
from sim.inputs import local_path
from sim.scenario import Scenario

Intent = Literal["certain", "posterior"]
Customer = Literal["segment", "belief"]
Known = Literal["segment", "belief", "learned"]
OF_INTENT: Final = "take the guessed intent, or weigh all intents by their probability"
OF_CHANCES: Final = "chances of the mean customer, or as signals let believe of this one"
OF_CHURN: Final = "churn of the segment, or as the predictor says of this customer"
OF_PREDICTOR: Final = "file with what was learned of customers (optichannel predict); empty: none"
BY: Final = {"segment": BY_FIGURES, "belief": BY_BELIEF, "learned": BY_SCORE}


def looks(*, intent: str = "certain", beliefs: tuple[str, ...] = ()) -> frozenset[str]:
    """Return the groups of the view that options look at.

    ``beliefs``: the values of those that may be ``belief``.
    """
    intents = {"intents"} if intent == "posterior" else set[str]()
    belief = {"belief"} if set(beliefs) - {"segment"} else set[str]()
    return frozenset(intents | belief)


def predictor_for(scenario: Scenario, file: str, needed: str = "") -> Predictor | None:
    """Return the predictor in a file; None where none is named.

    ``needed``: the option that asks for one (empty: it may be left out).

    Raises:
        InputError: it is needed and not named, cannot be read, or was fitted for another firm.
    """
    if file:
        return load_predictor(file, scenario)
    if needed:
        raise InputError(
            f"{needed} needs predictor: a file that optichannel predict has written; got none"
        )
    return None


def files_of(predictor: str) -> tuple[str, ...]:
    """Return a predictor's file as a policy's ``files``."""
    return (str(local_path(predictor).resolve()),) if predictor else ()


class KnownNeed:
    """The chances that a rule of thumb goes by (``sim.core.rules.needs``).

    ``chance``: by intent and channel, how probably a contact resolves the mean customer's need.
    """

    def __init__(self, scenario: Scenario, intent: str, customer: str) -> None:
        self.intent, self.customer = intent, customer
        self.typical = TypicalCustomers(scenario)
        self.chance = [
            [
                self_service(scenario, needed, name)[-1]
                if channel.automation
                else reached * human_resolution(scenario, needed, name)
                for (name, channel), reached in zip(
                    scenario.channels.items(), self.typical.reached, strict=True
                )
            ]
            for needed in scenario.intents
        ]

    def write(self, book: Book) -> int:
        """Add these tables to a book of rules; return their number."""
        return book.add(
            "knowings",
            typical=self.typical.write(book),
            weighs_intents=self.intent == "posterior",
            customer=BY[self.customer],
            chance=book.figures(self.chance),
        )
