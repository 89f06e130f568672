"""Fronts, hypervolumes and gaps: the arithmetic, the config, and the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from experiments import ExperimentConfig
from experiments.report import render_page
from experiments.report.page import prepare
from experiments.running.config.fronts import Gap
from experiments.running.runner import Settings, run_experiment
from experiments.statistics import areas, hypervolume, undominated
from experiments.statistics import ratio_of_means as closed
from sim import InputError
from tests.support.fake_engine import FakeResult, engine
from tests.support.front_runs import GAIN, METRICS, RAW, config, work


def test_undominated_and_hypervolume_by_hand() -> None:
    points = [(1, 3), (2, 2), (3, 1), (1, 1), (2, 2), (np.nan, 9)]
    assert undominated(points) == [0, 1, 2]
    assert hypervolume(points, (0, 0)) == 6  # 3 + 2 + 1
    assert hypervolume(points, (1, 1)) == 1
    assert hypervolume([(-1, 5), (5, -1)], (0, 0)) == 0
    assert hypervolume([], (0, 0)) == 0


def test_points_that_are_refused() -> None:
    with pytest.raises(InputError, match="two numbers per point"):
        hypervolume([(1, 2, 3)], (0, 0))
    with pytest.raises(InputError, match="two finite numbers"):
        hypervolume([(1, 2)], (0, np.nan))
    with pytest.raises(InputError, match="same replications"):
        areas({"a": np.zeros((3, 1, 2)), "b": np.zeros((4, 1, 2))})
    with pytest.raises(InputError, match="needs shape"):
        areas({"a": np.zeros((3, 2))})


@given(arrays(float, st.tuples(st.integers(1, 8), st.just(2)), elements=st.integers(0, 6)))
def test_hypervolume_counts_the_dominated_cells(points: Any) -> None:
    cells = sum(any(p[0] > x and p[1] > y for p in points) for x in range(7) for y in range(7))
    assert hypervolume(points, (0, 0)) == cells
    front = undominated(points)
    assert hypervolume(points[front], (0, 0)) == cells
    for i in front:
        assert not any((p >= points[i]).all() and (p > points[i]).any() for p in points)


def test_areas_are_free_of_common_luck_and_keep_the_pairing() -> None:
    rng = np.random.default_rng(3)
    base = {"a": np.array([[0.0, 1.0], [0.5, 0.5]]), "b": np.array([[1.0, 0.6]])}
    noise = 50 * rng.normal(size=(30, 1, 2))
    found = areas({name: points[None] + noise for name, points in base.items()})
    # Without the common luck nothing is left to chance. Box: 0–1 by 0.5–1.
    assert found["a"].share == pytest.approx(0.0)
    assert found["b"].share == pytest.approx(0.2)
    assert found["b"].low == pytest.approx(0.2) and found["b"].high == pytest.approx(0.2)
    assert found["b"].difference == pytest.approx(0.2)
    assert np.isnan(found["a"].difference)
    own = {name: points[None] + 0.05 * rng.normal(size=(30, *points.shape))
           for name, points in base.items()}  # fmt: skip
    noisy = areas(own)
    assert noisy["b"].low < noisy["b"].share < noisy["b"].high
    assert noisy["b"].difference_low < noisy["b"].difference < noisy["b"].difference_high
    assert areas(own) == areas(own) or np.isnan(areas(own)["a"].difference)


def test_a_sweep_makes_strategies_and_does_so_once() -> None:
    found = config()
    names = ["plain", "rule", "better", "bound", "rule w1", "rule w2", "rule w3"]
    assert list(found.strategies) == names
    assert found.strategies["rule w2"].policy.params == {"k": 1, "w": 1, "v": 6}
    assert found.strategies["rule w2"].title == "Rule 2"
    again = ExperimentConfig.model_validate_json(found.model_dump_json())
    assert again == found


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"families": {"f": {"members": ["plian"]}}}, "got 'plian'; did you mean 'plain'"),
        ({"families": {"f": {"of": "rle", "sweep": {"w": [1]}}}}, "got 'rle'; did you mean 'rule'"),
        ({"families": {"f": {"of": "rule"}}}, "sweep needs of, and of needs sweep"),
        ({"families": {"f": {}}}, "give either members, or of with sweep"),
        (
            {"families": {"f": {"of": "rule", "sweep": {"w": [1], "v": [1, 2]}}}},
            "lists must be of one length",
        ),
        ({"families": {}}, "families"),
    ],
)
def test_fronts_that_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        config(pareto=changes)
    assert said in str(caught.value)


def test_gaps_that_are_refused() -> None:
    with pytest.raises(InputError, match=r"gap\.bound: must be one of the strategies; got 'bund'"):
        config(gap=RAW["gap"] | {"bound": "bund"})


def test_unknown_metrics_are_refused_before_anything_runs() -> None:
    from experiments.running.engine import check_metrics

    bad = config(pareto=RAW["pareto"] | {"metrics": ["retention", "csot"]})
    with pytest.raises(InputError, match=r"pareto\.metrics: unknown metric 'csot'; did you mean"):
        check_metrics(bad, METRICS)
    with pytest.raises(InputError, match=r"gap\.metric: unknown metric 'nett'"):
        check_metrics(config(gap=RAW["gap"] | {"metric": "nett"}), METRICS)
    check_metrics(config(), METRICS)


def test_a_gap_is_a_ratio_of_means() -> None:
    rng = np.random.default_rng(1)
    room = 2 + 0.1 * rng.normal(size=200)
    found = closed(0.25 * room + 0.01 * rng.normal(size=200), room, 0.95)
    assert found.low < 0.25 < found.high
    assert found.high - found.low < 0.01
    assert Gap(rules=("a",), policies=("b",), bound="c").weights == {"net_value_per_customer": 1.0}


def test_the_page_shows_what_the_config_declares(tmp_path: Path) -> None:
    results = run_experiment(config(), engine(work), Settings(1, tmp_path / "run")).results
    results.manifest["bounds"] = ["bound"]
    view = prepare(results, METRICS)
    assert view.gap is not None and view.front is not None
    assert (view.gap.best_rule, view.gap.measure) == ("Plain", "100 × retention + -1 × cost")
    closed_by = {row.label: row.closed for row in view.gap.rows}
    assert closed_by["Better"] == "50%" and closed_by["<b>Bound</b>"] == "100%"
    by_family = {row.label: row for row in view.front.rows}
    # Box: retention 0.80–0.83, cost 100–104; `better` is best in both, `rule` on the border.
    assert by_family["Others <i>"].share == "100.0%"
    assert view.front.on_front == ["Better"]
    (figure,) = view.front.section.figures
    assert [trace["name"] for trace in figure.data] == ["not dominated", "Rule", "Others &lt;i&gt;"]
    assert "w 1, v 6" in figure.data[1]["hovertext"][1]
    html = render_page(results, METRICS)
    assert 'id="pareto"' in html and 'id="gap"' in html
    assert "Others <i>" not in html and "<b>Bound</b>" not in html.split("<script")[0]


def test_without_a_gap_to_close_no_share_is_given(tmp_path: Path) -> None:
    gap = RAW["gap"] | {"bound": "plain", "rules": ["rule"], "policies": ["better"]}
    results = run_experiment(
        config(gap=gap, pareto=None), engine(work), Settings(1, tmp_path / "run")
    ).results
    view = prepare(results, METRICS)
    assert view.gap is not None and view.front is None
    assert "no gap of which a share could be given" in view.gap.note
    assert {row.closed for row in view.gap.rows} == {"–"}


def test_a_gap_is_given_at_each_place_of_a_sweep(tmp_path: Path) -> None:
    """The swept weight is worth the same to all; the bound loses its lead where k is 1."""

    def levelled(config: ExperimentConfig, strategy: str, replication: int) -> FakeResult:
        found = work(config, strategy, replication)
        k = config.strategies[strategy].policy.params.get("k", 0)
        for name, gain in GAIN.items():
            if strategy.startswith(f"sweep {name}"):
                found.metrics["retention"] += gain * (not (k and name == "bound"))
        found.metrics["net_value_per_customer"] = found.metrics["retention"]
        return found

    asked = config(
        pareto=None,
        sweep={"keys": {"policy.k": [0, 1]}, "strategies": ["plain", "rule", "better", "bound"]},
        lifetime_value=False,
    )
    results = run_experiment(asked, engine(levelled), Settings(1, tmp_path / "run")).results
    gap = prepare(results, METRICS).gap
    assert gap is not None
    closed = {(row.place, row.label): row.closed for row in gap.rows}
    assert [closed[at, "Better"] for at in ("", "policy.k 0", "policy.k 1")] == ["50%", "50%", "–"]
    assert "here (policy.k 1)" in gap.note
    assert "as declared" in render_page(results, METRICS)


def test_two_replications_show_no_gap(tmp_path: Path) -> None:
    found = []
    for n in (2, 3):
        results = run_experiment(
            config(replications=n, pareto=None), engine(work), Settings(1, tmp_path / f"run{n}")
        ).results
        gap = prepare(results, METRICS).gap
        assert gap is not None
        found.append(gap)
    assert {row.closed for row in found[0].rows} == {"–"} and "no gap" in found[0].note
    assert "–" not in {row.closed for row in found[1].rows} and not found[1].note


def test_figures_are_valid_plotly(tmp_path: Path) -> None:
    import plotly.graph_objects as go

    results = run_experiment(config(), engine(work), Settings(1, tmp_path / "run")).results
    view = prepare(results, METRICS)
    assert view.front is not None
    for figure in view.front.section.figures:
        go.Figure(data=figure.data, layout=figure.layout)
