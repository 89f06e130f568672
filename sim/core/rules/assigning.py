"""Who takes which kind of decision in a world: the default rule, a rule of the core, Python."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from sim.core.beliefs import believe
from sim.core.codes import BY_DEFAULT, BY_OTHERS, BY_RULE, RULE_BEST_CHANNEL
from sim.core.rules.book import Book, Shape
from sim.decisions.actions import Decider, Kind
from sim.decisions.beliefs import tells_apart
from sim.decisions.predictor import Predictor
from sim.errors import InputError
from sim.tables.compiled import Compiled

if TYPE_CHECKING:
    from sim.core.simulation import Simulation


def assign(
    core: Simulation,
    compiled: Compiled,
    deciders: Sequence[Decider | None],
    external: frozenset[int],
    valuer: Decider | None = None,
) -> None:
    """Tell a world's core who takes which kind of decision.

    A policy that has the form of a core's rule (``Policy.native``) decides inside the loop, by a
    copy of its parameters of this moment. Another is asked outside.

    Args:
        core: the world's.
        compiled: the world's firm.
        deciders: by kind; None: the default rule.
        external: kinds that wait for an answer from outside, whoever is named.
        valuer: values entries, whoever decides them; a policy that has the form of a rule.

    Raises:
        InputError: a valuer without that form, or made for another firm.
    """
    names = tuple(action.name for action in compiled.actions)
    sizes = len(compiled.segment_names), compiled.n_intents, compiled.channels.n
    book = Book(Shape(*sizes, names))
    numbers: dict[int, int | None] = {}
    who, rules = [], []
    for kind, decider in zip(Kind, deciders, strict=True):
        if id(decider) not in numbers:
            native = getattr(decider, "native", None)
            numbers[id(decider)] = None if native is None else native(book)
        number = numbers[id(decider)]
        if kind in external:
            who.append(BY_OTHERS)
        elif decider is None:
            who.append(BY_DEFAULT)
        else:
            who.append(BY_OTHERS if number is None else BY_RULE)
        rules.append(number or 0)
    shown = bool(external) and tells_apart(compiled.scenario)  # to a learner, say
    if shown or any("belief" in getattr(decider, "reads", ()) for decider in deciders if decider):
        believe(core, compiled)
    core.put_scalar("features_believe", shown)
    _predict(book, compiled, deciders)
    valued_by = -1 if valuer is None else _number(valuer, book)
    book.write(core)
    core.put_scalar("valued_by", valued_by)
    core.put_column("decides", "who", who)
    core.put_column("decides", "rule", rules)
    core.put_column("decides", "outside", [kind in external for kind in Kind])
    core.put_scalar("entry_by_rule", who[Kind.ENTRY] == BY_DEFAULT)
    core.put_scalar("decides_dispatch", who[Kind.DISPATCH] != BY_DEFAULT)


def _predict(book: Book, compiled: Compiled, deciders: Sequence[Decider | None]) -> None:
    """Put the predictor that deciders have, one for all, into the book.

    A decider has it as ``fitted`` (None: none).

    Raises:
        InputError: two have different ones, or it is fitted for another regime.
    """
    found = [getattr(decider, "fitted", None) for decider in deciders]
    fitted: dict[int, Predictor] = {id(p): p for p in found if isinstance(p, Predictor)}
    headers = {json.dumps(asdict(p.header), sort_keys=True) for p in fitted.values()}
    if len(headers) > 1:
        raise InputError("predictor: those who decide in one world must use the same one")
    for predictor in list(fitted.values())[:1]:
        weights = predictor.weights_for(compiled.regime)
        lists = {name: book.figures(array.ravel()) for name, array in weights._asdict().items()}
        book.add("predictors", loaded=1, **lists)


def _number(valuer: Decider, book: Book) -> int:
    """Return the number of the rule that values; only ``best_channel`` knows how."""
    native = getattr(valuer, "native", None)
    number: int | None = None if native is None else native(book)
    if number is None or book.rows["rules"][number]["form"] != RULE_BEST_CHANNEL:
        raise InputError(
            "value_decisions: must be policy 'oracle' or 'best_channel', made for this firm; "
            f"got {type(valuer).__name__}"
        )
    return number
