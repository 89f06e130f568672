"""Several comparisons at once: Holm, all against a reference, the best set."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.statistics import (
    best_set,
    compare_all,
    holm,
    paired_difference,
)
from sim import InputError
from tests.support.draws import NAN, RNG


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]).size == 0
    with_gap = holm([0.01, NAN, 0.9])
    assert with_gap[0] == pytest.approx(0.02) and math.isnan(with_gap[1])
    with pytest.raises(InputError, match="between 0 and 1"):
        holm([1.2])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_lies_between_no_correction_and_bonferroni(pvalues):
    p, adjusted = np.array(pvalues), holm(pvalues)
    assert (adjusted >= p).all() and (adjusted <= np.minimum(1, p * p.size)).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()


def outcomes(effects, n=30, seed=5):
    rng = RNG(seed)
    shared = rng.normal(0, 5, n)
    return {name: shared + effect + rng.normal(0, 1, n) for name, effect in effects.items()}


def test_compare_all_gives_a_row_for_each_other_strategy():
    values = outcomes({"silo": 0.0, "omni": 3.0, "opti": 0.0})
    rows = compare_all(values, "silo")
    assert [(row.strategy, row.reference) for row in rows] == [("omni", "silo"), ("opti", "silo")]
    assert rows[0].p_holm < 1e-6 and rows[1].p_holm > 0.05
    alone = paired_difference(values["omni"], values["silo"])
    shared = [field.name for field in dataclasses.fields(alone)]
    assert [getattr(rows[0], f) for f in shared] == [getattr(alone, f) for f in shared]
    assert all(row.p_holm >= row.p for row in rows)
    wide = compare_all(values, "silo", simultaneous=True)
    assert all(w.low < r.low and w.high > r.high for w, r in zip(wide, rows, strict=True))


def test_compare_all_needs_a_known_reference():
    with pytest.raises(
        InputError,
        match=r"^reference: must be among silo, opti; got 'sillo'; did you mean 'silo'\?$",
    ):
        compare_all({"silo": [1.0], "opti": [2.0]}, "sillo")
    assert compare_all({"silo": [1.0, 2.0]}, "silo") == ()


def test_best_set_holds_those_that_cannot_be_told_apart():
    values = outcomes({"a": 0.0, "b": 4.0, "c": 4.0, "d": 2.0})
    found = best_set(values)
    assert found.members == ("b", "c") and "b" in found and "d" not in found
    assert found.p_best["a"] < 0.001 and found.p_best["b"] > 0.05
    assert best_set(values, higher_is_better=False).members == ("a",)


def test_best_of_two_is_the_paired_test():
    values = outcomes({"a": 0.0, "b": 0.5})
    found, row = best_set(values), compare_all(values, "a")[0]
    assert min(found.p_best.values()) == pytest.approx(row.p_holm)


def test_best_set_with_scarce_data():
    values = {"a": [1.0, 2.0, 3.0], "b": [11.0, 12.0, 13.0], "c": [NAN] * 3, "d": [0.0, NAN, NAN]}
    found = best_set(values)
    assert found.members == ("b", "d") and math.isnan(found.p_best["c"])
    assert best_set({}).members == ()
    assert best_set({"a": [1.0]}).members == ("a",)
    same = {"a": [1.0, 2.0], "b": [1.0, 2.0]}
    assert best_set(same).members == ("a", "b")
