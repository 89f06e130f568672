import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.statistics import (
    Precision,
    StoppingRule,
    best_set,
    compare_all,
    equivalent,
    estimate,
    holm,
    kaplan_meier,
    mser5,
    paired_difference,
    ratio_of_means,
    ratio_pseudo_values,
)
from sim.errors import InputError

RNG = np.random.default_rng
NAN = math.nan
finite = st.floats(-1e6, 1e6, allow_nan=False)


# Means and paired differences


def test_few_values_give_the_textbook_interval():
    values = [3.0, 5.0, 4.0, 7.0, 5.5]
    result = estimate(values, 0.9)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert (result.low, result.high) == pytest.approx((expected.low, expected.high))
    assert result.mean == pytest.approx(4.9) and result.n == 5


def test_values_without_skewness_give_the_textbook_interval():
    values = np.r_[np.arange(-10.0, 11.0)]
    result = estimate(values)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (result.low, result.high) == pytest.approx((expected.low, expected.high))


def test_interval_is_longer_towards_the_long_tail():
    values = RNG(1).gamma(1.0, size=30)
    result = estimate(values)
    assert result.high - result.mean > 1.2 * (result.mean - result.low)
    mirrored = estimate(-values)
    assert (mirrored.low, mirrored.high) == pytest.approx((-result.high, -result.low))


@given(st.lists(finite, min_size=3, max_size=40), finite)
def test_p_value_and_interval_agree(values, shift):
    result = paired_difference(np.array(values) + shift, np.zeros(len(values)))
    assert result.low <= result.high
    if abs(result.p - 0.05) > 1e-6:
        assert (result.p < 0.05) == (result.low > 0 or result.high < 0)


def test_paired_difference_gives_the_gain_of_common_random_numbers():
    shared, own = RNG(2).normal(0, 3, 4000), RNG(3).normal(0, 1, (2, 4000))
    result = paired_difference(shared + own[0], shared + own[1])
    assert result.variance_ratio == pytest.approx((9 + 1 + 9 + 1) / 2, rel=0.1)
    assert paired_difference(own[0], own[1]).variance_ratio == pytest.approx(1, rel=0.1)


def test_undefined_pairs_are_left_out_and_counted():
    result = paired_difference([1.0, NAN, 3.0, 5.0], [0.0, 1.0, NAN, 1.0])
    assert (result.n, result.mean) == (2, 2.5)
    assert estimate([NAN, 2.0, 4.0]).n == 2


def test_too_little_data_is_answered_honestly():
    none, one = estimate([]), estimate([7.0])
    assert none.n == 0 and math.isnan(none.mean) and math.isnan(none.low)
    assert (one.mean, one.low, one.high, one.half_width) == (7.0, -math.inf, math.inf, math.inf)
    assert paired_difference([1.0], [0.0]).p == 1.0
    assert math.isnan(paired_difference([1.0], [0.0]).variance_ratio)


def test_no_spread_gives_width_zero():
    same = paired_difference([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    assert (same.mean, same.low, same.high, same.p) == (0.0, 0.0, 0.0, 1.0)
    shifted = paired_difference([2.0, 3.0, 4.0], [1.0, 2.0, 3.0])
    assert (shifted.low, shifted.high, shifted.p) == (1.0, 1.0, 0.0)
    assert shifted.variance_ratio == math.inf
    assert estimate([0.1] * 7) == estimate([0.1] * 7) and estimate([0.1] * 7).low == 0.1


def test_rounding_is_not_an_effect():
    assert paired_difference([0.1 + 0.2] * 5, [0.3] * 5).p == 1.0


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([1.0, 2.0], [1.0], "2 and 1"),
        ([1.0, math.inf], [1.0, 2.0], "infinite"),
        ([[1.0], [2.0]], [1.0, 2.0], r"shape \(2, 1\)"),
        (["x", "y"], [1.0, 2.0], "numbers"),
    ],
)
def test_mistakes_are_refused(a, b, message):
    with pytest.raises(InputError, match=message):
        paired_difference(a, b)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0, NAN])
def test_levels_outside_0_and_1_are_refused(level):
    with pytest.raises(InputError, match="level"):
        estimate([1.0, 2.0], level)


# Lattices and limits

STEP = 1 / 3000


@pytest.mark.parametrize("n", [2, 3, 5, 10, 30])
def test_ties_of_a_share_are_not_certainty(n):
    kept = np.full(n, 2990 / 3000)
    same = paired_difference(kept, kept, step=STEP)
    assert same.ties == same.n == n and same.p == 1.0
    spread = np.sqrt(max(STEP**2 / n, STEP**2 / 12) / n)
    assert same.high == -same.low == pytest.approx(stats.t.ppf(0.975, n - 1) * spread)
    found = paired_difference(np.full(n, 0.5), np.full(n, 0.5))
    assert (found.low, found.high) == (0.0, 0.0)


