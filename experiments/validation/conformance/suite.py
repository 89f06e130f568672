"""One suite that every policy must pass, ours or a user's.

In a test file of your own:

    from experiments.validation.conformance.suite import cases

    @pytest.mark.parametrize("case", cases(lambda firm: MyPolicy(firm)), ids=str)
    def test_my_policy(case):
        case.run()

``check_policy`` returns the results as a list instead, and ``require`` raises at the first failure.
What is checked, each in worlds of every information regime:

- ``interface``: declared ``reads`` exist; what reads hidden state is marked as a bound.
- ``legal``: every action is a plain int among the legal ones, on views of its own and random runs.
- ``deterministic``: the same seed gives the same register.
- ``view_alone``: given the recorded views without any world, it decides the same.
- ``no_hidden_state``: neither its views nor the policy itself lead to a world's objects.
- ``views_unchanged``: deciding does not change the view.
- ``fork``: a world forked midway, and the original after it, end like the unbroken one.
- ``pickles``: a copy sent to a worker process decides the same.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from experiments.validation.conformance.bench import Bench, Make, Run
from experiments.validation.conformance.firm import bench_firm
from experiments.validation.conformance.hidden_state import first_reachable
from sim.core.calendar import Calendar
from sim.core.people import Column, People
from sim.core.records.bundles import World as Tables
from sim.core.records.state import Agent, Contact, Customer, Journey
from sim.core.rules.desk import Desk
from sim.core.storage import Table
from sim.core.world import World
from sim.decisions.actions import Decider, Kind
from sim.decisions.view import (
    READS,
    Belief,
    Candidate,
    CustomerView,
    Fit,
    Hidden,
    Leg,
    Load,
    Profile,
    View,
)
from sim.population.demand import Demand
from sim.register.ledger import Ledger
from sim.register.register import Register
from sim.scenario import Scenario

PLAIN = (int, float, bool, str, tuple, type(None))
PLAIN_VIEWS = (View, CustomerView, Profile, Load, Candidate, Hidden, Belief, Fit, Leg)
GROUPS = sorted(READS)
"""Of a view, which a policy is given if it reads them."""
HIDDEN = (
    *(World, People, Column, Demand, Ledger, Register),
    *(Tables, Table, Calendar, Customer, Journey, Contact, Agent),  # of the interpreted engine
)


class ConformanceError(AssertionError):
    """A policy breaks the contract; the message says which check and how."""


class ConformanceResult(NamedTuple):
    """The result of one check on one scenario and regime."""

    name: str
    where: str
    passed: bool
    detail: str


def _interface(bench: Bench) -> str:
    policy = bench.policy()
    reads = getattr(policy, "reads", None)
    if not isinstance(reads, frozenset):
        return f"reads must be a frozenset; got {reads!r}"
    if not reads <= READS:
        return f"reads must be among {sorted(READS)}; got {sorted(map(str, reads))}"
    if not callable(getattr(policy, "decide", None)):
        return "it has no method decide(view)"
    if "hidden" in reads and not getattr(policy, "bound", False):
        return "it reads hidden state, so it must set bound = True"
    return ""


def _legal(bench: Bench) -> str:
    for view, action in zip(bench.own.views, bench.own.actions, strict=True):
        if wrong := _illegal(view, action):
            return wrong
    policy = bench.policy()
    for view in bench.random.views:
        if wrong := _illegal(view, policy.decide(view)):
            return wrong
    return ""


def _illegal(view: View, action: Any) -> str:
    kind = Kind(view.kind).name.lower()
    if not isinstance(action, int) or isinstance(action, bool):
        return f"{kind}: the action must be an int; got {action!r} ({type(action).__name__})"
    if action not in view.actions:
        return f"{kind}: action {action} is not legal; legal are {view.actions}"
    return ""


def _deterministic(bench: Bench) -> str:
    again = bench.world(bench.policy()).run(bench.end_s).register.digest()
    return "" if again == bench.own.digest else "two runs with one seed give different registers"


def _view_alone(bench: Bench) -> str:
    return _replayed(bench.policy(), bench.own, "outside the world")


def _pickles(bench: Bench) -> str:
    try:
        copy = pickle.loads(pickle.dumps(bench.policy()))
    except Exception as error:  # whatever a class of the user's raises is the finding
        return f"it cannot be pickled: {type(error).__name__}: {error}"
    return _replayed(copy, bench.own, "as a pickled copy")


def _replayed(policy: Decider, run: Run, where: str) -> str:
    for number, (view, action) in enumerate(zip(run.views, run.actions, strict=True)):
        now = policy.decide(view)
        if now != action:
            return f"decision {number}: action {action} in the world, {now} {where}"
    return ""


def _no_hidden_state(bench: Bench) -> str:
    policy = bench.policy()
    reads = policy.reads
    for view in (*bench.own.views, *bench.random.views):
        for group in GROUPS:
            if group not in reads and getattr(view, group) is not None:
                return f"the view gives {group}, which it does not read"
        if strange := next(_strange(view), None):
            return f"a view holds a {strange}"
    world = bench.world(policy)
    world.run(bench.end_s)
    hidden = (*HIDDEN, type(world.core), type(world.core.rules))
    path = first_reachable(policy, hidden, harmless=(Desk,))  # tables filled from views
    return f"it leads to hidden state: {path}" if path else ""


def _strange(value: Any) -> Iterator[str]:
    if type(value) not in PLAIN and type(value) not in PLAIN_VIEWS:
        yield type(value).__name__
    elif isinstance(value, tuple):
        for part in value:
            yield from _strange(part)


def _views_unchanged(bench: Bench) -> str:
    policy = bench.policy()
    for view in (*bench.own.views, *bench.random.views):
        before = pickle.dumps(view)
        policy.decide(view)
        if pickle.dumps(view) != before:
            return f"deciding changed the view of a {Kind(view.kind).name.lower()} decision"
    return ""


def _fork(bench: Bench) -> str:
    world = bench.world(bench.policy())
    world.advance(bench.end_s / 2)
    twin = world.fork()
    ends = [w.run(bench.end_s).register.digest() for w in (twin, world)]
    for who, end in zip(("the fork", "the original"), ends, strict=True):
        if end != bench.own.digest:
            return f"{who} of a world forked midway does not end like the unbroken world"
    return ""


CHECKS: Mapping[str, Callable[[Bench], str]] = {
    "interface": _interface,
    "legal": _legal,
    "deterministic": _deterministic,
    "view_alone": _view_alone,
    "no_hidden_state": _no_hidden_state,
    "views_unchanged": _views_unchanged,
    "fork": _fork,
    "pickles": _pickles,
}
"""Check by name: returns what is wrong, empty if nothing is."""


@dataclass(frozen=True)
class ConformanceCase:
    """One check on one bench; ``str`` gives its id for pytest."""

    name: str
    where: str
    bench: Bench

    def __str__(self) -> str:
        return f"{self.where}-{self.name}"

    def check(self) -> ConformanceResult:
        """Return the result; an exception of the policy is a failure, not an error."""
        try:
            detail = CHECKS[self.name](self.bench)
        except Exception as error:  # whatever a policy of the user's raises is the finding
            detail = f"{type(error).__name__}: {error}"
        return ConformanceResult(self.name, self.where, not detail, detail)

    def run(self) -> None:
        """Run the check.

        Raises:
            ConformanceError: the policy does not pass.
        """
        result = self.check()
        if not result.passed:
            raise ConformanceError(f"{self}: {result.detail}")


def cases(
    make: Make, scenarios: Iterable[Scenario] = (), *, days: float = 2.0, seed: int = 0
) -> list[ConformanceCase]:
    """Return all checks of a policy.

    Args:
        make: returns a new policy for a scenario, such as ``lambda firm: MyPolicy(firm, wait=60)``.
        scenarios: firms to check it in; by default a small one in which every decision occurs.
        days: simulated time of each world.
        seed: of the worlds and, through ``reset``, of the policy.
    """
    found = []
    for scenario in scenarios or (bench_firm(),):
        for name, regime in scenario.regimes.items():
            bench = Bench(make, scenario, regime, days, seed)
            found += [ConformanceCase(check, f"{scenario.name}-{name}", bench) for check in CHECKS]
    return found


def check_policy(
    make: Make, scenarios: Iterable[Scenario] = (), *, days: float = 2.0, seed: int = 0
) -> list[ConformanceResult]:
    """Return the result of every check; see ``cases`` for the arguments."""
    return [case.check() for case in cases(make, scenarios, days=days, seed=seed)]


def require(
    make: Make, scenarios: Iterable[Scenario] = (), *, days: float = 2.0, seed: int = 0
) -> None:
    """Run every check; see ``cases`` for the arguments.

    Raises:
        ConformanceError: at the first check that the policy does not pass.
    """
    for case in cases(make, scenarios, days=days, seed=seed):
        case.run()
