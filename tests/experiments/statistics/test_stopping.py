"""When there are replications enough."""

import math

import numpy as np
import pytest

from experiments.statistics import (
    Precision,
    StoppingRule,
    estimate,
)
from sim import InputError
from tests.support.draws import NAN, RNG


def rule(**changes):
    return StoppingRule(targets=(Precision(metric="net", absolute=1.0),), **changes)


def test_rule_first_asks_for_the_minimum_then_for_confirmation():
    precise = RNG(10).normal(0, 1, 60)
    assert rule().decide({"net": precise[:3]}).more == 17
    first = rule().decide({"net": precise[:20]})
    assert (first.stop, first.more) == (False, 10) and first.metrics[0].met
    second = rule().decide({"net": precise[:30]})
    assert (second.stop, second.more, second.reached) == (True, 0, True)


def test_rule_asks_for_what_the_spread_needs_but_no_more_than_doubles():
    values = RNG(11).normal(0, 3, 20)
    decision = rule().decide({"net": values})
    needed = 20 * decision.metrics[0].half_width ** 2
    assert 20 + decision.more == math.ceil(needed / 10) * 10 < 40
    assert rule().decide({"net": 100 * values}).more == 20


def test_rule_ends_at_the_maximum_and_says_so():
    decision = rule(maximum=40).decide({"net": RNG(12).normal(0, 50, 40)})
    assert decision.stop and not decision.reached
    assert rule(maximum=25).decide({"net": RNG(12).normal(0, 50, 20)}).more == 5


def test_rule_waits_for_every_metric_at_a_joint_level():
    targets = (Precision(metric="net", absolute=1.0), Precision(metric="cost", relative=0.01))
    both = StoppingRule(targets=targets)
    values = {"net": RNG(13).normal(0, 1, 40), "cost": RNG(14).normal(100, 20, 40)}
    decision = both.decide(values)
    assert [metric.met for metric in decision.metrics] == [True, False] and not decision.stop
    assert decision.metrics[0].half_width == pytest.approx(
        estimate(values["net"], 0.975).half_width
    )
    assert decision.metrics[1].target == pytest.approx(values["cost"].mean() * 0.01 / 1.01)


def test_rule_with_degenerate_metrics():
    assert rule().decide({"net": np.zeros(30)}).reached
    assert not rule().decide({"net": np.full(30, NAN)}).stop
    relative = StoppingRule(targets=(Precision(metric="net", relative=0.1),))
    assert relative.decide({"net": np.zeros(30)}).reached
    assert relative.decide({"net": np.r_[-np.ones(15), np.ones(15)]}).more == 30
    with pytest.raises(InputError, match="'net'"):
        rule().decide({"nett": np.zeros(30)})
    two = StoppingRule(targets=tuple(Precision(metric=m, absolute=1.0) for m in "ab"))
    with pytest.raises(InputError, match="same replications"):
        two.decide({"a": np.zeros(3), "b": np.zeros(4)})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"minimum": 1}, "minimum"),
        ({"minimum": 50, "maximum": 20}, "maximum"),
        ({"step": 0}, "step"),
        ({"level": 1.5}, "level"),
    ],
)
def test_impossible_rules_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        rule(**changes)


def test_precision_needs_one_positive_target():
    for wrong in ({}, {"absolute": 1.0, "relative": 0.1}, {"absolute": 0.0}, {"relative": NAN}):
        with pytest.raises(InputError, match="net"):
            Precision(metric="net", **wrong)
    with pytest.raises(InputError, match="targets"):
        StoppingRule(targets=())
