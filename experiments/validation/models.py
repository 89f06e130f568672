"""Small decision problems as Markov decision processes, built apart from the simulator.

Every problem is a frozen dataclass of parameters with `start`, `actions` and `outcome` (see
`mdp.DecisionModel`), `rules()` (natural heuristics by name) and `discount`: None for a long-run
average cost, else a rate for a discounted total. States are named tuples; `asks` names the decision
being asked ("" while time passes), so a simulation can look an optimal action up in its table. All
times are exponential. Waiting rooms are finite and belong to the problem: who finds one full is
lost. The default rooms fill rarely: wider ones change a cost by less than half a percent.
Rates end in `_per_h` or `_per_month`; costs are in one currency.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from experiments.validation.mdp import (
    FiniteMDP,
    FloatArray,
    Outcome,
    Rule,
    enumerate_states,
    evaluate_average,
    evaluate_total,
    policy_of,
    solve_average,
    solve_total,
    table_of,
)
from sim.errors import InputError

StateT = TypeVar("StateT", bound=Hashable)
Flows = list[tuple[float, StateT]]


def _non_negative(model: object) -> None:
    """Raise InputError for a negative number in a model's fields, however nested."""
    for key, value in vars(model).items():
        numbers: list[Any] = [value]
        while numbers:
            number = numbers.pop()
            if isinstance(number, tuple):
                numbers.extend(number)
            elif number is not None and not number >= 0:
                raise InputError(f"{key} must be at least 0, not {value!r}")


def _at_random(state: Hashable, allowed: Sequence[str]) -> Mapping[str, float]:
    return {action: 1 / len(allowed) for action in allowed}


def _prefer(*wanted: str) -> Callable[[Hashable, Sequence[str]], str]:
    """A rule that takes the first of `wanted` that is allowed, else the first allowed action."""

    def rule(state: Hashable, allowed: Sequence[str]) -> str:
        return next((action for action in wanted if action in allowed), allowed[0])

    return rule


class NState(NamedTuple):
    """Customers of each class in the system."""

    class_1: int
    class_2: int


@dataclass(frozen=True)
class NModel:
    """The N-model, pre-emptive: server 1 serves class 1, server 2 either; checks the solver.

    Actions say whom server 2 serves. Holding costs only. Source: Harrison (1998), Annals of Applied
    Probability 8(3), 822-848.
    """

    load: float = 0.9
    places: tuple[int, int] = (120, 250)
    arrivals: tuple[float, float] = (1.3, 0.4)
    service: tuple[float, float, float] = (1.0, 0.5, 1.0)
    holding: tuple[float, float] = (3.0, 1.0)
    discount: float | None = None

    @property
    def start(self) -> NState:
        """An empty system."""
        return NState(0, 0)

    def actions(self, state: NState) -> Sequence[str]:
        """Whom server 2 serves; a lone class-1 customer belongs to server 1."""
        choices = (["class 1"] if state.class_1 > 1 else []) + (
            ["class 2"] if state.class_2 else []
        )
        return choices or ["none"]

    def outcome(self, state: NState, action: str) -> Outcome[NState]:
        """Arrivals, services and the holding cost."""
        one, two = state
        flows: Flows[NState] = []
        if one < self.places[0]:
            flows.append((self.load * self.arrivals[0], NState(one + 1, two)))
        if two < self.places[1]:
            flows.append((self.load * self.arrivals[1], NState(one, two + 1)))
        if one:
            helped = self.service[1] if action == "class 1" else 0.0
            flows.append((self.service[0] + helped, NState(one - 1, two)))
        if action == "class 2":
            flows.append((self.service[2], NState(one, two - 1)))
        return Outcome(self.holding[0] * one + self.holding[1] * two, flows)

    def rules(self) -> dict[str, Rule[NState]]:
        """MaxWeight (cost x rate x number), class 2 first, random."""
        weight_1 = self.holding[0] * self.service[1]
        weight_2 = self.holding[1] * self.service[2]

        def max_weight(state: NState, allowed: Sequence[str]) -> str:
            return "class 1" if weight_1 * state[0] > weight_2 * state[1] else "class 2"

        return {"max_weight": max_weight, "class_2_first": _prefer("class 2"), "random": _at_random}