def test_a_claim_needs_three_replications():
    better, worse = np.array([0.9, 0.91, 0.92]), np.array([0.6, 0.61, 0.62])
    for n in (1, 2):
        values = {"a": worse[:n], "b": better[:n]}
        row = compare_all(values, "a", step=STEP)[0]
        assert (row.p, row.p_holm) == (1.0, 1.0)
        assert best_set(values, step=STEP).members == ("a", "b")
    assert np.isfinite(paired_difference(better[:2], worse[:2], step=STEP).low)
    values = {"a": worse, "b": better}
    assert compare_all(values, "a", step=STEP)[0].p_holm < 0.05
    assert best_set(values, step=STEP).members == ("b",)


def test_one_case_in_three_replications_proves_nothing():
    one_more = {"a": np.full(3, 0.5), "b": np.full(3, 0.5 + STEP)}
    assert compare_all(one_more, "a")[0].p_holm < 0.05  # without the lattice: certainty
    row = compare_all(one_more, "a", step=STEP)[0]
    assert row.low < 0 < row.high and row.p_holm > 0.05
    assert best_set(one_more, step=STEP).members == ("a", "b")


@given(
    st.integers(2, 30),
    st.sampled_from([(0.0, 1.0), (0.0, math.inf), (1.0, 5.0), (-math.inf, math.inf)]),
    st.integers(0, 2**32 - 1),
)
def test_intervals_stay_within_their_limits(n, within, seed):
    low, high = max(within[0], -10.0), min(within[1], 10.0)
    values = low + (high - low) * RNG(seed).beta(0.2, 0.2, n)
    found = estimate(values, within=within)
    assert within[0] <= found.low <= found.mean <= found.high <= within[1]
    assert found.mean == estimate(values).mean
    if within[0] == -math.inf:
        assert found == estimate(values)


def test_far_from_its_limits_an_interval_is_the_plain_one():
    values = RNG(3).normal(0.5, 0.001, 12)
    plain = estimate(values)
    share, wait = estimate(values, within=(0.0, 1.0)), estimate(values, within=(0.0, math.inf))
    for found in (share, wait):
        assert (found.low, found.high) == pytest.approx((plain.low, plain.high), rel=1e-5)


def test_on_a_limit_the_interval_is_the_exact_binomial_one():
    n, cases = 5, 3000
    none = estimate(np.zeros(n), step=1 / cases, within=(0.0, 1.0))
    exact = stats.binomtest(0, n * cases).proportion_ci(0.95)
    assert (none.mean, none.low) == (0.0, 0.0)
    assert none.high == pytest.approx(exact.high, rel=1e-3)
    every = estimate(np.ones(n), step=1 / cases, within=(0.0, 1.0))
    assert (every.low, every.high) == (pytest.approx(1 - exact.high, rel=1e-3), 1.0)
    assert estimate(np.zeros(n), within=(0.0, math.inf)).high == 0.0
    assert estimate([0.5], step=1 / cases, within=(0.0, 1.0)).low == -math.inf


def test_stopping_rule_knows_the_lattice():
    target = StoppingRule(targets=(Precision(metric="net", absolute=0.001),), minimum=2)
    tied = {"net": np.full(12, 0.5)}
    assert target.decide(tied).reached
    assert not target.decide(tied, {"net": 0.1}).stop


# Ratios


def test_ratio_of_means_pools_the_replications():
    result = ratio_of_means([1.0, 30.0], [10.0, 100.0])
    assert result.mean == pytest.approx(2 * 31 / 110 - (0.3 + 0.1) / 2)
    exact = ratio_of_means(2 * np.array([1.0, 5.0, 9.0]), [1.0, 5.0, 9.0])
    assert (exact.mean, exact.half_width) == pytest.approx((2.0, 0.0))


def test_ratio_interval_agrees_with_the_delta_method():
    rng = RNG(4)
    contacts = rng.normal(100, 10, 400)
    abandoned = 0.1 * contacts + rng.normal(0, 2, 400)
    result = ratio_of_means(abandoned, contacts)
    ratio = abandoned.sum() / contacts.sum()
    delta = np.std(abandoned - ratio * contacts, ddof=1) / contacts.mean() / 20
    assert result.mean == pytest.approx(ratio, rel=1e-3)
    assert result.half_width == pytest.approx(stats.t.ppf(0.975, 399) * delta, rel=0.02)


def test_ratio_with_undefined_parts():
    pseudo = ratio_pseudo_values([1.0, NAN, 2.0, 3.0], [10.0, 5.0, 20.0, 31.0])
    assert np.isnan(pseudo).tolist() == [False, True, False, False]
    assert ratio_of_means([1.0, 2.0, 3.0], [0.0, 0.0, 0.0]).n == 3
    assert math.isnan(ratio_of_means([1.0, 2.0, 3.0], [0.0, 0.0, 0.0]).mean)
    lone = ratio_of_means([1.0, 2.0], [4.0, 0.0])
    assert lone.mean == 0.75 and math.isnan(lone.low)
    assert ratio_of_means([1.0], [4.0]).low == -math.inf
    with pytest.raises(InputError, match="numerator and denominator"):
        ratio_of_means([1.0], [1.0, 2.0])


