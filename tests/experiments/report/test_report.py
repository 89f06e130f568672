"""The page of a run: verdict, figures, tables, and the file they end in."""

from __future__ import annotations

import errno
import html
import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import RunResults
from experiments.report import render_page, write_page
from experiments.report.charts.flows import contrasts
from experiments.report.charts.knowledge import GROUP
from experiments.report.formatting import MINUS, decimals_for, difference_scale, scale_for
from experiments.report.metrics import TABLE_GROUPS, headlines
from experiments.report.page import prepare
from experiments.report.palette import MANY, spotlight, styles_for
from experiments.report.tables import basis
from experiments.report.verdict.verdict import verdict
from experiments.report.verdict.wording import Effect, RunContext, phrase
from experiments.store.results import FORMAT_VERSION, SCHEMAS, empty
from sim import InputError
from sim.metrics.kpis import METRICS as KPIS
from sim.metrics.metrics import Metric
from tests.support.report_data import INFO, make_results

SETTING = RunContext(reference="multichannel", days=90, currency="USD")
METRICS: dict[str, Metric] = dict(INFO)
HEADS = ("retention", "cost_per_customer", "net_per_customer")


def figures_in(page: str) -> dict[str, Any]:
    """The figures embedded in a page."""
    found = re.search(r'<script type="application/json" id="figures">(.*?)</script>', page, re.S)
    assert found is not None
    figures: dict[str, Any] = json.loads(found[1])
    return figures


def differences(
    *rows: tuple[str, tuple[float, float, float], tuple[float, float, float], float],
) -> pl.DataFrame:
    """Rows of (strategy, retention, cost, p_holm); each of mean, low and high; net = 60 r - c."""
    out = []
    for strategy, kept, cost, p in rows:
        net = tuple(60 * k - c for k, c in zip(kept, (cost[0], cost[2], cost[1]), strict=True))
        for metric, (mean, low, high) in zip(HEADS, (kept, cost, net), strict=True):
            out.append((strategy, "multichannel", metric, mean, low, high, p, p, 10.0))
    return pl.DataFrame(out, schema=SCHEMAS["differences"], orient="row")


def estimates(*strategies: str) -> pl.DataFrame:
    """An estimate of every headline metric for each strategy."""
    rows = [
        (s, m, v, 0.99 * v, 1.01 * v, 20)
        for s in strategies
        for m, v in zip(HEADS, (0.9, 14.0, 60.0), strict=True)
    ]
    return pl.DataFrame(rows, schema=SCHEMAS["estimates"], orient="row")


def say(table: pl.DataFrame, best: tuple[str, ...] = (), **changes: Any) -> str:
    """Headline and detail for differences from multichannel."""
    names = ["multichannel", *table["strategy"].unique(maintain_order=True)]
    sets = [("net_per_customer", name, name in best) for name in names]
    best_sets = pl.DataFrame(sets, schema=SCHEMAS["best_sets"], orient="row")
    found = verdict(estimates(*names), table, best_sets, METRICS, replace(SETTING, **changes))
    return f"{found.headline} {found.detail}"


def test_verdict_better_in_both() -> None:
    text = say(differences(("optichannel", (0.031, 0.024, 0.038), (-1.2, -1.6, -0.8), 0.001)))
    assert text.startswith(
        "Optichannel keeps 31 more customers per 1,000 over 90 days than Multichannel "
        "(95% interval 24 to 38) and costs $1.20 less per customer ($0.80 to $1.60)."
    )
    assert "Net of all, it gains $3.06 per customer over 90 days (" in text


def test_verdict_mixed_says_but() -> None:
    text = say(differences(("omnichannel", (0.031, 0.024, 0.038), (1.2, 0.8, 1.6), 0.001)))
    assert "keeps 31 more" in text
    assert "but costs $1.20 more per customer ($0.80 to $1.60)" in text


def test_verdict_not_distinguishable() -> None:
    text = say(differences(("omnichannel", (0.001, -0.003, 0.005), (0.1, -0.2, 0.4), 0.6)))
    assert text.startswith("No difference could be shown between Omnichannel and Multichannel")
    assert f"retention differs by {MINUS}3 to +5 customers per 1,000" in text
    assert f"cost differs by {MINUS}$0.20 to +$0.40 per customer" in text
    assert "is open" in text