class SkillState(NamedTuple):
    """waiting: by class. busy: agents on (pool 1 class 1, pool 1 class 2, pool 2 class 1, ...).

    asks: "", "class 1", "class 2" (an arrival of that class may go to either pool), "pool 1",
    "pool 2" (an agent of that pool is free and both classes wait).
    """

    waiting: tuple[int, int]
    busy: tuple[int, int, int, int]
    asks: str = ""


@dataclass(frozen=True)
class SkillRouting:
    """Who serves whom: two classes, two pools, non-preemptive, impatient customers.

    service_per_h[pool][class], 0 where a pool lacks the skill. Agents never idle while someone they
    can serve waits. Cost: waiting per hour, each abandonment, each customer lost at a full room.
    Actions: "pool 1"/"pool 2" for an arrival, "class 1"/"class 2" for a freed agent.
    """

    arrivals_per_h: tuple[float, float] = (12.0, 6.0)
    service_per_h: tuple[tuple[float, float], tuple[float, float]] = ((6.0, 4.0), (4.0, 6.0))
    agents: tuple[int, int] = (2, 2)
    patience_per_h: tuple[float, float] = (2.0, 8.0)
    wait_cost_per_h: tuple[float, float] = (40.0, 10.0)
    abandon_cost: tuple[float, float] = (20.0, 20.0)
    places: tuple[int, int] = (15, 15)
    discount: float | None = None

    def __post_init__(self) -> None:
        """Refuse negative parameters."""
        _non_negative(self)

    @property
    def start(self) -> SkillState:
        """Nobody in the system."""
        return SkillState((0, 0), (0, 0, 0, 0))

    def actions(self, state: SkillState) -> Sequence[str]:
        """A class asks for a pool, a pool for a class."""
        if not state.asks:
            return ["run"]
        kind = "pool" if state.asks.startswith("class") else "class"
        return [f"{kind} 1", f"{kind} 2"]

    def outcome(self, state: SkillState, action: str) -> Outcome[SkillState]:
        """The chosen service starts, or time runs."""
        if state.asks:
            asker, chosen = int(state.asks[-1]) - 1, int(action[-1]) - 1
            if state.asks.startswith("class"):
                return Outcome(0.0, [(1.0, self._begin(state, chosen, asker))], timed=False)
            called = self._queue(state, chosen, -1)
            return Outcome(0.0, [(1.0, self._begin(called, asker, chosen))], timed=False)
        flows: Flows[SkillState] = []
        cost = 0.0
        for k in (0, 1):
            cost += state.waiting[k] * self.loss_per_h(k)
            arrived = self._arrive(state, k)
            if arrived is None:
                cost += self.arrivals_per_h[k] * self.abandon_cost[k]
            else:
                flows.append((self.arrivals_per_h[k], arrived))
            if state.waiting[k]:
                rate = state.waiting[k] * self.patience_per_h[k]
                flows.append((rate, self._queue(state, k, -1)))
            for pool in (0, 1):
                if state.busy[2 * pool + k]:
                    rate = state.busy[2 * pool + k] * self.service_per_h[pool][k]
                    flows.append((rate, self._free(state, pool, k)))
        return Outcome(cost, flows)

    def loss_per_h(self, k: int) -> float:
        """What an hour of one waiting customer of class k costs: wait and risk of abandoning."""
        return self.wait_cost_per_h[k] + self.patience_per_h[k] * self.abandon_cost[k]

    def _queue(self, state: SkillState, k: int, by: int) -> SkillState:
        one, two = state.waiting
        return SkillState((one + by, two) if k == 0 else (one, two + by), state.busy)

    def _begin(self, state: SkillState, pool: int, k: int, by: int = 1) -> SkillState:
        busy = list(state.busy)
        busy[2 * pool + k] += by
        return SkillState(state.waiting, (busy[0], busy[1], busy[2], busy[3]))

    def _arrive(self, state: SkillState, k: int) -> SkillState | None:
        idle = [
            pool
            for pool in (0, 1)
            if self.service_per_h[pool][k] > 0
            and sum(state.busy[2 * pool : 2 * pool + 2]) < self.agents[pool]
        ]
        if len(idle) == 2:
            return state._replace(asks=f"class {k + 1}")
        if idle:
            return self._begin(state, idle[0], k)
        return self._queue(state, k, 1) if state.waiting[k] < self.places[k] else None

    def _free(self, state: SkillState, pool: int, k: int) -> SkillState:
        freed = self._begin(state, pool, k, -1)
        able = [c for c in (0, 1) if freed.waiting[c] and self.service_per_h[pool][c] > 0]
        if len(able) == 2:
            return freed._replace(asks=f"pool {pool + 1}")
        return self._begin(self._queue(freed, able[0], -1), pool, able[0]) if able else freed

    def rules(self) -> dict[str, Rule[SkillState]]:
        """cμ, cμ/θ (both send arrivals to the faster pool), longest queue, class orders, random."""

        def by(index: Callable[[int, int, SkillState], float]) -> Rule[SkillState]:
            def rule(state: SkillState, allowed: Sequence[str]) -> str:
                asker = int(state.asks[-1]) - 1
                if state.asks.startswith("class"):
                    rates = [self.service_per_h[pool][asker] for pool in (0, 1)]
                    return allowed[rates.index(max(rates))]
                scores = [index(asker, k, state) for k in (0, 1)]
                return allowed[scores.index(max(scores))]

            return rule

        def c_mu(pool: int, k: int, state: SkillState) -> float:
            return self.loss_per_h(k) * self.service_per_h[pool][k]

        return {
            "c_mu": by(c_mu),
            "c_mu_theta": by(lambda j, k, s: c_mu(j, k, s) / max(self.patience_per_h[k], 1e-12)),
            "longest_queue": by(lambda j, k, s: s.waiting[k]),
            "class_1_first": by(lambda j, k, s: -k),
            "class_2_first": by(lambda j, k, s: k),
            "random": _at_random,
        }


