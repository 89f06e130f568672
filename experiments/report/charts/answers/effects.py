"""What changes are worth: a forest plot in each metric, the rows ranked by the objective."""

from __future__ import annotations

from experiments.questions.results import EffectsAnswer
from experiments.report.answers.numbers import decimals, metric_of, worth_scale
from experiments.report.charts.answers.rows import GROUPS, in_rows, marks
from experiments.report.figure import Figure, Section
from experiments.report.metrics import direction
from experiments.report.verdict.wording import RunContext
from sim.metrics.metrics import Metric


def effects_figures(answer: EffectsAnswer, setting: RunContext) -> Section:
    """Return a forest plot for each metric; changes without effect are named, not drawn."""
    nothing = [effect.title for effect in answer.effects if effect.unchanged]
    if len(nothing) == len(answer.effects):
        return Section(missing="Nothing is drawn: no change changed anything.")
    return Section([_forest(answer, metric, setting) for metric in answer.metrics])


def _forest(answer: EffectsAnswer, name: str, setting: RunContext) -> Figure:
    effects = [effect for effect in answer.effects if not effect.unchanged]
    metric, worths = metric_of(name), [effect.worth for effect in effects]
    scale = worth_scale(name, worths, setting.currency)
    digits = decimals(scale, [of[name] for of in worths])
    rows = [(float(place), e.title, e.worth[name]) for place, e in enumerate(effects)]
    return in_rows(
        f"effects-{GROUPS[name]}",
        marks(rows, scale, digits, direction(metric)),
        [effect.title for effect in effects],
        scale.unit,
        f"{metric.label}: what each of {len(effects)} changes of {setting.title(answer.of)} makes "
        "of it, with intervals.",
        heading(metric),
    )


def heading(metric: Metric) -> str:
    """Return a metric's label with the side on which it is better."""
    hint = {1: "(better →)", -1: "(← better)"}.get(direction(metric), "")
    return " ".join(filter(None, [metric.label, hint]))
