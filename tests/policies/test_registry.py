"""Policies are found by name or import path, or the nearest name is said."""

import pickle

import pytest
from annotated_types import Ge, Le

from policies import Policy, registry
from policies.parameters import LogScale, mark_of
from sim import InputError, load_scenario
from tests.support.views import FIRM


def test_every_shipped_policy_is_made_by_name_and_described():
    described = registry.describe()
    assert [d.name for d in described] == registry.names()
    assert len(described) >= 12
    for found in described:
        policy = registry.make(found.name, FIRM)
        assert isinstance(policy, Policy) and found.summary.endswith(".")
        assert found.bound == ("hidden" in found.reads)
        for field in found.parameters.values():
            assert field.description
            if field.annotation in (int, float):
                low, high = (mark_of(field, Ge), mark_of(field, Le))
                assert low.ge <= field.default <= high.le
                assert mark_of(field, LogScale) is None or low.ge > 0


def test_a_users_class_is_found_by_import_path():
    policy = registry.make("tests.support.patient:Patient", FIRM, {"tries": 3})
    assert type(policy).__name__ == "Patient" and policy.tries == 3


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("best_chanel", "did you mean 'best_channel'?"),
        ("nowhere.at_all:Rule", "no module 'nowhere'"),
        ("policies.rules.silo:Silos", "has no 'Silos'; did you mean 'Silo'?"),
        ("policies.actions:Actions", "must be a subclass of policies.base.Policy"),
        ("policies.nothing:Rule", "no module 'policies.nothing'"),
        (":Rule", "importing '' failed"),
    ],
)
def test_what_cannot_be_found_is_said_plainly(name, said):
    with pytest.raises(InputError) as caught:
        registry.make(name, FIRM)
    assert said in str(caught.value)


@pytest.mark.parametrize("name", ["helpdesk", "telco"])
def test_every_policy_can_be_made_for_the_shipped_firms_and_sent_to_a_worker(name):
    scenario = load_scenario(name)
    for policy in registry.names():
        made = registry.make(policy, scenario)
        assert pickle.loads(pickle.dumps(made)).values == made.values