class GateState(NamedTuple):
    """bot: sessions by kind of need (simple, complex). human: contacts waiting or served.

    away: customers who will come back. asks: "", "simple" or "complex" (such a need arrives).
    """

    bot: tuple[int, int]
    human: int
    away: int
    asks: str = ""


@dataclass(frozen=True)
class BotGatekeeper:
    """Bot or human for each new need; the bot may fail, and failed or impatient customers return.

    Pairs are (simple, complex). A failed bot session goes to the human queue at once with
    probability `hands_over`; who leaves unserved returns with probability `returns` and then wants
    a human. Cost: human waiting per hour, each bot session, each bot failure, each customer lost.
    Actions: "bot", "human". Source of the problem: Shumsky & Pinker (2003), Management Science
    49(7).
    """

    arrivals_per_h: tuple[float, float] = (14.0, 7.0)
    bot_per_h: float = 20.0
    bot_sessions: tuple[int, int] = (4, 3)
    bot_resolves: tuple[float, float] = (0.7, 0.15)
    hands_over: float = 0.6
    agents: int = 3
    human_per_h: float = 6.0
    places: int = 12
    patience_per_h: float = 6.0
    returns: float = 0.7
    return_per_h: float = 1.0
    most_away: int = 10
    wait_cost_per_h: float = 20.0
    bot_cost: float = 0.3
    failure_cost: float = 3.0
    lost_cost: float = 15.0
    discount: float | None = None

    def __post_init__(self) -> None:
        """Refuse negative parameters and improper probabilities."""
        _non_negative(self)
        _probabilities(self, "hands_over", "returns", "bot_resolves")

    @property
    def start(self) -> GateState:
        """Nobody in the system."""
        return GateState((0, 0), 0, 0)

    def _full(self, human: int) -> bool:
        return human >= self.agents + self.places

    def actions(self, state: GateState) -> Sequence[str]:
        """Bot while it has a session, human while there is room, else the need is lost."""
        if not state.asks:
            return ["run"]
        kind = ("simple", "complex").index(state.asks)
        bot = ["bot"] if state.bot[kind] < self.bot_sessions[kind] else []
        return bot + ([] if self._full(state.human) else ["human"]) or ["lose"]

    def outcome(self, state: GateState, action: str) -> Outcome[GateState]:
        """The need is taken, or time runs."""
        if state.asks:
            here = state._replace(asks="")
            if action == "lose":
                return Outcome(self.lost_cost, [(1.0, here)], timed=False)
            if action == "human":
                taken = here._replace(human=here.human + 1)
                return Outcome(0.0, [(1.0, taken)], timed=False)
            started = self._bot(here, ("simple", "complex").index(state.asks), 1)
            return Outcome(self.bot_cost, [(1.0, started)], timed=False)
        waiting = max(0, state.human - self.agents)
        cost = self.wait_cost_per_h * waiting
        flows: Flows[GateState] = []
        for kind, name in enumerate(("simple", "complex")):
            flows.append((self.arrivals_per_h[kind], state._replace(asks=name)))
            cost += self._bot_ends(state, kind, flows)
        if state.human:
            after = state._replace(human=state.human - 1)
            flows.append((min(state.human, self.agents) * self.human_per_h, after))
            cost += self._leave(after, waiting * self.patience_per_h, flows)
        if state.away:
            back = state._replace(away=state.away - 1)
            cost += self._to_human(back, state.away * self.return_per_h, flows)
        return Outcome(cost, flows)

    def _bot(self, state: GateState, kind: int, by: int) -> GateState:
        one, two = state.bot
        return state._replace(bot=(one + by, two) if kind == 0 else (one, two + by))

    def _bot_ends(self, state: GateState, kind: int, flows: Flows[GateState]) -> float:
        rate = state.bot[kind] * self.bot_per_h
        if not rate:
            return 0.0
        after, failed = self._bot(state, kind, -1), rate * (1 - self.bot_resolves[kind])
        flows.append((rate - failed, after))
        cost = failed * self.failure_cost
        cost += self._to_human(after, failed * self.hands_over, flows)
        return cost + self._leave(after, failed * (1 - self.hands_over), flows)

    def _to_human(self, state: GateState, rate: float, flows: Flows[GateState]) -> float:
        """Flow into the human queue; the cost rate of those who find it full."""
        full = self._full(state.human)
        flows.append((rate, state if full else state._replace(human=state.human + 1)))
        return rate * self.lost_cost if full else 0.0

    def _leave(self, state: GateState, rate: float, flows: Flows[GateState]) -> float:
        """Flow of unserved customers, away or lost; the cost rate of the lost."""
        back = rate * self.returns if state.away < self.most_away else 0.0
        flows.append((back, state._replace(away=state.away + 1)))
        flows.append((rate - back, state))
        return (rate - back) * self.lost_cost

    def rules(self) -> dict[str, Rule[GateState]]:
        """All to one side, by kind of need, or a human while few enough wait (thresholds)."""

        def by_kind(state: GateState, allowed: Sequence[str]) -> str:
            return "bot" if state.asks == "simple" else "human"

        def until(most: int, kinds: Sequence[str]) -> Rule[GateState]:
            def rule(state: GateState, allowed: Sequence[str]) -> str:
                full = state.human - self.agents >= most
                return "bot" if full or state.asks not in kinds else "human"

            return rule

        both, hard = ("simple", "complex"), ("complex",)
        return {
            "all_bot": _prefer("bot"),
            "all_human": _prefer("human"),
            "simple_to_bot": by_kind,
            "human_if_idle": until(0, both),
            "human_if_two_idle": until(-1, both),
            "complex_if_idle": until(0, hard),
            **{f"complex_until_{most}_wait": until(most, hard) for most in (1, 2, 4)},
            "random": _at_random,
        }


