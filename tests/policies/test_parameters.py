"""A policy's parameters: defaults, kinds, limits, and what is refused."""

from __future__ import annotations

import math

import pytest
from pydantic import Field

from policies import ByChannel, Policy
from policies.parameters import parameter
from sim import InputError
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
        ({"wait": 5}, "Patient: wait: unknown key; got 5; did you mean 'wait_s'?"),
        ({"wait_s": -1}, "Patient: wait_s: must be greater than or equal to 0; got -1"),
        ({"wait_s": 601.0}, "Patient: wait_s: must be less than or equal to 600; got 601.0"),
        ({"wait_s": "long"}, "Patient: wait_s: must be a number; got 'long'"),
        ({"wait_s": math.nan}, "Patient: wait_s: must be a finite number; got nan"),
        ({"wait_s": 10**400}, "Patient: wait_s: must be a finite number; got 1000"),
        ({"wait_s": True}, "Patient: wait_s: must be a number; got True"),
        ({"wait_s": 5j}, "Patient: wait_s: must be a plain value; got 5j"),
        ({"tries": 2.5}, "Patient: tries: must be a whole number; got 2.5"),
        ({"tries": 2.0}, "Patient: tries: must be a whole number; got 2.0"),
        ({"polite": 1}, "Patient: polite: must be true or false; got 1"),
        ({"mode": "fats"}, "Patient: mode: must be 'slow' or 'fast'; got 'fats'; did you mean"),
        (
            {"cost": {"bil": 1}},
            "Patient: cost.bil: not in intents of scenario",
        ),
        ({"cost": {"bill": 11}}, "Patient: cost.bill: must be less than or equal to 10; got 11"),
        ({"cost": 3}, "Patient: cost: must be a mapping of keys to values; got 3"),
        ({"tries": 0, "polite": 1}, "Patient: polite: must be true or false; got 1"),
    ],
)
def test_a_wrong_parameter_is_refused_by_name_rule_and_value(params, said):
    with pytest.raises(InputError) as caught:
        Patient(FIRM, **params)
    assert said in str(caught.value)


def test_a_policy_without_parameters_says_so():
    with pytest.raises(InputError, match="Random: luck: unknown key; got 3; no key is known"):
        make("random", luck=3)


class Shared:
    """No policy, but may bring a parameter along."""

    share: float = Field(0.5, ge=0, le=1)


class Hasty(Shared, Patient):
    wait_s: float = Field(5.0, ge=0, le=60)
    channels: ByChannel[float] = Field({})


def test_a_class_inherits_parameters_and_may_declare_them_anew():
    assert Hasty(FIRM).values == {
        **Patient(FIRM).values,
        "wait_s": 5.0,
        "share": 0.5,
        "channels": {},
    }
    assert next(iter(Hasty.parameters())) == "wait_s" and Patient(FIRM).wait_s == 60.0
    with pytest.raises(InputError, match="Hasty: wait_s: must be less than or equal to 60; got 90"):
        Hasty(FIRM, wait_s=90)
    with pytest.raises(InputError, match=r"channels\.phon: not in channels .*did you mean 'phone'"):
        Hasty(FIRM, channels={"phon": 1})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"wait_s": 5.0}, "Wrong.wait_s: hides a parameter: declare it as a Field too"),
        ({"calm": Field(1.0)}, "Wrong.calm: a parameter needs a type: calm: float = Field"),
        ({"calm": Field(1.0), "__annotations__": {"calm": "flot"}}, "'flot' is not defined"),
    ],
)
def test_a_wrong_declaration_is_refused_when_the_class_is_made(body, said):
    with pytest.raises(InputError) as caught:
        type("Wrong", (Patient,), {"__module__": __name__, **body})
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "default", "said"),
    [
        ("float", "long", "Wrong: calm: must be a number; got 'long'"),
        ("float", ..., "Wrong: calm: is required"),
        ("Shared", 1.0, "Wrong: its parameters cannot be checked: "),
    ],
)
def test_a_wrong_default_or_type_is_refused_when_the_policy_is_made(kind, default, said):
    body = {"calm": Field(default), "__annotations__": {"calm": kind}, "__module__": __name__}
    with pytest.raises(InputError) as caught:
        type("Wrong", (Policy,), body)(FIRM)
    assert said in str(caught.value)


def test_the_old_declaration_says_how_it_is_written_now():
    with pytest.raises(InputError, match=r"wait_s: float = Field\(60\.0, ge=0, le=600"):
        parameter(60.0, low=0.0, high=600.0)
