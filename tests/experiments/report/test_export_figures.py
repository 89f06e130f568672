"""A run's figures as files: the page's own description, drawn without a browser."""

from __future__ import annotations

import struct
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from experiments import save_figure
from experiments.report.export.canvas import FORMATS, _legend_columns, _legend_names, image
from experiments.report.export.figures import figures
from experiments.report.export.texts import DASHES, MARKS, colour, is_dark, plain, ticks
from experiments.report.figure import Figure, layout
from experiments.report.palette import DASHES as PAGE_DASHES
from experiments.report.palette import MARKERS, tint
from experiments.running.runner import Settings, run_experiment
from sim import InputError
from tests.support import small_runs
from tests.support.asked_runs import whole
from tests.support.fake_engine import engine
from tests.support.front_runs import config, work
from tests.support.report_data import make_results

SCREEN_ONLY = {
    "hovertext",
    "hovertemplate",
    "hoverinfo",
    "customdata",
    "meta",
    "arrangement",
    "legendgroup",
}
TRACES: dict[str, set[str]] = {
    "scatter": {
        "type", "mode", "name", "x", "y", "error_x", "error_y", "text", "textposition", "textfont",
        "cliponaxis", "marker", "line", "opacity", "fill", "fillcolor", "showlegend",
    },
    "bar": {"type", "orientation", "x", "y", "error_x", "marker", "width", "opacity"},
    "heatmap": {
        "type", "name", "x", "y", "z", "text", "texttemplate", "zmin", "zmax", "colorscale",
        "showscale", "xgap", "ygap",
    },
    "sankey": {"type", "name", "textfont", "node", "link"},
}  # fmt: skip
LAYOUT = {
    "height", "margin", "paper_bgcolor", "plot_bgcolor", "font", "showlegend", "legend",
    "hoverlabel", "hovermode", "dragmode", "xaxis", "yaxis", "annotations",
}  # fmt: skip
AXIS = {
    "title", "automargin", "gridcolor", "zerolinecolor", "linecolor", "ticks", "tickcolor",
    "fixedrange", "zeroline", "zerolinewidth", "range", "rangemode", "minallowed", "maxallowed",
    "tickprefix", "ticksuffix", "dtick", "showgrid", "autorange", "tickvals", "ticktext",
}  # fmt: skip
"""What the drawing knows of Plotly's vocabulary, or may leave out on paper."""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Figure]:
    """Figures of all kinds: a front, a learned policy's curve and map, few and many strategies."""
    front = run_experiment(
        config(),
        engine(work),
        Settings(workers=1, folder=tmp_path_factory.mktemp("front") / "run"),
    )
    learned = {"use": "learned", "params": {"file": "telco"}}
    telco = small_runs.config(
        "telco",
        horizon_days=1,
        replications=2,
        strategies={"own": {"policy": "customer_choice"}, "learned": {"policy": learned}},
    )
    from experiments import run

    trained = run(telco, workers=1, folder=tmp_path_factory.mktemp("learned") / "run")
    runs = {"front": front.results, "learned": trained.results}
    runs |= {"few": make_results(3), "many": make_results(12), "asked": whole()}
    return {f"{k}-{name}": f for k, run in runs.items() for name, f in figures(run).items()}


def test_figures_of_every_kind_are_there(drawn: dict[str, Figure]) -> None:
    kinds = {trace["type"] for figure in drawn.values() for trace in figure.data}
    assert kinds == set(TRACES)
    assert {"front-pareto", "learned-learning-curves", "many-tradeoff"} <= set(drawn)


def test_nothing_is_said_that_the_drawing_does_not_know(drawn: dict[str, Figure]) -> None:
    for name, figure in drawn.items():
        for trace in figure.data:
            assert trace.keys() <= TRACES[trace["type"]] | SCREEN_ONLY, name
        assert figure.layout.keys() <= LAYOUT, name
        for axis in ("xaxis", "yaxis"):
            assert figure.layout.get(axis, {}).keys() <= AXIS, name


def test_every_mark_and_dash_of_the_page_is_known() -> None:
    assert set(MARKERS) == set(MARKS)
    assert set(PAGE_DASHES) == set(DASHES)