def test_verdict_on_identical_strategies() -> None:
    text = say(differences(("twin", (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 1.0)))
    assert text.startswith(
        "No difference could be shown between Twin and Multichannel over 90 days: "
        "retention is the same in all replications and cost is the same in all replications."
    )


def test_ties_are_told_with_their_number() -> None:
    table = differences(("twin", (0.0, -0.0002, 0.0002), (0.0, 0.0, 0.0), 1.0))
    text = say(table.with_columns(n=pl.lit(5), ties=pl.lit(5)))
    assert "retention is the same in all 5 replications and cost is the same in all 5" in text
    assert "the same in both replications" in say(table.with_columns(n=pl.lit(2), ties=pl.lit(2)))
    some = say(table.with_columns(n=pl.lit(5), ties=pl.lit(4)))
    assert f"retention differs by {MINUS}0.20 to +0.20 customers per 1,000" in some


def test_two_replications_show_nothing() -> None:
    table = differences(("omnichannel", (0.031, 0.024, 0.038), (-1.2, -1.6, -0.8), 1.0))
    text = say(table.with_columns(n=pl.lit(2), ties=pl.lit(0)))
    assert text.startswith("No difference could be shown")
    assert "+24 to +38 customers per 1,000, which needs 3 replications to be shown" in text
    assert not Effect.of(METRICS["retention"], {**table.row(0, named=True), "n": 2}).shown


@pytest.mark.parametrize(
    ("mean", "half", "said"),
    [
        (-0.0003, None, "keeps 0.3 fewer customers per 1,000"),
        (0.00004, None, "keeps 0.04 more customers per 1,000"),
        (-0.000004, 0.000001, "keeps 0.0040 fewer customers per 1,000"),
        (0.0, None, "keeps no more and no fewer customers per 1,000"),
        (-1e-13, None, "keeps no more and no fewer customers per 1,000"),
        (0.031, None, "keeps 31 more customers per 1,000"),
    ],
)
def test_what_is_not_nothing_is_not_shown_as_0(mean: float, half: float | None, said: str) -> None:
    ends = (None, None) if half is None else (mean - half, mean + half)
    effect = Effect(METRICS["retention"], mean, *ends, None if half is None else 0.001)
    assert phrase("retention", effect, SETTING) == said


def test_a_cost_of_nothing_and_next_to_nothing() -> None:
    cost = METRICS["cost_per_customer"]
    nothing, little = (Effect(cost, mean, None, None) for mean in (0.0, -0.0004))
    assert phrase("cost", nothing, SETTING) == "costs no more and no less per customer"
    assert phrase("cost", little, SETTING) == "costs $0.0004 less per customer"


def test_axes_stay_within_what_is_possible() -> None:
    results = make_results(3)
    high = pl.when(pl.col("metric") == "retention").then(1.0).otherwise(pl.col("high"))
    results = replace(results, estimates=results.estimates.with_columns(high=high))
    figures = figures_in(render_page(results, METRICS))
    plot = figures["tradeoff"]["layout"]
    assert plot["yaxis"]["range"][1] <= 100 == plot["yaxis"]["maxallowed"]
    assert plot["xaxis"]["range"][0] >= 0 == plot["xaxis"]["minallowed"]
    assert figures["survival"]["layout"]["yaxis"]["maxallowed"] == 100


def test_the_only_strategy_with_a_figure_is_not_called_the_best() -> None:
    results = make_results(3)
    names = results.estimates["strategy"].unique(maintain_order=True).to_list()
    only = (pl.col("metric") != "occupancy") & (pl.col("metric") != "retention")
    only |= pl.col("strategy") == names[0]
    mean = pl.when(only).then(pl.col("mean"))
    sets = results.best_sets.with_columns(in_best_set=pl.col("strategy") == names[0])
    results = replace(results, estimates=results.estimates.with_columns(mean=mean), best_sets=sets)
    heads = {row.metric.name: row for row in prepare(results, METRICS).glance}
    assert not any(cell.best for cell in heads["retention"].cells)
    assert heads["cost_per_customer"].cells[0].best


def test_verdict_one_respect_only() -> None:
    text = say(differences(("omnichannel", (0.031, 0.024, 0.038), (0.1, -0.2, 0.4), 0.001)))
    assert "keeps 31 more" in text
    assert "otherwise no difference could be shown: cost differs by" in text


def test_verdict_when_the_reference_is_best() -> None:
    text = say(differences(("omnichannel", (-0.02, -0.03, -0.01), (1.2, 0.8, 1.6), 0.001)))
    assert text.startswith(
        "No alternative does better than Multichannel: the nearest, Omnichannel, keeps 20 fewer"
    )
    assert "loses $" in text


def test_verdict_respects_correction_for_many_comparisons() -> None:
    clear = say(differences(("omnichannel", (0.01, 0.001, 0.02), (-1.0, -1.9, -0.1), 0.01)))
    corrected = say(differences(("omnichannel", (0.01, 0.001, 0.02), (-1.0, -1.9, -0.1), 0.2)))
    assert clear.startswith("Omnichannel keeps")
    assert corrected.startswith("No difference could be shown")
    assert "no longer clear of zero when corrected for many comparisons" in corrected
    assert "no longer clear of zero when corrected for many comparisons" in corrected


def test_verdict_picks_by_net_and_never_recommends_a_bound() -> None:
    table = differences(
        ("omnichannel", (0.01, 0.008, 0.012), (-0.2, -0.3, -0.1), 0.001),
        ("optichannel", (0.03, 0.024, 0.036), (-0.2, -0.3, -0.1), 0.001),
        ("oracle", (0.09, 0.084, 0.096), (-0.2, -0.3, -0.1), 0.001),
    )
    assert say(table).startswith("Oracle")
    assert say(table, bounds=frozenset({"oracle"})).startswith("Optichannel")


def test_verdict_names_the_best_set() -> None:
    table = differences(
        ("omnichannel", (0.029, 0.024, 0.036), (-0.2, -0.3, -0.1), 0.001),
        ("optichannel", (0.03, 0.024, 0.036), (-0.2, -0.3, -0.1), 0.001),
    )
    both = say(table, best=("omnichannel", "optichannel"))
    assert (
        "On net value over 90 days, Omnichannel and Optichannel cannot be told apart as the best."
        in both
    )
    assert "it is ahead of all others" in say(table, best=("optichannel",))


def test_verdict_of_one_strategy() -> None:
    sets, none = empty("best_sets"), empty("differences")
    found = verdict(estimates("bank"), none, sets, METRICS, replace(SETTING, reference=None))
    assert found.headline.startswith(
        "Bank keeps 900 of 1,000 customers over 90 days (95% interval 891 to 909), costs $14.00"
    )
    assert "nothing to compare" in found.detail
    assert found.candidate is None


def test_verdict_of_one_replication_claims_nothing() -> None:
    view = prepare(make_results(3, replications=1), METRICS)
    assert view.verdict.headline.startswith("In the single replication of this run")
    assert "cannot tell a strategy's effect from luck" in view.verdict.detail


def test_verdict_without_headline_metrics() -> None:
    table = estimates("a", "b").with_columns(metric=pl.lit("waits"))
    found = verdict(table, empty("differences"), empty("best_sets"), METRICS, SETTING)
    assert found.headline == "This run measured neither retention, nor cost, nor net value."


@given(st.floats(-0.2, 0.2), st.floats(0.0005, 0.1), st.floats(-5, 5), st.floats(0.02, 3))
def test_verdict_never_claims_what_intervals_do_not_show(
    kept: float, half: float, cost: float, width: float
) -> None:
    row = (kept, kept - half, kept + half), (cost, cost - width, cost + width)
    text = say(differences(("omnichannel", *row, 0.001)))
    assert (" customers per 1,000 over" in text) == (abs(kept) > half)
    assert ("costs $" in text) == (abs(cost) > width)


@pytest.mark.parametrize(
    ("unit", "value", "half", "text"),
    [
        ("share", 0.91234, 0.0068, "91.2%"),
        ("currency/customer", 14.07, 0.2, "$14.07"),
        ("currency", 1_448_000.0, 11_000.0, "$1.448M"),
        ("s", 58.3, 6.0, "58 s"),
        ("s", 40_000.0, 4000.0, "11.1 h"),
        ("h", 100.4, 10.0, "100 h"),
        ("score", -0.6079, 0.0098, f"{MINUS}0.608"),
        ("contacts/journey", 1.4214, None, "1.42"),
    ],
)
def test_numbers_are_rounded_to_their_interval(
    unit: str, value: float, half: float | None, text: str
) -> None:
    scale = scale_for(unit, [value], "USD")
    assert scale.show(value, decimals_for([value], [half], scale.factor)) == text


def test_differences_of_shares_are_percentage_points() -> None:
    scale = difference_scale(scale_for("share", [0.02], "USD"))
    assert scale.interval(-0.012, 0.034, 1, signed=True) == f"{MINUS}1.2 to +3.4 pp"


def test_the_simulators_metrics_have_their_headlines_and_groups() -> None:
    assert [m.name for m in headlines(KPIS, KPIS).values()] == [
        "retention",
        "cost_per_customer",
        "expected_value_per_customer",
        "net_value_per_customer",
    ]
    grouped = {group for groups in TABLE_GROUPS.values() for group in groups}
    assert {metric.group for metric in KPIS.values()} <= grouped | {GROUP}  # has its own section


def test_metrics_without_any_value_are_left_out() -> None:
    results = make_results(3)
    blank = pl.when(pl.col("metric") != "satisfaction").then(pl.col("mean"))
    page = render_page(
        replace(results, estimates=results.estimates.with_columns(mean=blank)), METRICS
    )
    assert "Mean satisfaction after a journey" not in page


def test_missing_values_are_a_dash() -> None:
    scale = scale_for("s", [None, float("nan")], "USD")
    assert [scale.show(v, 1) for v in (None, float("nan"))] == ["–", "–"]


@pytest.mark.parametrize("strategies", [1, 3, 12])
def test_every_figure_is_valid_and_has_axis_titles(strategies: int) -> None:
    figures = figures_in(render_page(make_results(strategies), METRICS))
    assert len(figures) > 10
    for name, figure in figures.items():
        drawn = go.Figure(figure)  # raises on any property that Plotly does not know
        assert drawn.data, name
        assert drawn.layout.height == figure["layout"]["height"]
        if drawn.data[0].type != "sankey":
            assert drawn.layout.xaxis.title.text, name
            named_rows = isinstance(drawn.data[0].y[0], str)
            assert named_rows or drawn.layout.yaxis.title.text, name


def test_a_strategy_has_one_colour_all_over_the_page() -> None:
    view = prepare(make_results(12), METRICS)
    colours: dict[str, set[str]] = {}
    for section in view.sections.values():
        for trace in (trace for figure in section.figures for trace in figure.data):
            colour = trace.get("line", trace.get("marker", {})).get("color")
            if trace["type"] == "scatter" and colour:
                colours.setdefault(trace["meta"], set()).add(colour)
    for name, style in view.styles.items():
        assert colours[name] <= {style.colour, "#ffffff"}
    looks = {(s.colour, s.marker) for s in view.styles.values()}
    assert len(looks) == 12
    assert len({s.colour for s in view.styles.values()}) == 12


def test_many_strategies_leave_the_chosen_ones_bright() -> None:
    names = [f"s{i}" for i in range(MANY + 1)]
    styles = styles_for(names, "s0")
    bright = [n for n, s in spotlight(styles, ["s0", "s3"]).items() if not s.faint]
    assert bright == ["s0", "s3"]
    few = styles_for(names[:MANY], "s0")
    assert spotlight(few, ["s0"]) == few


@pytest.mark.parametrize(
    ("frame", "section", "sentence"),
    [
        ("hourly", "waits", "Waits over the day are not drawn"),
        ("hourly", "occupancy", "Occupancy is not drawn"),
        ("flows", "flows", "No flow between channels is drawn"),
        ("survival", "survival", "No survival curve is drawn"),
        ("decisions", "decisions", "Decisions are not drawn"),
        ("differences", "forest", "No differences are drawn"),
        ("estimates", "tradeoff", "Retention against cost is not drawn"),
        ("provenance", "", "states no provenance"),
    ],
)
def test_missing_data_leave_a_sentence(frame: str, section: str, sentence: str) -> None:
    changed: dict[str, Any] = {frame: empty(frame)}
    results = replace(make_results(3), **changed)
    page = render_page(results, METRICS)
    assert sentence in page
    if section:
        assert not prepare(results, METRICS).sections[section].figures


def test_the_share_of_assumed_numbers_is_said() -> None:
    assert basis([("fitted", 3), ("published", 5), ("assumed", 1992)]) == (
        "99% of the 2,000 numbers behind this are assumed; 3 fitted and 5 published."
    )
    assert basis([("fitted", 999), ("assumed", 1)]).startswith("1% of the 1,000 numbers")
    assert basis([("fitted", 7)]) == "0% of the 7 numbers behind this are assumed; 7 fitted."
    assert basis([("assumed", 7)]) == "100% of the 7 numbers behind this are assumed."
    assert "treat all of them as assumed" in basis([])
    page = render_page(make_results(3), METRICS)
    assert page.index('id="verdict"') < page.index('class="basis"') < page.index("<main>")


def test_an_empty_run_still_makes_a_page() -> None:
    page = render_page(RunResults.build({}, {"name": "nothing"}), METRICS)
    assert figures_in(page) == {}
    assert "<title>nothing</title>" in page


def test_flows_keep_their_starts_and_say_what_they_leave_out() -> None:
    section = prepare(make_results(3), METRICS).sections["flows"]
    for figure in section.figures:
        node, link = figure.data[0]["node"], figure.data[0]["link"]
        starts = set(link["source"]) - set(link["target"])
        assert {node["customdata"][i][-1] for i in starts} == {"1"}
    assert re.search(r"left out \(at most \d+\.\d% of moves\)", section.missing)


def test_contrasts_tell_the_largest_gap() -> None:
    rows = [
        ("multichannel", "entry", "route_phone", 0.9, 900.0),
        ("multichannel", "entry", "route_app", 0.1, 100.0),
        ("optichannel", "entry", "route_phone", 0.4, 400.0),
        ("optichannel", "entry", "route_app", 0.6, 600.0),
    ]
    table = pl.DataFrame(rows, schema=SCHEMAS["decisions"], orient="row")
    results = replace(make_results(3), decisions=table)
    assert prepare(results, METRICS).contrasts == [
        "Optichannel takes “Route app” in 60% of its entry decisions, Multichannel in 10%."
    ]


def test_contrasts_begin_with_the_verdicts_strategy() -> None:
    rows = [
        (name, "entry", action, share, 1000 * share)
        for name, phone in (("multichannel", 0.9), ("omnichannel", 0.1), ("optichannel", 0.5))
        for action, share in (("phone", phone), ("app", 1 - phone))
    ]
    table = pl.DataFrame(rows, schema=SCHEMAS["decisions"], orient="row")
    styles = styles_for(["multichannel", "omnichannel", "optichannel"], "multichannel")
    first = [
        contrasts(table, styles, "multichannel", candidate)[0].split()[0]
        for candidate in (None, "optichannel")
    ]
    assert first == ["Omnichannel", "Optichannel"]


def test_the_page_holds_every_metric_and_its_definition() -> None:
    page = html.unescape(render_page(make_results(3), METRICS))
    for metric in INFO.values():
        assert page.count(metric.label) >= 2
        assert page.count(metric.definition) >= 2


def test_undescribed_metrics_are_shown_by_name() -> None:
    results = make_results(2)
    one = pl.DataFrame(
        [("multichannel", "odd_metric", 3.25, 3.0, 3.5, 20)], results.estimates.schema, orient="row"
    )
    page = render_page(replace(results, estimates=results.estimates.vstack(one)), METRICS)
    assert "Odd metric" in page


def test_a_best_mark_stands_where_the_best_set_says() -> None:
    results = make_results(3)
    rows = {
        row.metric.name: [cell.best for cell in row.cells]
        for rows in prepare(results, METRICS).metric_tables.values()
        for row in rows
    }
    order = ["multichannel", "omnichannel", "optichannel"]
    for name, marks in rows.items():
        of = results.best_sets.filter((pl.col("metric") == name) & pl.col("in_best_set"))
        best = set(of["strategy"])
        assert marks == [len(best) < 3 and s in best for s in order], name
    assert any(any(marks) for marks in rows.values())


def test_user_text_is_escaped_everywhere() -> None:
    evil = "<img src=x onerror=alert(1)>"
    results = make_results(3)
    frames = {
        n: f.with_columns(pl.col("strategy").replace("optichannel", evil))
        if "strategy" in f.columns
        else f
        for n, f in results.frames().items()
    }
    frames["provenance"] = results.provenance.with_columns(source=pl.lit("</script>" + evil))
    manifest = {**results.manifest, "title": evil, "description": evil, "config": {"k": evil}}
    info = {
        **METRICS,
        "retention": Metric("retention", evil, "share", "retention", "higher", evil),
    }
    page = render_page(RunResults.build(frames, manifest), info)
    assert "<img" not in page.split("<script>")[0]
    figures = figures_in(page)
    for name, figure in figures.items():
        # `meta` is only compared with the legend's buttons, never written into the page.
        traces = [{k: v for k, v in trace.items() if k != "meta"} for trace in figure["data"]]
        assert "<img" not in json.dumps([traces, figure["layout"]]), name


def test_titles_from_the_config_name_the_strategies() -> None:
    results = make_results(3)
    config = {"strategies": {"optichannel": {"title": "Steered", "policy": {"use": "index"}}}}
    page = render_page(replace(results, manifest={**results.manifest, "config": config}), METRICS)
    assert 'id="verdict">Steered keeps' in page


def test_a_bound_is_shown_but_not_recommended() -> None:
    results = make_results(3)
    assert prepare(results, METRICS).verdict.candidate == "optichannel"
    marked = replace(results, manifest={**results.manifest, "bounds": ["optichannel"]})
    assert prepare(marked, METRICS).verdict.candidate == "omnichannel"
    page = render_page(marked, METRICS)
    assert "Optichannel (bound)" in page
    assert "Optichannel: a bound that sees what no firm can see" in page


def test_the_written_page_is_whole_and_needs_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"
    write_page(make_results(12), path, METRICS)
    page = path.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") and page.rstrip().endswith("</html>")
    assert page.count("plotly.js v") == 1
    markup = re.sub(r"<script>.*?</script>", "", page, flags=re.S)
    assert not re.search(r'(src|href)="(?!#|data:)', markup)
    assert path.stat().st_size < 5.2e6
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]


