"""A run's tables by name, and as files: those of its page, its folder, and its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import polars as pl

from experiments.report.charts.components import component_figures
from experiments.report.export.latex import Table, latex
from experiments.report.formatting import number, per, title
from experiments.report.metrics import headlines
from experiments.report.page import View, prepare
from experiments.report.staff import staff_figures
from experiments.report.tables import Cell, LabelledRow, MetricRow
from experiments.store.results import RunResults
from sim.errors import InputError
from sim.inputs import nearest
from sim.inputs.files import write_atomically
from sim.metrics.metrics import METRICS

FORMATS = (".csv", ".tex")
BEST = "Bold: cannot be told from the best."


def tables(results: RunResults) -> dict[str, Table]:
    """Return the tables of a run by name: the page's, the run folder's, those of its answers."""
    view = prepare(results, METRICS)
    made = [*_by_metric(results, view), *_of_money_and_staff(results, view), *_of_goals(view)]
    page = {table.name: table for table in made if table.rows}
    kept = {name: _kept(name, frame) for name, frame in results.frames().items()}
    if view.differences:
        shown = _differences(results, view, "differences", lambda metric: True)
        kept["differences"] = replace(shown, frame=results.differences)
    return page | kept | _of_answers(results, view)


def save_table(results: RunResults, name: str, path: str | Path) -> Path:
    """Write a table of a run as CSV (unrounded) or LaTeX (as it is shown).

    Args:
        results: the run's, as `RunResults.load` or `run` give it.
        name: the table's; `optichannel table RUN` lists them.
        path: the file; its suffix says the format, `.csv` or `.tex`.

    Raises:
        InputError: no such table or format, or the file cannot be written.
    """
    file, known = Path(path), tables(results)
    if file.suffix.lower() not in FORMATS:
        raise InputError(f"out: must end in {' or '.join(FORMATS)}; got '{path}'")
    if name not in known:
        raise InputError(
            f"table: must be one of {', '.join(known)}; got '{name}'{nearest(name, known)}"
        )
    if file.suffix.lower() == ".csv":
        text = known[name].frame.write_csv()
    else:
        run = f"{results.manifest.get('name')}, {results.manifest.get('revision')}"
        text = latex(known[name], f"optichannel table {name} of run {run}")
    write_atomically(file, text.encode())
    return file


# -- by metric -------------------------------------------------------------------------------


def _by_metric(results: RunResults, view: View) -> Iterable[Table]:
    basis = _basis(results, view)
    labels = [style.label for style in view.styles.values()]
    captions = {"headlines": f"Retention, cost and value by strategy: {basis}."}
    captions |= {name.lower(): f"{name}: {basis}." for name in view.metric_tables}
    groups = {"headlines": view.glance, **{k.lower(): v for k, v in view.metric_tables.items()}}
    for name, rows in groups.items():
        heads = ["Metric", *labels]
        lines: list[list[str | Cell]] = [[_measure(row), *row.cells] for row in rows]
        if len(labels) > len(rows):  # what is more goes downwards
            heads = ["Strategy", *map(_measure, rows)]
            lines = [[label, *(row.cells[i] for row in rows)] for i, label in enumerate(labels)]
        frame = _estimates(results, view, [row.metric.name for row in rows])
        yield Table(name, captions[name], frame, heads, lines, note=_marked(rows))
    leading = {m.name for m in headlines({m.name: m for m in view.metrics}, METRICS).values()}
    if view.differences:
        yield _differences(results, view, "headline_differences", leading.__contains__)


def _basis(results: RunResults, view: View) -> str:
    replications, days = results.manifest.get("replications"), view.setting.days
    over = f" of {days:g} days" if days else ""
    return f"means over {replications} replications{over}, {view.setting.level:.0%} intervals below"


def _measure(row: MetricRow) -> str:
    """Return a metric's label with its unit, without what the label says already."""
    what = per(row.metric.unit)
    unit = row.unit.removesuffix(what).strip() if row.metric.label.endswith(what) else row.unit
    return f"{row.metric.label} ({unit})" if unit else row.metric.label


def _marked(rows: Iterable[MetricRow]) -> str:
    return BEST if any(cell.best for row in rows for cell in row.cells) else ""


def _estimates(results: RunResults, view: View, metrics: Sequence[str]) -> pl.DataFrame:
    """Return the estimates of some metrics, with label and unit, and who may be the best."""
    return _described(
        results.estimates.join(results.best_sets, on=["metric", "strategy"], how="left"),
        view,
        metrics,
    )


def _described(frame: pl.DataFrame, view: View, metrics: Sequence[str]) -> pl.DataFrame:
    currency = view.setting.currency or "currency"
    about = pl.DataFrame(
        {
            "metric": [m.name for m in view.metrics],
            "label": [m.label for m in view.metrics],
            "unit": [m.unit.replace("currency", currency) for m in view.metrics],
        },
        schema=dict.fromkeys(("metric", "label", "unit"), pl.String()),
    )
    order = pl.Enum(list(dict.fromkeys(metrics)))
    wanted = frame.filter(pl.col("metric").is_in(list(metrics)))
    by_metric = wanted.join(about, on="metric", how="left")
    return by_metric.sort(pl.col("metric").cast(order), maintain_order=True)


