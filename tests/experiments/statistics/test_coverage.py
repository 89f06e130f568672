"""The short version of `optichannel validate coverage`."""

import pytest
from scipy import stats

from experiments.statistics.coverage import cases, measure
from tests.support.paths import ROOT

SHORT = 400
BY_NAME = {case.name: case for case in cases()}


@pytest.mark.parametrize("name", [n for n, case in BY_NAME.items() if not case.contrast])
def test_claims_hold_as_often_as_stated(name):
    row = measure(BY_NAME[name], SHORT, seed=2)
    count = round(row.share * SHORT)
    # Fails if chance would explain it less than once in a thousand.
    if row.counts == "wrong":
        assert stats.binomtest(count, SHORT, 0.05, alternative="greater").pvalue > 1e-3
    else:
        assert stats.binomtest(count, SHORT, 0.94, alternative="less").pvalue > 1e-3
    if row.counts == "covered":
        assert stats.binomtest(count, SHORT, 0.96, alternative="greater").pvalue > 1e-3


@pytest.mark.parametrize(
    "name",
    [
        "plain paired t, skewness 2, n 20",
        "plain paired t, ties in three of four, n 2",
        "plain paired t, ties in three of four, n 5",
        "no correction, 5 of 5 equal",
    ],
)
def test_the_short_version_would_notice(name):
    row = measure(BY_NAME[name], 3000, seed=2)
    assert row.low > 0.05 if row.counts == "wrong" else row.high < 0.94


def test_a_row_depends_on_its_name_and_the_seed_alone():
    case = BY_NAME["ratio of means, n 20"]
    assert measure(case, 20, seed=1) == measure(case, 20, seed=1)
    assert measure(case, 200, seed=1).share != measure(case, 200, seed=3).share


def test_recorded_result_has_every_row():
    recorded = (ROOT / "docs/results/coverage.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip() for line in recorded.splitlines() if line.startswith("|")}
    assert rows - {"experiment", "---"} == set(BY_NAME)