def test_results_survive_the_folder(tmp_path: Path) -> None:
    results = make_results(3)
    results.save(tmp_path / "run")
    again = RunResults.load(tmp_path / "run")
    for name, frame in results.frames().items():
        assert frame.equals(again.frames()[name]), name
    assert again.manifest == {**results.manifest, "format_version": FORMAT_VERSION}


def test_saving_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_results(3).save(tmp_path / name)
    files = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert files == sorted([*(f"{n}.parquet" for n in SCHEMAS), "manifest.json"])
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_another_version_is_refused(tmp_path: Path) -> None:
    make_results(1).save(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["format_version"] = FORMAT_VERSION + 1
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match=rf"format_version must be {FORMAT_VERSION}, got"):
        RunResults.load(tmp_path)


def test_a_damaged_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no finished run folder"):
        RunResults.load(tmp_path)
    make_results(1).save(tmp_path)
    (tmp_path / "flows.parquet").write_bytes(b"not parquet")
    with pytest.raises(InputError, match=r"flows\.parquet: is not as the run wrote it"):
        RunResults.load(tmp_path)
    (tmp_path / "flows.parquet").unlink()
    with pytest.raises(InputError, match="lacks the table flows"):
        RunResults.load(tmp_path)
    (tmp_path / "manifest.json").write_text("[1]")
    with pytest.raises(InputError, match="format_version"):
        RunResults.load(tmp_path)
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(InputError, match="cannot be read as JSON"):
        RunResults.load(tmp_path)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("not a folder")
    with pytest.raises(InputError, match="cannot be written"):
        make_results(1).save(tmp_path / "run")


def test_malformed_tables_are_refused() -> None:
    flows = make_results(1).flows
    with pytest.raises(InputError, match="lacks the column 'target'"):
        RunResults.build({"flows": flows.drop("target")}, {})
    with pytest.raises(InputError, match="values of the wrong type"):
        RunResults.build({"flows": flows.with_columns(contacts=pl.lit("many"))}, {})
    with pytest.raises(InputError, match="unknown table 'flow'"):
        RunResults.build({"flow": flows}, {})


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_failed_write_leaves_the_old_file_and_no_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def fail(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    reason = "disk is full" if code == errno.ENOSPC else os.strerror(code)
    with pytest.raises(InputError, match=reason):
        write_page(make_results(1), path, METRICS)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_an_interrupted_save_leaves_no_finished_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_results(2).save(tmp_path)
    calls = iter(range(100))

    def fail_later(_: int) -> None:
        if next(calls) == 3:
            raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", fail_later)
    with pytest.raises(InputError, match="disk is full"):
        make_results(3).save(tmp_path)
    with pytest.raises(InputError, match="no finished run folder"):
        RunResults.load(tmp_path)