# Holm and the best set


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


# Warm-up


def slow_start(n, rng, over=100):
    return rng.normal(0, 1, n) + np.maximum(0, 10 * (1 - np.arange(n) / over))


def test_mser5_finds_the_end_of_a_transient():
    result = mser5(slow_start(2000, RNG(6)))
    assert result.determined and 60 <= result.truncate <= 150 and result.truncate % 5 == 0


def test_mser5_is_the_smallest_standard_error_of_all_truncations():
    series = slow_start(300, RNG(7), over=40)
    means = series.reshape(60, 5).mean(axis=1)
    direct = [np.var(means[d:]) / (60 - d) for d in range(56)]
    result = mser5(series)
    assert result.truncate == 5 * int(np.argmin(direct))
    assert result.statistic == pytest.approx(min(direct))


def test_mser5_does_not_trust_the_second_half():
    result = mser5(np.r_[np.linspace(100, 0, 400), RNG(8).normal(0, 1, 50)])
    assert not result.determined and result.truncate is None
    assert result.minimum_at > 225 and "second half" in result.reason


def test_mser5_averages_replications_and_copes_with_gaps():
    rng = RNG(9)
    series = np.array([slow_start(1000, rng) for _ in range(8)])
    series[0, 500] = NAN
    assert 60 <= mser5(series).truncate <= 150
    series[:, 500] = NAN
    assert "without any value" in mser5(series).reason


def test_mser5_edges():
    assert mser5(np.full(100, 0.1)).truncate == 0
    assert "at least 50" in mser5(np.zeros(49)).reason
    assert mser5([]).truncate is None
    with pytest.raises(InputError, match="batch"):
        mser5(np.zeros(100), batch=0)
    with pytest.raises(InputError, match="shape"):
        mser5(np.zeros((2, 2, 2)))


# Stopping


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


# Equivalence


@pytest.mark.parametrize("paired", [True, False])
def test_equivalence_is_shown_refuted_or_left_open(paired):
    a, b = RNG(15).normal(0, 1, (2, 200))
    assert equivalent(a, b, 1.0, paired=paired).verdict == "equivalent"
    assert equivalent(a + 2, b, 1.0, paired=paired).verdict == "different"
    assert equivalent(a, b - 2, 1.0, paired=paired).verdict == "different"
    assert equivalent(a + 1, b, 1.0, paired=paired).verdict == "undecided"


@given(st.integers(2, 30), st.floats(0, 3), st.floats(-4, 4), st.booleans())
def test_equivalence_interval_and_p_value_agree(n, tolerance, shift, paired):
    a, b = RNG(n).normal(0, 1, (2, n))
    result = equivalent(a + shift, b, tolerance, paired=paired)
    if abs(result.p - 0.05) > 1e-6:
        assert result.equivalent == (result.p < 0.05)


def test_welch_agrees_with_scipy():
    a, b = RNG(16).normal(0, 1, 12), RNG(17).normal(0.3, 3, 25)
    result = equivalent(a, b, 2.0, paired=False)
    lower = stats.ttest_ind(a, b - 2.0, equal_var=False, alternative="greater").pvalue
    upper = stats.ttest_ind(a, b + 2.0, equal_var=False, alternative="less").pvalue
    assert result.p == pytest.approx(max(lower, upper))
    expected = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.9)
    assert (result.low, result.high) == pytest.approx((expected.low, expected.high))
    assert (result.n_a, result.n_b) == (12, 25)


@pytest.mark.parametrize("paired", [True, False])
def test_equivalence_with_scarce_data(paired):
    one, two = np.ones(3), np.full(3, 2.0)
    same = equivalent(one, one, 0.0, paired=paired)
    assert (same.verdict, same.p) == ("equivalent", 0.0)
    assert equivalent(two, one, 1.0, paired=paired).equivalent
    assert equivalent(two, one, 0.5, paired=paired).verdict == "different"
    for n in (1, 2):
        for tolerance in (0.5, 5.0):
            found = equivalent(two[:n], one[:n], tolerance, paired=paired)
            assert (found.verdict, found.p) == ("undecided", 1.0)
    assert equivalent([], [], 5.0, paired=paired).verdict == "undecided"
    for tolerance in (-1.0, NAN, math.inf):
        with pytest.raises(InputError, match="tolerance"):
            equivalent([1.0], [1.0], tolerance, paired=paired)
    with pytest.raises(InputError, match="alpha"):
        equivalent([1.0], [1.0], 1.0, paired=paired, alpha=0.5)


def test_only_pairs_need_equal_lengths():
    assert equivalent([1.0, 1.1, 1.2], [1.0, 1.1, 0.9, 1.2], 5.0, paired=False).equivalent
    with pytest.raises(InputError, match="3 and 4"):
        equivalent([1.0, 1.1, 1.2], [1.0, 1.1, 0.9, 1.2], 5.0)


# Survival


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
