"""Exact optima: five small scenarios whose decision process is built and solved apart from them.

The optimal table is played in the simulator and must give the computed cost; natural rules and
shipped policies are simulated with the same luck and get their optimality gap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from experiments.validation import optima as models
from experiments.validation.checks import Check, Interval, Plot, Sheet, controlled, ratio
from experiments.validation.optima import learned
from experiments.validation.optima import table_policies as players
from experiments.validation.optima.mdp import expected_cost, policy_of
from experiments.validation.simulate import Columns, contacts, load, worlds
from policies.base import Policy
from policies.registry import make
from sim.core.world import World
from sim.register.register import Outcome
from sim.units import DAY_S, DAYS_PER_MONTH, HOUR_S

MONTHS = 24
HOURS_A_MONTH = 24 * DAYS_PER_MONTH
FloatArray = NDArray[np.float64]


def _waits(calls: Columns, *per_h: float) -> float:
    """Cost of waiting, by channel in the scenario's order."""
    return float(np.sum(calls["wait_s"] * np.asarray(per_h)[calls["channel"]])) / HOUR_S


def routing_cost(calls: Columns, p: models.SkillRouting) -> float:
    """Cost of contacts of `skill_routing`."""
    lost = calls["outcome"] == Outcome.ABANDONED
    return _waits(calls, *p.wait_cost_per_h) + float(
        np.sum(np.asarray(p.abandon_cost)[calls["intent"][lost]])
    )


def gatekeeper_cost(calls: Columns, p: models.BotGatekeeper) -> float:
    """Cost of contacts of `gatekeeper`; who fails in silence and does not come back is lost."""
    bot = calls["channel"] == 1
    lost = len(np.unique(calls["journey"])) - np.sum(calls["outcome"] == Outcome.RESOLVED)
    open_ = np.sum(calls["outcome"] == Outcome.OPEN)
    return (
        _waits(calls, p.wait_cost_per_h, 0.0)
        + float(np.sum(bot)) * p.bot_cost
        + float(np.sum(~bot)) * p.human_cost
        + float(lost - open_) * p.lost_cost
    )


def callback_cost(calls: Columns, p: models.CallbackOffer) -> float:
    """Cost of contacts of `callback`."""
    lost = float(np.sum(calls["outcome"] == Outcome.ABANDONED))
    promised = float(np.sum(calls["channel"] == 1))
    waits = _waits(calls, p.live_cost_per_h, p.callback_cost_per_h)
    return waits + lost * p.abandon_cost + promised * p.offer_cost


def blending_cost(calls: Columns, p: models.Blending) -> float:
    """Cost of contacts of `blending`."""
    lost = float(np.sum(calls["outcome"] == Outcome.ABANDONED))
    return _waits(calls, p.wait_cost_per_h, p.backlog_cost_per_h) + lost * p.abandon_cost


@dataclass(frozen=True)
class Problem:
    """A decision process with its scenario, player, score, and who is compared with it.

    `score` gives the cost of a window's contacts; None: minus the discounted value of a customer.
    """

    name: str
    title: str
    player: type[players.Player]
    score: Callable[..., float] | None
    policies: tuple[str, ...]
    days: float
    runs: int


PROBLEMS = (
    Problem(
        "skill_routing", "Who serves whom", players.Routing, routing_cost,
        ("longest_idle", "random"), 16, 20,
    ),
    Problem(
        "gatekeeper", "Bot or human", players.Gatekeeper, gatekeeper_cost,
        ("customer_choice", "bot_first", "best_channel"), 20, 16,
    ),
    Problem(
        "callback", "Hold or be called back", players.Callback, callback_cost,
        ("customer_choice", "least_expected_wait"), 16, 20,
    ),
    Problem(
        "retention_offer", "Recovery and offers over moods", players.Retention, None,
        ("customer_choice", "best_channel"), MONTHS * DAYS_PER_MONTH, 8,
    ),
    Problem(
        "blending", "E-mail or phone", players.BlendingPlayer, blending_cost,
        ("longest_idle", "random"), 16, 20,
    ),
)  # fmt: skip


def problem_of(name: str) -> Problem:
    """Return a problem by name."""
    return next(problem for problem in PROBLEMS if problem.name == name)


@dataclass(frozen=True)
class Costs:
    """Simulated costs, shape (runs,), an hour's or minus a customer's value; controls (runs, k)."""

    cost: FloatArray
    controls: FloatArray

    def inputs(self, sheet: Sheet) -> None:
        """Hold the controls themselves to zero: else they would hide a wrong arrival rate."""
        for k in range(self.controls.shape[1]) if self.controls.size else ():
            excess = ratio(self.controls[:, k])
            name = "talk" if k == self.controls.shape[1] - 1 else f"needs of kind {k + 1}"
            sheet.at_zero(f"{name}: more than expected", excess, 2.0, "input", "%")

    def interval(self) -> Interval:
        """Interval of the mean cost."""
        return controlled(self.cost, self.controls) if self.controls.size else ratio(self.cost)