class CallbackState(NamedTuple):
    """busy: agents. live: callers on hold. callbacks: promised. asks: "", "entry" or "dispatch"."""

    busy: int
    live: int
    callbacks: int
    asks: str = ""


@dataclass(frozen=True)
class CallbackOffer:
    """Offer a callback to a caller who finds every agent busy, and whom to serve when one frees.

    An offer is accepted with probability `accepts`; a called customer does not answer with
    probability `unanswered` and is then lost at once. Agents never idle while someone waits. Cost:
    waiting per hour (live, callback), each abandonment, each offer, each customer lost. Actions:
    "hold"/"offer" at entry, "live"/"callback" at dispatch. Source of the problem: Armony & Maglaras
    (2004), Operations Research 52(2).
    """

    arrivals_per_h: float = 38.0
    agents: int = 5
    service_per_h: float = 8.0
    patience_per_h: float = 4.0
    accepts: float = 0.37
    unanswered: float = 0.07
    live_cost_per_h: float = 40.0
    callback_cost_per_h: float = 10.0
    abandon_cost: float = 12.0
    offer_cost: float = 0.5
    lost_cost: float = 12.0
    places: int = 30
    most_callbacks: int = 30
    discount: float | None = None

    def __post_init__(self) -> None:
        """Refuse negative parameters and improper probabilities."""
        _non_negative(self)
        _probabilities(self, "accepts", "unanswered")

    @property
    def start(self) -> CallbackState:
        """Nobody in the system."""
        return CallbackState(0, 0, 0)

    def actions(self, state: CallbackState) -> Sequence[str]:
        """Entry: hold while there is room, offer while promises may be made."""
        if not state.asks:
            return ["run"]
        if state.asks == "dispatch":
            return (["live"] if state.live else []) + (["callback"] if state.callbacks else [])
        hold = ["hold"] if state.live < self.places else []
        return hold + (["offer"] if state.callbacks < self.most_callbacks else []) or ["lose"]

    def outcome(self, state: CallbackState, action: str) -> Outcome[CallbackState]:
        """The caller is placed or called, or time runs."""
        if state.asks:
            return self._answer(state._replace(asks=""), action)
        busy, live, callbacks, _ = state
        cost = live * (self.live_cost_per_h + self.patience_per_h * self.abandon_cost)
        cost += callbacks * self.callback_cost_per_h
        idle = busy < self.agents
        arrived = state._replace(busy=busy + 1) if idle else state._replace(asks="entry")
        flows: Flows[CallbackState] = [(self.arrivals_per_h, arrived)]
        if live:
            flows.append((live * self.patience_per_h, state._replace(live=live - 1)))
        if busy:
            flows.append((busy * self.service_per_h, self._free(state._replace(busy=busy - 1))))
        return Outcome(cost, flows)

    def _free(self, state: CallbackState) -> CallbackState:
        return state._replace(asks="dispatch") if state.live or state.callbacks else state

    def _answer(self, state: CallbackState, action: str) -> Outcome[CallbackState]:
        """The state before the answer has no `asks`; an unanswered call frees the agent at once."""
        busy, live, callbacks, _ = state
        held = state._replace(live=live + 1)
        if action == "lose":
            return Outcome(self.lost_cost, [(1.0, state)], timed=False)
        if action == "hold":
            return Outcome(0.0, [(1.0, held)], timed=False)
        if action == "live":
            return Outcome(0.0, [(1.0, state._replace(busy=busy + 1, live=live - 1))], timed=False)
        if action == "callback":
            called = state._replace(callbacks=callbacks - 1)
            missed = self._free(called)
            flows = [
                (1 - self.unanswered, called._replace(busy=busy + 1)),
                (self.unanswered, missed),
            ]
            return Outcome(self.unanswered * self.lost_cost, flows, timed=False)
        promised = state._replace(callbacks=callbacks + 1)
        refused = held if live < self.places else state
        lost = (1 - self.accepts) * self.lost_cost if live >= self.places else 0.0
        offered = [(self.accepts, promised), (1 - self.accepts, refused)]
        return Outcome(self.offer_cost + lost, offered, timed=False)

    def rules(self) -> dict[str, Rule[CallbackState]]:
        """Never, always, or from a queue length on; live callers first unless named otherwise."""

        def from_queue(length: int) -> Rule[CallbackState]:
            def rule(state: CallbackState, allowed: Sequence[str]) -> str:
                if state.asks == "dispatch":
                    return "live"
                return "offer" if state.live + state.callbacks >= length else "hold"

            return rule

        return {
            "never": _prefer("live", "hold"),
            "always": _prefer("live", "offer"),
            "always_callbacks_first": _prefer("callback", "offer"),
            **{f"from_{length}_waiting": from_queue(length) for length in (1, 2, 3, 5, 8)},
            "random": _at_random,
        }


