"""Every policy passes the suite; one that breaks a rule fails at the check made for it."""

import sys
from types import ModuleType
from typing import ClassVar

import pytest

from experiments.validation.conformance import cases, check_policy, require
from experiments.validation.conformance.bench import Bench
from experiments.validation.conformance.firm import bench_firm
from experiments.validation.conformance.hidden_state import first_reachable
from experiments.validation.conformance.suite import CHECKS, ConformanceError
from policies import Policy, registry
from sim import Kind, World, load_scenario
from sim.core import engine, simulation
from sim.decisions.actions import action_table
from tests.support.paths import ROOT

FIRM = bench_firm()
SHORT = {"days": 1.0}


def failed(policy, **settings):
    """Return the names of the checks that a policy class does not pass, in one regime."""
    results = check_policy(policy, [ONE_REGIME], **{**SHORT, **settings})
    return {check.name for check in results if not check.passed}


ONE_REGIME = FIRM.model_copy(update={"regimes": {"optichannel": FIRM.regimes["optichannel"]}})


@pytest.mark.parametrize("name", registry.names())
def test_every_shipped_policy_conforms(name):
    require(lambda firm: registry.make(name, firm))


@pytest.mark.slow
@pytest.mark.parametrize("name", registry.names())
def test_every_shipped_policy_conforms_in_the_helpdesk(name):
    require(lambda firm: registry.make(name, firm), [load_scenario("helpdesk")], days=3.0)


@pytest.mark.parametrize(
    "case", cases(lambda firm: registry.make("silo", firm), [ONE_REGIME], days=0.5), ids=str
)
def test_cases_are_made_for_pytest(case):
    case.run()


def test_the_bench_holds_every_kind_of_decision_and_action():
    bench = Bench(
        lambda firm: registry.make("random", firm), FIRM, FIRM.regimes["optichannel"], 2.0, 0
    )
    kinds = {view.kind for view in bench.random.views}
    assert kinds == {Kind.ENTRY, Kind.ESCALATION, Kind.DISPATCH, Kind.WRAP_UP, Kind.CANCEL}
    verbs = {(a.kind, a.verb) for a in action_table(FIRM)}
    offered = {(a.kind, a.verb) for v in bench.random.views for a in legal(v)}
    assert offered == verbs


def legal(view):
    table = action_table(FIRM)
    return [table[action] for action in view.actions]


class Default(Policy):
    def decide(self, view):
        return view.default


def test_the_default_rule_passes_everything():
    assert failed(Default) == set()


def test_the_example_in_the_docs_conforms(monkeypatch):
    page = ROOT / "docs" / "examples" / "tutorial" / "patient_rule.py"
    example = page.read_text(encoding="utf-8")
    module = ModuleType("documented")
    monkeypatch.setitem(sys.modules, "documented", module)
    exec(compile(example, str(page), "exec"), vars(module))
    require(lambda firm: registry.make("documented:Patient", firm, {"wait_s": 5}), [ONE_REGIME])


# One rule broken at a time


class Peeking(Default):
    reads = frozenset({"hidden"})


class Illegal(Default):
    def decide(self, view):
        return max(view.actions) + 1


class Wordy(Default):
    def decide(self, view):
        return float(view.default)


class Drifting(Default):
    """Changes while it decides, but says it is stateless."""

    def prepare(self, scenario):
        self.turn = [0]

    def decide(self, view):
        self.turn[0] += 1
        return view.actions[self.turn[0] % len(view.actions)]


class DriftingButCopied(Drifting):
    stateful = True


LUCK = [0]


class Lucky(Default):
    """Uses luck that no seed governs."""

    def decide(self, view):
        LUCK[0] += 1
        return view.actions[LUCK[0] * 7919 % 104729 % len(view.actions)]


class Spying(Default):
    """Looks for the world in the frames of its callers."""

    def decide(self, view):
        frame = sys._getframe(1)
        while frame is not None:
            world = frame.f_locals.get("self")
            if isinstance(world, World):
                moods = int(sum(world.customers.mood) * 1000)
                return view.actions[moods % len(view.actions)]
            frame = frame.f_back
        return view.default