def _differences(
    results: RunResults, view: View, name: str, chosen: Callable[[str], bool]
) -> Table:
    reference = view.setting.reference
    style = view.styles.get(reference or "")
    rows = [row for row in view.differences if chosen(row.metric.name)]
    names = list(dict.fromkeys(row.metric.name for row in rows))
    return Table(
        name,
        f"Paired differences from {style.label if style else 'the reference'}, "
        f"{view.setting.level:.0%} intervals.",
        _described(results.differences, view, names),
        ["Metric", "Strategy", "Difference", "Interval", "p (Holm)", "Variance ratio"],
        [
            [r.metric.label, r.strategy, r.value, r.interval or "–", r.p, r.variance_ratio]
            for r in rows
        ],
        words=2,
        note="p: two-sided, after Holm's correction over the strategies. Variance ratio: of "
        "unpaired over paired differences, what common random numbers save.",
    )


# -- the page's other tables -----------------------------------------------------------------


def _of_money_and_staff(results: RunResults, view: View) -> Iterable[Table]:
    labels = [style.label for style in view.styles.values()]
    reference = view.styles.get(view.setting.reference or "")
    against = f"; below, the difference from {reference.label}, with interval" if reference else ""
    yield _labelled(
        "components",
        f"Net value per customer by component{against}.",
        component_figures(results, view.styles, view.setting.reference, view.setting.level),
        ["Component", *labels],
        view.components,
    )
    yield _labelled(
        "staff",
        "Paid hours a week by team; below, people and the most on duty at one time.",
        staff_figures(results.manifest, view.styles),
        ["Team", *labels],
        view.staff,
    )


def _labelled(
    name: str,
    caption: str,
    figures: Iterable[Mapping[str, Any]],
    heads: Sequence[str],
    rows: Sequence[LabelledRow],
) -> Table:
    totals = frozenset(place for place, row in enumerate(rows) if row.total)
    shown: list[list[str | Cell]] = [[row.label, *row.cells] for row in rows]
    frame = pl.DataFrame(list(figures)).fill_nan(None)
    return Table(name, caption, frame, heads, shown, totals=totals)


def _of_goals(view: View) -> Iterable[Table]:
    level = f"{view.setting.level:.0%} interval"
    if view.front is not None and view.front.rows:
        yield Table(
            "front",
            "Hypervolume of each family of strategies: the area that it dominates, as a share of "
            "the box between the worst and the best mean on each axis.",
            pl.DataFrame(
                [{"family": r.label, "strategies": r.members, **asdict(r.area)}
                 for r in view.front.rows]
            ).fill_nan(None),
            ["Family", "Strategies", "Hypervolume", f"Difference from {view.front.first}"],
            [
                [r.label, str(r.members), Cell(r.share, r.interval),
                 Cell(r.difference, r.difference_interval)]
                for r in view.front.rows
            ],
        )  # fmt: skip
    if view.gap is not None:
        gap = view.gap
        swept = ["At"] if any(row.place for row in gap.rows) else []
        yield Table(
            "gap",
            f"Gain over {gap.best_rule} in {gap.measure}, and the share of the gap to {gap.bound} "
            f"that it closes, with {level}s.",
            pl.DataFrame([{"at": r.place, "policy": r.label, **r.figures} for r in gap.rows]),
            [*swept, "Policy", "Gain", "Share closed"],
            [
                [
                    *([r.place or "as declared"] if swept else []),
                    r.label,
                    Cell(r.gain, r.gain_interval),
                    Cell(r.closed, r.closed_interval),
                ]
                for r in gap.rows
            ],
            note=gap.note,
        )
    if view.learning is not None and view.learning.trainings:
        rows = view.learning.trainings
        yield Table(
            "trainings",
            "How the learned policies were trained, as their files say.",
            pl.DataFrame([asdict(row) for row in rows]),
            ["Strategy", "Algorithm", "Scenario", "Builds on", "Decisions", "Minutes", "Seed",
             "Held-out gain"],
            [
                [r.label, r.algorithm, r.scenario, r.rule, r.decisions, r.minutes, r.seed,
                 Cell(r.gain, r.gain_interval)]
                for r in rows
            ],
            words=4,
        )  # fmt: skip


def _of_answers(results: RunResults, view: View) -> dict[str, Table]:
    """Return the tables of what the run was asked; what the page does not show is as kept."""
    shown = {
        table.name: Table(
            table.name,
            f"{table.title}.",
            results.answers[table.name],
            table.heads,
            table.rows,
            table.words,
            table.note,
            table.totals,
        )
        for block in view.answers
        for table in block.tables
        if table.name in results.answers
    }
    return shown | {
        name: _kept(name, frame) for name, frame in results.answers.items() if name not in shown
    }


# -- the run folder's tables -----------------------------------------------------------------


def _kept(name: str, frame: pl.DataFrame) -> Table:
    """Return a table of the run folder, its words first."""
    words = sum(kind == pl.String for kind in frame.dtypes)
    order = sorted(frame.columns, key=lambda column: frame.schema[column] != pl.String)
    return Table(
        name,
        f"{title(name)} of the run.",
        frame,
        [title(column) for column in order],
        [[_text(value) for value in row] for row in frame.select(order).iter_rows()],
        words=words,
    )


def _text(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, int | float) else str(value)