def costs(problem: Problem, policy: Policy | None, runs: int) -> Costs:
    """Simulate a policy on the problem's scenario, `runs` times."""
    scenario = load(problem.name)
    done = worlds(scenario, problem.days, runs, policy=policy, shifts=problem.score is None)
    pairs = [_cost(problem, world) for world in done]
    return Costs(np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs]))


def _cost(problem: Problem, world: World) -> tuple[float, list[float]]:
    """Cost of one replication; by how many % needs and mean talk exceed what is expected."""
    if problem.score is None:
        return -sum(world.ledger.totals(world.now).values()) / world.customers.n, []
    start, intents = DAY_S, list(world.compiled.scenario.intents.values())
    hours = (world.now - start) / HOUR_S
    calls = contacts(world.register, start, world.now)
    first = calls["intent"][np.unique(calls["journey"], return_index=True)[1]]
    per_h = [i.needs_per_month * world.customers.n / HOURS_A_MONTH for i in intents]
    begun = [100 * (float(np.sum(first == k)) / (rate * hours) - 1) for k, rate in enumerate(per_h)]
    served = (calls["agent"] >= 0) & (calls["outcome"] == Outcome.RESOLVED)
    talk = (calls["released_s"] - calls["answered_s"])[served]
    excess = 100 * (float(talk.mean()) / intents[0].talk_s.mean_s - 1)
    return float(problem.score(calls, problem.player.problem)) / hours, [*begun, excess]


def reference(problem: Problem, rule: str = players.OPTIMAL) -> float:
    """Exact cost of a rule: long-run an hour, or discounted over the months simulated."""
    process = problem.player.problem
    found = players.solved(process)
    policy = found.policy
    if rule != players.OPTIMAL:
        policy = policy_of(found.mdp, process.rules()[rule])
    if process.discount is None:
        return models.cost_of(process, found.mdp, policy)
    return expected_cost(found.mdp, policy, MONTHS, discount=process.discount)


def measure(problem: Problem, extra: Sequence[str], files: Sequence[str], sheet: Sheet) -> None:
    """Play the optimum, the best natural rule, and all policies, with the same luck."""
    runs = sheet.effort.runs(problem.runs)
    scenario = load(problem.name)
    best = costs(problem, problem.player(scenario), runs)
    exact = reference(problem)
    source = "policy iteration on the decision process"
    unit = "a customer" if problem.score is None else "an hour"
    best.inputs(sheet)
    sheet.figure("cost of the optimal policy", best.interval(), exact, source, unit=unit)
    name, above = natural(problem)
    ours = costs(problem, problem.player(scenario, rule=name), runs)
    source, figure = f"its exact cost, {above:.1%} above the optimum", f"cost of the rule {name}"
    sheet.figure(figure, ours.interval(), reference(problem, name), source, unit=unit)
    fewer, trained = max(8, runs // 3), learned.policies(problem.name, files)
    rivals = {one: make(one, scenario) for one in (*problem.policies, *extra)} | trained
    names = tuple(rivals)
    gaps = [
        ratio(100 * (costs(problem, rival, fewer).cost - best.cost[:fewer]))
        for rival in rivals.values()
    ]
    gaps = [Interval(*(part / abs(exact) for part in vars(gap).values())) for gap in gaps]
    for one, gap in zip(names, gaps, strict=True):
        sheet.bound(f"gap of {one}", gap, "the optimum, same luck", "%")
    for one, policy in trained.items():
        cost = learned.exact_cost(problem.player.problem, policy)
        if cost is not None:
            missed = 100 * players.solved(problem.player.problem).gap(cost)
            exactly = Interval(missed, missed, missed)
            sheet.bound(f"exact gap of {one}", exactly, "the optimum", "%")
    places = [float(place) for place in range(1, len(names) + 1)]
    label = ", ".join(f"{place:g} {one}" for place, one in zip(places, names, strict=True))
    lines = {"optimum": ([0.0, places[-1]], [0.0, 0.0])}
    points = list(zip(places, gaps, strict=True))
    sheet.plots.append(Plot("Optimality gap", label, "%", lines, points))


def natural(problem: Problem) -> tuple[str, float]:
    """Return the best rule that can be played, and its exact gap."""
    found = players.solved(problem.player.problem)
    names = players.playable(problem.player.problem)[1:]
    best = min(names, key=lambda name: found.rules[name])
    return best, found.gap(found.rules[best])


def diagnostics(extra: Sequence[str] = (), files: Sequence[str] = ()) -> tuple[Check, ...]:
    """Return the checks; `extra` policies (names or import paths) get their gaps too.

    files: of learned policies; each gets its gap on the problem whose scenario it was trained on.
    """
    return tuple(
        Check(p.name, p.title, "optima", p.name, partial(measure, p, tuple(extra), tuple(files)))
        for p in PROBLEMS
    )


CHECKS = diagnostics()
