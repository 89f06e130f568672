"""Pilots: worlds from which scores are learned, and what a firm notes down of them.

Labels are what a firm sees: that a customer has left, what was coded and whether the customer came
back, what leavers have stated. Hidden state is looked at for one thing: a bound (`truth`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from policies.base import Policy
from sim import World
from sim.behaviour.customers import mood_decays
from sim.behaviour.retention import churn_log_odds_of, sleeps_of
from sim.behaviour.signals import experience_of_csat
from sim.decisions.actions import Kind
from sim.decisions.view import View
from sim.register import codes
from sim.scenario import Scenario
from sim.scenario.knowledge import Regime
from sim.tables.codes import AUTOMATED
from sim.units import DAY_S, DAYS_PER_MONTH, MONTH_S

Array = npt.NDArray[Any]
LABEL_COLUMNS = {
    "contacts": {
        *("contact", "journey", "attempt", "channel", "requested", "steering", "start_s"),
        *("released_s", "known_as", "seen_intent", "coded", "team"),
    },
    "decisions": {"kind", "by", "contact", "action"},
    "churn": {"time_s", "customer", "how", "stated"},
    "signals": {"time_s", "customer", "kind", "value"},
}
"""What of the register labels and features are made of: visible columns only (tested)."""


class Pilot(Policy):
    """Customers' choices, or any legal entry for a share of contacts; notes what it sees."""

    reads = frozenset({"belief"})

    def prepare(self, scenario: Scenario) -> None:
        """Begin with no notes."""
        self.randomised = 0.0
        self.notes: list[tuple[float, ...]] = []

    def entry(self, view: View) -> int:
        """Note what is believed, and choose."""
        customer, belief = view.customer, view.belief
        assert customer is not None and belief is not None
        fits = [fit.mean for fit in belief.fits]
        told = customer.intent, customer.accuracy, customer.attempt
        self.notes.append((*told, belief.ability_mean, belief.need_mean, belief.failures, *fits))
        if view.uniform >= self.randomised:
            return view.default
        # Below the share it is uniform again.
        return view.actions[int(view.uniform / self.randomised * len(view.actions))]


@dataclass
class Samples:
    """Cases for each score, of one or several pilots.

    `churn`: features by what is looked at, rows of customers at the start of a period; `left`:
    whether they left in it. `resolution`, `resolved`: attempts. `told`: intent guessed rightly,
    and the accuracy claimed. `hints` (concerns + 1), `notes` (concerns) and `stated`: leavers.
    """

    churn: dict[str, Array]
    left: Array
    resolution: Array
    resolved: Array
    told: Array
    hints: Array
    notes: Array
    stated: Array

    @classmethod
    def joined(cls, parts: list[Samples]) -> Samples:
        """Return several pilots' cases as one."""
        looks = {name: np.concatenate([p.churn[name] for p in parts]) for name in parts[0].churn}
        rest = ("left", "resolution", "resolved", "told", "hints", "notes", "stated")
        return cls(looks, *(np.concatenate([getattr(p, name) for p in parts]) for name in rest))


def period_days(scenario: Scenario) -> float:
    """Return over what customers are predicted to leave: a contract's period, or a month."""
    retention = scenario.retention
    return retention.period_days if retention.clock == "contractual" else DAYS_PER_MONTH


def run_pilot(
    scenario: Scenario,
    regime: Regime,
    *,
    seed: int,
    replication: int,
    warm_up_days: float,
    periods: int,
    randomised: float,
    repeat_days: float,
) -> Samples:
    """Run one world under a regime, which may steer here, and return its cases."""
    pilot = Pilot(scenario)
    pilot.randomised = randomised
    world = World(
        scenario,
        regime=regime.model_copy(update={"steering": True}),
        policy=pilot,
        decides=("entry",),
        seed=seed,
        replication=replication,
    )
    lasts_s = period_days(scenario) * DAY_S
    looked: list[tuple[Array, dict[str, Array]]] = []
    starts = [warm_up_days * DAY_S + i * lasts_s for i in range(periods)]
    for start_s in starts:
        world.advance(start_s)
        there = np.flatnonzero(world.core.column("customers", "alive") == 1)
        looked.append((there, {k: x[there] for k, x in looks_of(world).items()}))
    world.advance(starts[-1] + lasts_s)
    churn = _columns(world, "churn")
    gone = churn["how"] != codes.DEPARTS_NOT
    left_s = np.full(world.core.scalar("n_customers"), np.inf)
    left_s[churn["customer"][gone]] = churn["time_s"][gone]
    left = [left_s[who] <= s + lasts_s for s, (who, _) in zip(starts, looked, strict=True)]
    resolution, resolved, told = _attempts(world, pilot, repeat_days)
    return Samples(
        {k: np.concatenate([x[k] for _, x in looked]) for k in looked[0][1]},
        np.concatenate(left).astype(float),
        resolution,
        resolved,
        told,
        *_leavers(world, churn, gone),
    )