def test_all_of_them_are_drawn(drawn: dict[str, Figure]) -> None:
    pytest.importorskip("matplotlib")
    for figure in drawn.values():
        assert len(image(figure, "png", 60)) > 2000


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_is_what_it_says(form: str, drawn: dict[str, Figure], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    results = make_results(4)
    path = save_figure(results, "survival", tmp_path / "new" / f"survival.{form}", width_mm=85)
    data, alt = path.read_bytes(), figures(results)["survival"].alt
    if form == "svg":
        root = ET.fromstring(data)
        assert root.get("width") == f"{85 / 25.4 * 72:.6f}".rstrip("0") + "pt"
        assert any(alt in (part.text or "") for part in root.iter())
    elif form == "pdf":
        assert data.startswith(b"%PDF-")
    else:
        width, _ = struct.unpack(">II", data[16:24])
        assert width == int(85 / 25.4 * 300)
        assert alt.encode() in data
    again = save_figure(make_results(4), "survival", tmp_path / f"again.{form}", width_mm=85)
    assert again.read_bytes() == data


def test_a_strategys_words_are_drawn_as_they_are() -> None:
    pytest.importorskip("matplotlib")
    odd = r"$x_1$ \frac{ & <b>b</b> ^ % #"
    assert plain(odd.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")) == odd
    trace = {"type": "scatter", "mode": "markers", "x": [1], "y": [1], "marker": {"size": 9}}
    named = [{**trace, "name": name} for name in (odd.replace("<", "&lt;"), "_hidden")]
    figure = Figure("odd", named, layout(200), "odd")
    assert _legend_names(figure) == [odd, "_hidden"]
    assert image(figure, "svg", 160)  # neither mathematics nor markup


def test_letters_that_no_font_has_are_named() -> None:
    pytest.importorskip("matplotlib")
    trace = {"type": "scatter", "mode": "markers", "x": [1], "y": [1], "marker": {"size": 9}}
    figure = Figure("odd", [trace], layout(200), "odd", "Plan \U0001f9ff\ue123")
    with pytest.raises(InputError, match=r"no installed font has the letters '.*\ue123'"):
        image(figure, "svg", 160)


def test_a_legend_names_what_no_axis_does(drawn: dict[str, Figure]) -> None:
    assert _legend_names(drawn["few-forest-cost"]) == []
    assert len(_legend_names(drawn["many-tradeoff"])) == 12
    assert _legend_names(drawn["front-pareto"]) == ["Rule", "Others <i>", "not dominated"]
    names = _legend_names(drawn["many-survival"])
    bright = [t["name"] for t in drawn["many-survival"].data if t.get("opacity") == 1]
    assert 0 < len(bright) < 12 and set(names[: len(bright)]) == set(bright)


def test_a_legend_is_no_wider_than_the_paper() -> None:
    assert _legend_columns(["a", "b", "c"], 6.3) == 3
    assert _legend_columns(["a" * 60, "b"], 3.3) == 1
    assert _legend_columns([f"strategy {i}" for i in range(12)], 6.3) == 4


def test_ticks_have_as_many_decimals_as_any_needs() -> None:
    assert ticks([5.9, 5.95, 6.0], "$") == ["$5.90", "$5.95", "$6.00"]
    assert ticks([-1500.0, 0.0, 1e6]) == ["−1,500", "0", "1,000,000"]
    assert ticks([0.1 + 0.2, -0.0], suffix="%") == ["0.3%", "0.0%"]


def test_colours() -> None:
    assert colour("#0072b2") == (0, 0x72 / 255, 0xB2 / 255, 1)
    assert colour(tint("#0072b2", 0.14)) == (0, 0x72 / 255, 0xB2 / 255, 0.14)
    assert is_dark(colour("#08427a")) and not is_dark(colour("#f2f5f9"))


@pytest.mark.parametrize(
    ("name", "file", "width", "message"),
    [
        (
            "survivl",
            "a.svg",
            160,
            "figure: must be one of .*got 'survivl'; did you mean 'survival'",
        ),
        ("survival", "a.gif", 160, r"out: must end in \.svg, \.pdf, \.png; got '.*a\.gif'"),
        ("survival", "a.svg", 2, "width: must be from 30 to 1000 mm; got 2"),
        ("survival", "a.svg", float("nan"), "width: must be from 30 to 1000 mm; got nan"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    name: str, file: str, width: float, message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        save_figure(make_results(3), name, tmp_path / file, width_mm=width)
    assert list(tmp_path.iterdir()) == []


def test_without_matplotlib_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hidden: Any = None
    monkeypatch.setitem(sys.modules, "matplotlib", hidden)
    with pytest.raises(InputError, match=r"needs matplotlib: pip install 'optichannel\[figures\]'"):
        save_figure(make_results(3), "survival", tmp_path / "a.svg")
