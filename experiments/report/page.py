"""The page itself: tables and figures put into the template, everything inside one file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup

from experiments.questions.results import Answers
from experiments.report import html, tables
from experiments.report.answers.blocks import Block, blocks_of
from experiments.report.charts.answers import (
    effects_figures,
    factorial_figures,
    leaving_figures,
    levers_figures,
    sweep_figures,
)
from experiments.report.charts.compare import forests, tradeoff
from experiments.report.charts.components import components
from experiments.report.charts.flows import contrasts, decisions, flows
from experiments.report.charts.front import Front, front
from experiments.report.charts.gap import GapView, gap
from experiments.report.charts.knowledge import GROUP, knowledge_rows
from experiments.report.charts.learned import LearningView, learning
from experiments.report.charts.time_series import occupancies, survival, waits
from experiments.report.figure import Figure, Section
from experiments.report.metrics import against, apart, complete, headlines
from experiments.report.palette import Style, spotlight, styles_for
from experiments.report.staff import staff_rows
from experiments.report.verdict.verdict import Verdict, verdict
from experiments.report.verdict.wording import RunContext, Size
from experiments.store.results import RunResults
from sim.metrics.metrics import EXPECTED, METRICS, Metric


def write_page(
    results: RunResults, path: Path, metrics_info: Mapping[str, Metric] | None = None
) -> None:
    """Write the page of a run as one HTML file; it appears whole or not at all.

    `metrics_info` describes the metrics, by name; without it `sim.metrics.metrics` does.

    Raises:
        InputError: the file cannot be written.
    """
    html.write(path, render_page(results, metrics_info))


def render_page(results: RunResults, metrics_info: Mapping[str, Metric] | None = None) -> str:
    """The page as HTML (about 5 MB, nearly all of it the drawing library)."""
    if metrics_info is None:
        metrics_info = METRICS
    # Only here, because importing Plotly takes longer than drawing up the page.
    from plotly.offline import get_plotlyjs

    view = prepare(results, metrics_info)
    manifest = results.manifest
    return html.render(
        "run.html.j2",
        title=manifest.get("title") or manifest.get("name") or "Simulation run",
        view=view,
        manifest=manifest,
        plotly=Markup(get_plotlyjs().replace("</script", "<\\/script")),
        figure_data=embedded([f for s in view.sections.values() for f in s.figures]),
    )


@dataclass(frozen=True, slots=True)
class View:
    """Everything the template shows."""

    verdict: Verdict
    setting: RunContext
    styles: dict[str, Style]
    sections: dict[str, Section]
    glance: list[tables.MetricRow]
    metric_tables: dict[str, list[tables.MetricRow]]
    metrics: list[Metric]
    differences: list[tables.DifferenceRow]
    pairing: str
    contrasts: list[str]
    flow_pair: list[str]
    basis: str
    statuses: list[tuple[str, int]]
    provenance: list[dict[str, Any]]
    settings: list[tuple[str, str]]
    config: str
    intervals: bool
    values: bool
    front: Front | None
    gap: GapView | None
    components: list[tables.LabelledRow]
    staff: list[tables.LabelledRow]
    learning: LearningView | None
    answers: list[Block]
    knowledge: list[tables.MetricRow]


def prepare(results: RunResults, metrics_info: Mapping[str, Metric]) -> View:
    """Everything the template shows, from the run's tables."""
    # A metric that was undefined throughout (no survey, no sale) would be a row of dashes.
    estimates = results.estimates.filter(pl.col("mean").is_not_null().any().over("metric"))
    differences = results.differences
    metrics = complete(metrics_info, estimates["metric"].unique(maintain_order=True))
    setting = setting_of(results)
    styles = styles_for(_strategies(results), setting.reference, setting.titles)
    found = verdict(estimates, differences, results.best_sets, metrics, setting)
    money, reference = setting.currency, setting.reference
    styles = spotlight(styles, _chosen(found, setting, results.best_sets, metrics))
    row_of = partial(tables.metric_row, estimates, results.best_sets, styles=styles, currency=money)
    answers = Answers.of(results.manifest) or Answers()
    sections = answer_figures(answers, styles, setting) | {
        "tradeoff": tradeoff(estimates, metrics, styles, money),
        "forest": forests(differences, metrics, styles, reference, money),
        "waits": waits(results.hourly, styles),
        "occupancy": occupancies(results.hourly, styles),
        "flows": flows(results.flows, styles),
        "survival": survival(results.survival, styles),
        "decisions": decisions(results.decisions, styles),
    }
    declared = front(results, metrics, styles, setting)
    if declared is not None:
        sections["pareto"] = declared.section
    learned = learning(results.manifest, styles, setting)
    if learned is not None:
        sections["learning"] = learned.figures
    statuses = tables.status_counts(results.provenance)
    drawn = [f.id.removeprefix("flow-") for f in sections["flows"].figures]
    asked = blocks_of(answers, setting)
    return View(
        verdict=_headed(found, asked, styles),
        setting=setting,
        styles=styles,
        sections=sections,
        glance=tables.headline_rows(metrics, estimates["metric"].unique(), row_of),
        metric_tables=tables.metric_tables(apart(metrics, GROUP), row_of),
        metrics=list(metrics.values()),
        differences=tables.difference_rows(differences, metrics, styles, reference, money),
        pairing=pairing(differences, metrics, reference),
        contrasts=contrasts(results.decisions, styles, reference, found.candidate),
        flow_pair=sorted(drawn, key=lambda n: (n != reference, n != found.candidate))[:2],
        basis=tables.basis(statuses),
        statuses=statuses,
        provenance=list(results.provenance.iter_rows(named=True)),
        settings=tables.settings(results.manifest),
        config=tables.config_text(results.manifest),
        intervals=estimates["low"].is_not_null().any(),
        values=EXPECTED in metrics,
        front=declared,
        gap=gap(results, styles, setting.level),
        components=components(results, styles, reference, money, setting.level),
        staff=staff_rows(results.manifest, styles),
        learning=learned,
        answers=asked,
        knowledge=knowledge_rows(results, metrics, row_of),
    )


