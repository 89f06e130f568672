"""What every policy declares and inherits."""

import pytest

from policies import Policy
from sim import InputError, Kind
from sim.decisions.actions import KINDS
from tests.support.patient import Patient
from tests.support.views import FIRM, PHONE, entry, escalation, make


def test_a_policy_decides_the_kinds_it_overrides_and_leaves_the_rest_to_the_rule():
    assert Patient.decides == {Kind.ENTRY}
    assert make("random").decides == set(KINDS)
    view = escalation(PHONE)
    assert Patient(FIRM).decide(view) == view.default


def test_unknown_reads_are_refused_when_the_class_is_made():
    with pytest.raises(InputError, match="moods"):
        type("Curious", (Policy,), {"reads": frozenset({"moods"})})


def test_a_stateful_policy_forks_into_a_copy_and_a_stateless_one_into_itself():
    class Counting(Policy):
        stateful = True

        def prepare(self, scenario):
            self.seen = [0]

        def entry(self, view):
            self.seen[0] += 1
            return view.default

    first = Counting(FIRM)
    first.decide(entry(PHONE))
    second = first.fork()
    second.decide(entry(PHONE))
    assert (first.seen, second.seen) == ([1], [2])
    plain = make("customer_choice")
    assert plain.fork() is plain