class Hoarding(Default):
    """Keeps what the world is made of."""

    def prepare(self, scenario):
        self.kept = {}

    def decide(self, view):
        frame = sys._getframe(1)
        while frame is not None and not isinstance(frame.f_locals.get("self"), World):
            frame = frame.f_back
        if frame is not None:
            self.kept["inside"] = [frame.f_locals["self"].core]
        return view.default


class Unsendable(Default):
    def prepare(self, scenario):
        self.rank = lambda view: view.default


class Broken(Default):
    def entry(self, view):
        raise KeyError("segment")

    decide = Policy.decide


@pytest.mark.parametrize(
    ("policy", "check"),
    [
        (Peeking, "interface"),
        (Illegal, "legal"),
        (Wordy, "legal"),
        (Drifting, "fork"),
        (Lucky, "deterministic"),
        (Spying, "view_alone"),
        (Hoarding, "no_hidden_state"),
        (Unsendable, "pickles"),
        (Broken, "legal"),
    ],
)
def test_a_broken_rule_fails_its_check(policy, check):
    assert check in failed(policy)


@pytest.mark.parametrize(
    ("policy", "alone"),
    [(Peeking, "interface"), (Drifting, "fork"), (Hoarding, "no_hidden_state")],
)
def test_and_no_other(policy, alone):
    assert failed(policy) == {alone}


def test_an_unpicklable_policy_fails_there_alone():
    assert failed(Unsendable) == {"pickles"}


def test_a_stateful_policy_that_forks_passes():
    assert failed(DriftingButCopied) == set()


@pytest.fixture
def unfrozen(monkeypatch):
    """Lets views hold a list, in the engine whose parts can be exchanged."""
    monkeypatch.setattr(engine, "engine", engine.interpreted)
    given = simulation.view_of
    monkeypatch.setattr(
        simulation, "view_of", lambda *args: given(*args)._replace(uniform=[args[0].now])
    )


def test_a_view_that_holds_more_than_plain_values_is_found(unfrozen):
    assert "no_hidden_state" in failed(Default)


def test_a_changed_view_is_found(unfrozen):
    class Scribbling(Default):
        def decide(self, view):
            view.uniform.append(2)
            return view.default

    assert "views_unchanged" in failed(Scribbling)


def test_the_failure_names_check_firm_and_reason():
    with pytest.raises(ConformanceError) as caught:
        require(Illegal, [ONE_REGIME], days=0.5)
    assert "conformance bench-optichannel-legal" in str(caught.value)
    assert set(CHECKS) == {case.name for case in cases(Default)}


# The walk


class Holder:
    def __init__(self, value):
        self.value = value


class Slotted:
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


class Secret:
    pass


def test_the_walk_finds_a_secret_wherever_it_is_kept():
    secret = Secret()

    def closure():
        return secret

    def defaults(x=secret):
        return x

    hides = [
        [secret],
        {"deep": [{"er": (secret,)}]},
        {secret: 1},
        {secret},
        closure,
        defaults,
        Holder(Slotted(secret)).__init__,
        Slotted([Slotted(secret)]),
        iter([secret]),
    ]
    for hiding in hides:
        assert "Secret" in first_reachable(Holder(hiding), (Secret,)), hiding
    assert first_reachable(Holder([1, "plain", {"a": (2.0,)}]), (Secret,)) == ""
    shown = Holder([Slotted(secret)])
    assert first_reachable(shown, (Secret,)) and not first_reachable(shown, (Secret,), (Slotted,))


def test_the_walk_looks_at_class_attributes():
    class Shared(Holder):
        cache: ClassVar[list] = []

    assert first_reachable(Shared(1), (Secret,)) == ""
    Shared.cache.append(Secret())
    assert "cache" in first_reachable(Shared(1), (Secret,))


def test_the_walk_looks_at_the_globals_of_the_class_module(monkeypatch):
    module = sys.modules[__name__]
    monkeypatch.setattr(module, "kept_here", {"x": Secret()}, raising=False)
    assert "kept_here" in first_reachable(Holder(1), (Secret,))