class CustomerState(NamedTuple):
    """mood: satisfaction level, 0 the lowest. offers: recent ones, remembered.

    asks: "", "failure" (a contact went wrong), "review" (a quiet moment), "cancel" (the customer
    calls to leave), "gone".
    """

    mood: int
    offers: int
    asks: str = ""


@dataclass(frozen=True)
class RetentionOffer:
    """One customer's satisfaction, offers and churn; maximises discounted margin less cost.

    Contacts lift the mood one level, or ask "failure" with probability `fails`: nothing (mood
    falls) or recover (which works with probability `recovers`). A review may make an offer: it
    wakes a sleeping churner with probability `wakes` (by mood) and otherwise lifts the mood. Hazard
    `churn_per_month` (by mood); a share `announced` calls to cancel first: let go, standard or
    tailored offer, accepted with `accepts` less `fatigue` for each remembered offer. Sources of the
    problem: Ascarza, Iyengar & Schleicher (2016), J. Marketing Research 53(1); Ascarza (2018), same
    55(1). The values computed are costs, so minus the customer's value.
    """

    margin_per_month: float = 20.0
    contacts_per_month: float = 0.6
    fails: float = 0.35
    recover_cost: float = 8.0
    recovers: float = 0.6
    reviews_per_month: float = 0.5
    review_offer_cost: float = 10.0
    wakes: tuple[float, ...] = (0.25, 0.12, 0.05, 0.02, 0.01)
    churn_per_month: tuple[float, ...] = (0.15, 0.08, 0.035, 0.015, 0.008)
    announced: float = 0.5
    standard: tuple[float, float] = (0.30, 20.0)
    tailored: tuple[float, float] = (0.55, 90.0)
    fatigue: float = 0.12
    most_offers: int = 3
    forgets_per_month: float = 0.15
    discount: float | None = 0.01

    def __post_init__(self) -> None:
        """Refuse negative parameters, improper probabilities and unequal tables."""
        _non_negative(self)
        _probabilities(self, "fails", "recovers", "announced", "fatigue", "wakes")
        if len(self.wakes) != len(self.churn_per_month):
            raise InputError(f"wakes must be as long as churn_per_month, not {len(self.wakes)}")

    @property
    def start(self) -> CustomerState:
        """A new customer in the middle of the scale."""
        return CustomerState(len(self.churn_per_month) // 2, 0)

    def actions(self, state: CustomerState) -> Sequence[str]:
        """What may be answered to each event."""
        return {
            "failure": ["nothing", "recover"],
            "review": ["nothing", "offer"],
            "cancel": ["let_go", "standard", "tailored"],
        }.get(state.asks, ["run"])

    def outcome(self, state: CustomerState, action: str) -> Outcome[CustomerState]:
        """The answer's effect, or time runs and margin comes in."""
        if state.asks:
            return self._answer(state._replace(asks=""), state.asks, action)
        churn = self.churn_per_month[state.mood]
        contacts = self.contacts_per_month
        flows = [
            (contacts * (1 - self.fails), self._mood(state, 1)),
            (contacts * self.fails, state._replace(asks="failure")),
            (self.reviews_per_month, state._replace(asks="review")),
            (churn * self.announced, state._replace(asks="cancel")),
            (churn * (1 - self.announced), state._replace(asks="gone")),
        ]
        if state.offers:
            rate = state.offers * self.forgets_per_month
            flows.append((rate, state._replace(offers=state.offers - 1)))
        return Outcome(-self.margin_per_month, flows)

    def _mood(self, state: CustomerState, by: int) -> CustomerState:
        return state._replace(mood=min(max(state.mood + by, 0), len(self.churn_per_month) - 1))

    def _won(self, state: CustomerState) -> CustomerState:
        return self._mood(state._replace(offers=min(state.offers + 1, self.most_offers)), 1)

    def _answer(self, state: CustomerState, asks: str, action: str) -> Outcome[CustomerState]:
        if asks == "gone" or action == "let_go":
            return Outcome(0.0, [], timed=False)
        down = self._mood(state, -1)
        if action == "nothing":
            return Outcome(0.0, [(1.0, down if asks == "failure" else state)], timed=False)
        if action == "recover":
            flows = [(self.recovers, state), (1 - self.recovers, down)]
            return Outcome(self.recover_cost, flows, timed=False)
        if action == "offer":
            wakes = self.wakes[state.mood]
            woken = state._replace(asks="cancel")
            flows = [(wakes, woken), (1 - wakes, self._won(state))]
            return Outcome(self.review_offer_cost, flows, timed=False)
        base, price = self.standard if action == "standard" else self.tailored
        accepted = max(0.0, base - self.fatigue * state.offers)
        return Outcome(accepted * price, [(accepted, self._won(state))], timed=False)

    def rules(self) -> dict[str, Rule[CustomerState]]:
        """Do nothing, generic script, history-aware script, everything, by risk, random."""

        def at_risk(state: CustomerState, allowed: Sequence[str]) -> str:
            if state.mood >= len(self.churn_per_month) // 2:
                return allowed[0]
            return {"failure": "recover", "review": "offer", "cancel": "tailored"}[state.asks]

        return {
            "nothing": _prefer("nothing", "let_go"),
            "standard_on_cancel": _prefer("nothing", "standard"),
            "tailored_on_cancel": _prefer("nothing", "tailored"),
            "recover_and_standard": _prefer("recover", "nothing", "standard"),
            "recover_and_tailored": _prefer("recover", "nothing", "tailored"),
            "everything": _prefer("recover", "offer", "tailored"),
            "by_risk": at_risk,
            "random": _at_random,
        }


class BlendState(NamedTuple):
    """calls, mails: agents on each. waiting: callers. backlog: unanswered e-mails.

    asks: "", "agent" (one agent is free and mail waits; nobody is on hold) or "choice" (an agent is
    freed while both wait).
    """

    calls: int
    mails: int
    waiting: int
    backlog: int
    asks: str = ""


@dataclass(frozen=True)
class Blending:
    """E-mail and phone in one team, non-preemptive; idle agents may be reserved for calls.

    A call takes an idle agent at once. One decision at each e-mail arrival with an idle agent and
    at each service end with work waiting: "mail", "call" or "wait" (stay idle; allowed only while
    nobody is on hold). Cost: caller waiting per hour, each abandonment, each lost call, backlog
    per hour, each e-mail that finds the backlog full. Source of the problem: Bhulai & Koole (2003),
    IEEE Transactions on Automatic Control 48(8).
    """

    calls_per_h: float = 12.0
    mails_per_h: float = 6.0
    agents: int = 4
    call_service_per_h: float = 6.0
    mail_service_per_h: float = 5.0
    patience_per_h: float = 12.0
    wait_cost_per_h: float = 60.0
    abandon_cost: float = 10.0
    backlog_cost_per_h: float = 2.0
    lost_mail_cost: float = 20.0
    places: int = 12
    most_backlog: int = 40
    discount: float | None = None

    def __post_init__(self) -> None:
        """Refuse negative parameters."""
        _non_negative(self)

    @property
    def start(self) -> BlendState:
        """Nobody in the system."""
        return BlendState(0, 0, 0, 0)

    def actions(self, state: BlendState) -> Sequence[str]:
        """Mail or wait for an idle agent, call or mail for one freed while callers hold."""
        return {"agent": ["mail", "wait"], "choice": ["call", "mail"]}.get(state.asks, ["run"])

    def outcome(self, state: BlendState, action: str) -> Outcome[BlendState]:
        """The agent takes the work, or time runs."""
        calls, mails, waiting, backlog, asks = state
        if asks:
            here = state._replace(asks="")
            if action == "mail":
                here = here._replace(mails=mails + 1, backlog=backlog - 1)
            elif action == "call":
                here = here._replace(calls=calls + 1, waiting=waiting - 1)
            return Outcome(0.0, [(1.0, here)], timed=False)
        idle = self.agents - calls - mails
        cost = waiting * (self.wait_cost_per_h + self.patience_per_h * self.abandon_cost)
        cost += backlog * self.backlog_cost_per_h
        flows: Flows[BlendState] = []
        if idle:
            flows.append((self.calls_per_h, state._replace(calls=calls + 1)))
        elif waiting < self.places:
            flows.append((self.calls_per_h, state._replace(waiting=waiting + 1)))
        else:
            cost += self.calls_per_h * self.abandon_cost
        if backlog < self.most_backlog:
            more = state._replace(backlog=backlog + 1, asks="agent" if idle else "")
            flows.append((self.mails_per_h, more))
        else:
            cost += self.mails_per_h * self.lost_mail_cost
        if calls:
            flows.append((calls * self.call_service_per_h, self._free(calls - 1, mails, state)))
        if mails:
            flows.append((mails * self.mail_service_per_h, self._free(calls, mails - 1, state)))
        if waiting:
            flows.append((waiting * self.patience_per_h, state._replace(waiting=waiting - 1)))
        return Outcome(cost, flows)

    def _free(self, calls: int, mails: int, state: BlendState) -> BlendState:
        freed = state._replace(calls=calls, mails=mails)
        if state.waiting and state.backlog:
            return freed._replace(asks="choice")
        if state.waiting:
            return freed._replace(calls=calls + 1, waiting=state.waiting - 1)
        return freed._replace(asks="agent") if state.backlog else freed

    def rules(self) -> dict[str, Rule[BlendState]]:
        """Calls first with r agents kept idle for them, mail first, random.

        `release` keeps one agent idle until the backlog passes ten.
        """

        def reserve(kept: int, until: int) -> Rule[BlendState]:
            def rule(state: BlendState, allowed: Sequence[str]) -> str:
                if state.asks == "choice":
                    return "call"
                spare = self.agents - state.calls - state.mails > kept
                return "mail" if spare or state.backlog > until else "wait"

            return rule

        return {
            **{f"reserve_{r}": reserve(r, self.most_backlog) for r in range(self.agents)},
            "release": reserve(1, 10),
            "mail_first": _prefer("mail"),
            "random": _at_random,
        }


def _probabilities(model: object, *keys: str) -> None:
    """Raise InputError for a named field above 1, or with an entry above 1."""
    for key in keys:
        value = getattr(model, key)
        if max(value if isinstance(value, tuple) else (value,)) > 1:
            raise InputError(f"{key} must be a probability, not {value!r}")


class DecisionProblem(Protocol[StateT]):
    """What `study` needs: a `mdp.DecisionModel` with heuristics and a discount."""

    @property
    def discount(self) -> float | None:
        """None for a long-run average, else a rate per unit time."""

    @property
    def start(self) -> StateT:
        """The state the process begins in."""

    def actions(self, state: StateT) -> Sequence[str]:
        """Actions allowed in `state`."""

    def outcome(self, state: StateT, action: str) -> Outcome[StateT]:
        """What `action` does in `state`."""

    def rules(self) -> dict[str, Rule[StateT]]:
        """Heuristics by name."""


@dataclass(frozen=True)
class Study(Generic[StateT]):
    """A problem solved: its process, the optimal rows (R,), cost and table, each rule's exact cost.

    Costs are per unit time (long-run), or discounted totals from the start when the problem has a
    discount.
    """

    mdp: FiniteMDP[StateT]
    policy: FloatArray
    optimum: float
    table: Mapping[StateT, str]
    rules: Mapping[str, float]

    def gap(self, cost: float) -> float:
        """Optimality gap of a cost, as a share of the optimum's size."""
        return (cost - self.optimum) / abs(self.optimum)


def cost_of(problem: DecisionProblem[StateT], mdp: FiniteMDP[StateT], policy: FloatArray) -> float:
    """Exact cost of any policy, rows (R,), on the problem's own criterion. Raises InputError."""
    if problem.discount is None:
        return evaluate_average(mdp, policy).average
    return float(evaluate_total(mdp, policy, discount=problem.discount).values[0])


def study(problem: DecisionProblem[StateT]) -> Study[StateT]:
    """Solve a problem and evaluate its heuristics exactly. Raises InputError."""
    mdp = enumerate_states(problem)
    policies = {name: policy_of(mdp, rule) for name, rule in problem.rules().items()}
    costs = {name: cost_of(problem, mdp, policy) for name, policy in policies.items()}
    begin = policies[min(costs, key=lambda name: costs[name])]
    if problem.discount is None:
        best = solve_average(mdp, begin=begin)
        optimum = best.average
    else:
        best = solve_total(mdp, discount=problem.discount, begin=begin)
        optimum = float(best.values[0])
    return Study(mdp, best.policy, optimum, table_of(mdp, best.policy), costs)
