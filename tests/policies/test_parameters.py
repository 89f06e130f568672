"""A policy's parameters: defaults, kinds, limits, and what is refused."""

import math

import pytest

from sim.errors import InputError
from tests.support.patient import Patient
from tests.support.views import FIRM, make


def test_parameters_keep_their_defaults_or_take_what_is_given():
    policy = Patient(FIRM, wait_s=90, cost={"bill": 2})
    assert policy.values == {
        "wait_s": 90.0,
        "tries": 2,
        "polite": True,
        "mode": "slow",
        "cost": {"bill": 2.0},
    }
    assert isinstance(policy.wait_s, float)
    assert Patient(FIRM, **policy.values).values == policy.values
    assert Patient(FIRM).wait_s == 60.0


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"wait": 5}, "Patient.wait: unknown parameter; did you mean 'wait_s'?"),
        ({"wait_s": -1}, "Patient.wait_s: must be at least 0; got -1"),
        ({"wait_s": 601.0}, "Patient.wait_s: must be at most 600; got 601.0"),
        ({"wait_s": "long"}, "Patient.wait_s: must be a number; got 'long'"),
        ({"wait_s": math.nan}, "Patient.wait_s: must be a number; got nan"),
        ({"wait_s": True}, "Patient.wait_s: must be a number; got True"),
        ({"tries": 2.5}, "Patient.tries: must be a whole number; got 2.5"),
        ({"polite": 1}, "Patient.polite: must be true or false; got 1"),
        ({"mode": "fats"}, "must be one of slow, fast; got 'fats'; did you mean 'fast'?"),
        ({"cost": {"bil": 1}}, "Patient.cost.bil: not in intents of scenario"),
        ({"cost": {"bill": 11}}, "Patient.cost.bill: must be at most 10; got 11"),
        ({"cost": 3}, "Patient.cost: must map intents to numbers; got 3"),
    ],
)
def test_a_wrong_parameter_is_refused_by_name_rule_and_value(params, said):
    with pytest.raises(InputError) as caught:
        Patient(FIRM, **params)
    assert said in str(caught.value)


def test_a_policy_without_parameters_says_so():
    with pytest.raises(InputError, match="it has no parameters"):
        make("random", luck=3)