def _headed(found: Verdict, asked: list[Block], styles: Mapping[str, Style]) -> Verdict:
    """The verdict; where one strategy is asked about, the first answer, then what it is like."""
    if len(styles) > 1 or not asked or not asked[0].verdict:
        return found
    return Verdict(asked[0].verdict[0], found.headline, None)


def answer_figures(
    answers: Answers, styles: Mapping[str, Style], setting: RunContext
) -> dict[str, Section]:
    """The figures of the questions that were asked, by the question's key."""
    found = {}
    if answers.effects is not None:
        found["effects"] = effects_figures(answers.effects, setting)
    if answers.factorial is not None:
        found["factorial"] = factorial_figures(answers.factorial, setting)
    if answers.sweep is not None:
        found["sweep"] = sweep_figures(answers.sweep, styles, setting)
    if answers.levers is not None:
        found["levers"] = levers_figures(answers.levers, setting)
    if answers.leaving is not None:
        found["leaving"] = leaving_figures(answers.leaving, setting)
    return found


def setting_of(results: RunResults) -> RunContext:
    """What the manifest says about the comparison; the horizon is measured after the warm-up."""
    manifest = results.manifest
    reference, days = manifest.get("reference"), manifest.get("horizon_days")
    chosen = (manifest.get("config") or {}).get("strategies") or {}
    described = {n: s for n, s in chosen.items() if isinstance(s, Mapping)}
    return RunContext(
        reference=None if reference is None else str(reference),
        days=None if days is None else float(days),
        currency=str(manifest.get("currency") or ""),
        level=float(manifest.get("confidence") or 0.95),
        bounds=frozenset(manifest.get("bounds") or ()),
        titles={n: str(s["title"]) for n, s in described.items() if s.get("title")},
        firm=_size(manifest, reference),
    )


def _size(manifest: Mapping[str, Any], reference: Any) -> Size | None:
    """How many customers the reference's firm has and how many of them are simulated."""
    firm = (manifest.get("firms") or {}).get(reference) or {}
    people = firm.get("population") or {}
    if not {"customers", "scale"} <= set(people):
        return None
    whole = int(people["customers"])
    return Size(whole, max(1, round(whole * float(people["scale"]))))


def pairing(differences: pl.DataFrame, metrics: Mapping[str, Metric], reference: str | None) -> str:
    """A sentence on what common random numbers gained, or an empty text."""
    heads = headlines(metrics, differences["metric"].unique().to_list())
    names = [metric.name for metric in heads.values()]
    ratios = against(differences, reference).filter(
        pl.col("metric").is_in(names) & pl.col("variance_ratio").is_finite()
    )["variance_ratio"]
    median = ratios.median()
    if not isinstance(median, float):
        return ""
    return (
        "All strategies met the same customers with the same luck (common random numbers): "
        f"the variance of a difference is {1 / median:.0%} of what separate runs would give "
        f"(median of {len(ratios)} differences)."
    )


def embedded(figures: list[Figure]) -> Markup:
    """The figures as JSON that can stand inside a script element."""
    text = json.dumps(
        {f.id: {"data": f.data, "layout": f.layout} for f in figures},
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _chosen(
    found: Verdict, setting: RunContext, best_sets: pl.DataFrame, metrics: Mapping[str, Metric]
) -> list[str]:
    """The strategies to look at first: what the verdict sets side by side, then the best ones."""
    heads = headlines(metrics, best_sets["metric"].unique().to_list())
    best = best_sets.filter(pl.col("in_best_set"))
    names = [name for name in (setting.reference, found.candidate) if name is not None]
    for group in ("value", "net", "retention", "cost"):
        if group in heads:
            names += best.filter(pl.col("metric") == heads[group].name)["strategy"].to_list()
    return names


def _strategies(results: RunResults) -> list[str]:
    """All strategies that any table knows, in the order of the estimates."""
    names: list[str] = []
    for frame in results.frames().values():
        if "strategy" in frame.columns:
            names += frame["strategy"].unique(maintain_order=True).to_list()
    return list(dict.fromkeys(names))
