"""Kaplan and Meier."""

import math

import pytest

from experiments.statistics import (
    kaplan_meier,
)
from sim import InputError
from tests.support.draws import NAN


def test_kaplan_meier_by_hand():
    curve = kaplan_meier([1, 2, 2, 3, 5], [True, True, False, True, False])
    assert curve.times.tolist() == [1, 2, 3, 5]
    assert curve.at_risk.tolist() == [5, 4, 2, 1]
    assert curve.survival == pytest.approx([0.8, 0.6, 0.3, 0.3])
    assert (curve.low <= curve.survival).all() and (curve.survival <= curve.high).all()
    assert curve.median == 3
    survival, _, _ = curve.at([0, 1, 2.5, 5, 5.1])
    assert survival == pytest.approx([1, 0.8, 0.6, 0.3, NAN], nan_ok=True)


def test_kaplan_meier_has_bounds_where_greenwood_has_none():
    nobody = kaplan_meier([4.0] * 20, [False] * 20)
    assert nobody.low[0] == pytest.approx(0.025 ** (1 / 20)) and nobody.high[0] == 1.0
    assert math.isnan(nobody.median)
    everybody = kaplan_meier([1.0, 2.0, 3.0], [True] * 3)
    assert (everybody.survival[-1], everybody.low[-1]) == (0.0, 0.0)
    assert everybody.high[-1] == everybody.high[-2]
    once = kaplan_meier([1.0], [True])
    assert (once.low[0], once.high[0]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("times", "observed", "message"),
    [
        ([], [], "at least one"),
        ([1.0], [True, False], "1 and 2"),
        ([-1.0], [True], "at least 0"),
        ([NAN], [True], "at least 0"),
        ([1.0], [2], "true or false"),
    ],
)
def test_kaplan_meier_refuses_mistakes(times, observed, message):
    with pytest.raises(InputError, match=message):
        kaplan_meier(times, observed)
