"""What attempts came to, as a firm sees it, and what leavers have stated."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from experiments.prediction.fitting import SURE
from experiments.prediction.seen import columns_of, firm_view, own_view
from policies.value.typical import TypicalCustomers
from sim import World
from sim.behaviour.resolution import ALWAYS, LOGIT_SQUASH
from sim.decisions.actions import Kind
from sim.register import codes
from sim.tables.codes import AUTOMATED
from sim.units import DAY_S

Array = npt.NDArray[Any]


def attempts_of(
    world: World, entries: list[tuple[float, ...]], repeat_days: float
) -> tuple[Array, Array, Array, Array, Array]:
    """Return features, labels, errors of labels, chances, and whether intents were right."""
    contacts, decisions = columns_of(world, "contacts"), columns_of(world, "decisions")
    asked = (decisions["kind"] == Kind.ENTRY) & (decisions["by"] == 1)
    attempts = _attempts_seen(contacts)
    ends = _ends(contacts, attempts)
    rows = {int(c): i for i, c in enumerate(contacts["contact"])}
    kept, channels, last = [], [], []
    pairs = zip(decisions["contact"][asked].tolist(), decisions["action"][asked], strict=True)
    for i, (contact, action) in enumerate(pairs):
        row = rows.get(contact, -1)
        if row < 0 or attempts[row] < 0:
            continue
        steered = contacts["steering"][row] == codes.ACCEPTED
        target = world.compiled.actions[action].target
        channel = target if steered else int(contacts["requested"][row])
        end = ends.get((int(attempts[row]), channel), -1)
        if end >= 0 and contacts["released_s"][end] <= world.now - repeat_days * DAY_S:
            kept.append(i)
            channels.append(channel)
            last.append(end)
    notes = np.array(entries).reshape(len(entries), -1)[kept]
    heard = _heard_last(contacts, attempts)
    told = Told(world, notes, channels, [heard[attempts[end]] for end in last])
    able = np.abs(told.intercept) < ALWAYS
    back = _comes_back(contacts, attempts, repeat_days)[last]
    resolved = (contacts["coded"][last] == codes.RESOLVED) & ~back
    right = notes[:, 0] == contacts["seen_intent"][last]
    return (
        told.features()[able],
        resolved[able].astype(float),
        told.errors()[able],
        told.chances()[able],
        np.column_stack([right, told.accuracy]),
    )


class Told:
    """What was noted at entries, as columns, for the channels that contacts went to.

    ``intents`` are those heard in the end: a wrong guess would make all that follows look weaker.
    """

    def __init__(self, world: World, notes: Array, channels: list[int], intents: list[int]) -> None:
        self.world = world
        n, self.channel = world.compiled.channels.n, np.array(channels, dtype=np.int64)
        self.intent = np.array(intents, dtype=np.int64)
        self.accuracy, self.attempt, self.failures = notes[:, 1], notes[:, 2], notes[:, 3]
        self.ability, self.need = notes[:, 4], notes[:, 5]
        at = np.arange(len(notes)), self.channel
        self.fit = notes[:, 6 : 6 + n][at]
        self.ability_variance, self.need_variance = notes[:, 6 + n], notes[:, 7 + n]
        self.fit_variance = notes[:, 8 + n :][at]
        typical = TypicalCustomers(world.compiled.scenario)
        self.intercept = np.array(typical.intercepts)[self.intent, self.channel]
        self.reached = np.array(typical.reached)[self.channel]
        kinds = np.array(world.compiled.channels.kind)
        self.automated = (kinds[self.channel] == AUTOMATED).astype(float)
        self.believed = self._believed()

    def features(self) -> Array:
        """Return `RESOLUTION_FEATURES`."""
        return np.column_stack(
            [
                np.ones(len(self.fit)),
                logit(np.clip(self.believed, SURE, 1 - SURE)),
                self.automated,
                self.automated * self.ability,
                self.fit,
                self.need,
                self.automated * self.need,
                np.log(np.maximum(1, self.attempt)),
                1 - self.accuracy,
                self.failures,
            ]
        )

    def _believed(self) -> Array:
        """Return the chances of resolving that a belief gives; see ``sim.core.rules.chances``."""
        rules = self.world.core.rules
        load = np.where(self.automated == 1, 1.0, rules.scalar("people_difficulty"))
        mean = self.fit + self.automated * self.ability - load * self.need
        variance = self.fit_variance + self.automated * self.ability_variance
        variance += load**2 * self.need_variance + rules.scalar("need_channel_sd") ** 2
        odds = (self.intercept + mean) / np.sqrt(1 + LOGIT_SQUASH * variance)
        chance: Array = self.reached * expit(odds)
        return chance

    def errors(self) -> Array:
        """Return how often a failure is labelled a success, and a success one.

        By the firm's figures: how outcomes are coded on a channel, and how many come back whose
        failure was not seen.
        """
        scenario = self.world.compiled.scenario
        right = scenario.signals.coded_right if scenario.mechanisms.signals else 1.0
        returns = scenario.returns.recontact_probability if scenario.mechanisms.recontact else 0.0
        unseen = self.world.core.rules.column("channels", "miscoded")[self.channel]
        return np.column_stack([unseen * (1 - returns), np.full(len(unseen), right)])

    def chances(self) -> Array:
        """Return the chance of resolving as the firm's figures state it, and as is believed."""
        cells = self.world.core.rules.column("cells", "resolution")
        stated = cells.reshape(-1, self.world.compiled.channels.n)[self.intent, self.channel]
        return np.column_stack([stated, self.believed])