def _columns(world: World, table: str) -> dict[str, Array]:
    """Return the columns of a table that labels and features are made of."""
    columns = world.register.columns(table)
    return {name: columns[name] for name in LABEL_COLUMNS[table]}


# -- leaving ---------------------------------------------------------------------------------------


def looks_of(world: World) -> dict[str, Array]:
    """Return features of leaving for all customers now, by what is looked at; `truth` beside."""
    core = world.core
    segment = core.column("customers", "segment")
    own = (np.arange(len(world.compiled.segment_names)) == segment[:, None]).astype(float)
    tenure = np.log1p(core.column("customers", "tenure"))
    asked = _answers(world)
    return {
        "segment": own,
        "tenure": np.column_stack([own, tenure]),
        "surveys": np.column_stack([own, tenure, asked]),
        "own channel": np.column_stack([own, features_of(world, own_view(world))]),
        "unified": np.column_stack([own, features_of(world, firm_view(world))]),
        "truth": true_log_odds(world)[:, None],
    }


def firm_view(world: World) -> Array:
    """Return the number of each customer's evidence as the whole firm has it."""
    n = world.compiled.channels.n
    result: Array = np.arange(world.core.scalar("n_customers")) * (n + 1) + n
    return result


def own_view(world: World) -> Array:
    """Return the number of each customer's evidence on the channel that heard of them last."""
    n = world.compiled.channels.n
    at_s = world.core.column("evidence", "at_s").reshape(-1, n + 1)[:, :n]
    result: Array = np.arange(len(at_s)) * (n + 1) + at_s.argmax(axis=1)
    return result


def features_of(world: World, numbers: Array) -> Array:
    """Return `CHURN_FEATURES` of all customers from pieces of evidence, as the core sees them."""
    core, signals = world.core, world.compiled.scenario.signals
    sums = {
        name: core.column("evidence", name)[numbers]
        for name in ("contacts", "failures", "feeling", "feelings", "usage", "usages", "inactive")
    }
    days = np.maximum(0.0, world.now - core.column("evidence", "at_s")[numbers]) / DAY_S
    left = mood_decays(days, signals.half_life_days)
    pseudo = signals.usage_noise**2 / (1.0 + signals.usage_bias_sd**2)
    usages = left * sums["usages"]
    usage = np.divide(left * sums["usage"], pseudo + usages, where=usages > 0, out=0 * left)
    return np.column_stack(
        [
            np.log1p(core.column("customers", "tenure")),
            left * sums["feeling"] / (1.0 + left * sums["feelings"]),
            left * sums["failures"],
            left * sums["contacts"],
            usage,
            left * sums["inactive"],
            np.log1p(core.column("customers", "margin_per_s") * MONTH_S),
        ]
    )


def _answers(world: World) -> Array:
    """Return each customer's mean satisfaction in surveys, a neutral one added, as it fades."""
    signals = _columns(world, "signals")
    asked = (signals["kind"] == codes.SIGNAL_CSAT) & (signals["customer"] >= 0)
    half_life = world.compiled.scenario.signals.half_life_days
    left = mood_decays((world.now - signals["time_s"][asked]) / DAY_S, half_life)
    who, n = signals["customer"][asked], world.core.scalar("n_customers")
    felt = experience_of_csat(signals["value"][asked])
    sums = np.bincount(who, left * felt, n)
    result: Array = sums / (1.0 + np.bincount(who, left, n))
    return result


def true_log_odds(world: World) -> Array:
    """Return every customer's true log-odds of leaving now: what no firm sees; a bound."""
    core, rules = world.core, world.compiled.scenario.retention
    base = core.column("customers", "base")
    if rules.clock != "contractual":
        base = np.log(np.maximum(base, 1e-300))
    drift: Array | float = 0.0
    sleep: Array | float = 0.0
    if core.rules.scalar("drifts"):
        drift = core.column("lasting", "drift")
    if core.rules.scalar("sleeps"):
        asleep, awake = (core.column("lasting", name) for name in ("asleep", "awake"))
        sleep = sleeps_of(rules.sleep_depth, asleep, awake)
    mood = core.column("customers", "mood")
    odds: Array = churn_log_odds_of(base, rules.mood_effect, mood, drift, sleep)
    return odds


# -- resolving, and reasons ------------------------------------------------------------------------


def intercepts_of(world: World) -> Array:
    """Return the intercept of the chance to resolve, by intent and channel (the usual team)."""
    rules, table = world.core.rules, world.compiled
    shape = table.n_intents, table.channels.n
    cells = rules.column("cells", "intercept").reshape(shape).copy()
    teams = rules.column("cells", "team").reshape(shape)
    people = rules.column("resolves", "intercept").reshape(-1, *shape)
    for i, c in np.ndindex(shape):
        if teams[i, c] >= 0 and table.channels.kind[c] != AUTOMATED:
            cells[i, c] = people[teams[i, c], i, c]
    return cells


def _attempts(world: World, pilot: Pilot, repeat_days: float) -> tuple[Array, Array, Array]:
    """Return features and labels of attempts that were noted, and whether intents were right."""
    contacts, decisions = _columns(world, "contacts"), _columns(world, "decisions")
    asked = (decisions["kind"] == Kind.ENTRY) & (decisions["by"] == 1)
    rows = {int(c): i for i, c in enumerate(contacts["contact"])}
    ends = _ends(contacts)
    back = _comes_back(contacts, repeat_days)
    intercepts, kinds = intercepts_of(world), world.compiled.channels.kind
    last_s = world.now - repeat_days * DAY_S
    features, labels, told = [], [], []
    pairs = zip(pilot.notes, decisions["contact"][asked], decisions["action"][asked], strict=True)
    for note, contact, action in pairs:
        row = rows.get(int(contact))
        if row is None:
            continue
        steered = contacts["steering"][row] == codes.ACCEPTED
        target = world.compiled.actions[action].target
        channel = target if steered else int(contacts["requested"][row])
        key = int(contacts["journey"][row]), int(contacts["attempt"][row]), channel
        end = ends.get(key)
        if end is None or contacts["released_s"][end] > last_s:
            continue
        intent, accuracy, attempt, ability, need, failures, *fits = note
        told.append((intent == contacts["seen_intent"][end], accuracy))
        automated = float(kinds[channel] == AUTOMATED)
        intercept = intercepts[int(intent), channel]
        if abs(intercept) >= 1e6:
            continue
        features.append(
            (
                *(1.0, intercept, automated, automated * ability, fits[channel], need),
                *(automated * need, np.log(max(1, attempt)), 1 - accuracy, failures),
            )
        )
        labels.append(contacts["coded"][end] == codes.RESOLVED and not back[end])
    return (
        np.array(features, dtype=float).reshape(-1, 10),
        np.array(labels, dtype=float),
        np.array(told, dtype=float).reshape(-1, 2),
    )


def _ends(contacts: dict[str, Array]) -> dict[tuple[int, int, int], int]:
    """Return the last row of each attempt on a channel that says whether it came to something."""
    said = np.isin(contacts["coded"], [codes.RESOLVED, codes.UNRESOLVED, codes.HANDED_OVER])
    keys = zip(
        *(contacts[name][said].tolist() for name in ("journey", "attempt", "channel")), strict=True
    )
    return dict(zip(keys, np.flatnonzero(said).tolist(), strict=True))


def _comes_back(contacts: dict[str, Array], days: float) -> Array:
    """Return of each row whether its customer, if recognised, soon comes again with that need."""
    known = np.flatnonzero(contacts["known_as"] >= 0)
    journey, attempt = (contacts[name][known] for name in ("journey", "attempt"))
    order = np.lexsort((contacts["start_s"][known], attempt, journey))
    journey, attempt, known = journey[order], attempt[order], known[order]
    again = (journey[1:] == journey[:-1]) & (attempt[1:] > attempt[:-1])
    gap_s = contacts["start_s"][known][1:] - contacts["released_s"][known][:-1]
    result = np.zeros(len(contacts["known_as"]), dtype=bool)
    result[known[:-1][again & (gap_s < days * DAY_S)]] = True
    return result


def _leavers(world: World, churn: dict[str, Array], gone: Array) -> tuple[Array, Array, Array]:
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