def _attempts_seen(contacts: dict[str, Array]) -> Array:
    """Return of each row the number of its attempt, as the firm sees it; -1: of nobody it knows.

    An attempt begins with a leg that none of the firm's channels has handed over; of whom it
    recognises, it sees which legs are about one need.
    """
    known = np.flatnonzero(contacts["known_as"] >= 0)
    order = known[np.lexsort((contacts["start_s"][known], contacts["journey"][known]))]
    journey = contacts["journey"][order]
    begins = contacts["from_channel"][order] < 0
    begins[1:] |= journey[1:] != journey[:-1]
    attempts = np.full(len(contacts["known_as"]), -1)
    attempts[order] = np.cumsum(begins)
    return attempts


def _heard_last(contacts: dict[str, Array], attempts: Array) -> dict[int, int]:
    """Return what each attempt was about, as was heard in its last leg."""
    known = np.flatnonzero(attempts >= 0)
    return dict(zip(attempts[known].tolist(), contacts["seen_intent"][known].tolist(), strict=True))


def _ends(contacts: dict[str, Array], attempts: Array) -> dict[tuple[int, int], int]:
    """Return the last row of each attempt on a channel that says whether it came to something."""
    said = np.isin(contacts["coded"], [codes.RESOLVED, codes.UNRESOLVED, codes.HANDED_OVER])
    said &= attempts >= 0
    keys = zip(attempts[said].tolist(), contacts["channel"][said].tolist(), strict=True)
    return dict(zip(keys, np.flatnonzero(said).tolist(), strict=True))


def _comes_back(contacts: dict[str, Array], attempts: Array, days: float) -> Array:
    """Return of each row whether its customer, if recognised, soon comes again with that need."""
    known = np.flatnonzero(attempts >= 0)
    order = known[np.lexsort((contacts["start_s"][known], attempts[known]))]
    journey, attempt = contacts["journey"][order], attempts[order]
    again = (journey[1:] == journey[:-1]) & (attempt[1:] > attempt[:-1])
    gap_s = contacts["start_s"][order][1:] - contacts["released_s"][order][:-1]
    result = np.zeros(len(attempts), dtype=bool)
    result[order[:-1][again & (gap_s < days * DAY_S)]] = True
    return result


def leavers_of(world: World, churn: dict[str, Array], gone: Array) -> tuple[Array, Array, Array]:
    """Return what hinted at the concerns of those who left, and which they stated."""
    n = int(world.core.rules.scalar("n_concerns"))
    asked = gone & (churn["stated"] >= 0)
    who = churn["customer"][asked]
    if not n:
        return np.zeros((0, 1)), np.zeros((0, 0)), np.zeros(0, dtype=np.int64)
    seen = firm_view(world) if world.core.rules.scalar("sees_all") else own_view(world)
    needs, notes = (
        world.core.column("hints", name).reshape(-1, n)[seen[who]] for name in ("needs", "notes")
    )
    others = world.core.column("evidence", "needs")[seen[who]] - needs.sum(axis=1)
    return np.column_stack([needs, others]), notes, churn["stated"][asked].astype(np.int64)
