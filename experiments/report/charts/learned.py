"""The section on learned policies: how they were trained and how they got better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.report.charts.choices import ChoiceMap, choice_maps
from experiments.report.charts.records import Curve, Record, Training, learned_files, read_record
from experiments.report.figure import Figure, Section, axis, layout, rounded
from experiments.report.formatting import Scale, decimals_for, half_width, listing, scale_for
from experiments.report.palette import Style, front_last
from experiments.report.verdict.wording import RunContext

GAIN = "currency/customer"


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """A training in the table, as texts."""

    label: str
    algorithm: str
    decisions: str
    minutes: str
    seed: str
    scenario: str
    rule: str
    gain: str
    gain_interval: str


@dataclass(frozen=True, slots=True)
class LearningView:
    """What the section shows."""

    trainings: list[TrainingRow]
    curves: Section
    maps: list[ChoiceMap]
    notes: list[str]

    @property
    def figures(self) -> Section:
        """All drawings, to be put into the page."""
        drawn = [one.figure for one in self.maps if one.figure is not None]
        return Section([*self.curves.figures, *drawn])


def learning(
    manifest: Mapping[str, Any], styles: Mapping[str, Style], setting: RunContext
) -> LearningView | None:
    """What the files of the run's learned policies tell; None where it has none."""
    files = {n: f for n, f in learned_files(manifest).items() if n in styles}
    if not files:
        return None
    records = {name: read_record(file) for name, file in files.items()}
    notes = [f"{styles[n].label}: {note}" for n, r in records.items() for note in r.notes]
    trainings = {n: r.training for n, r in records.items() if r.training is not None}
    maps, left_out = choice_maps({n: r.choices for n, r in records.items()}, styles)
    return LearningView(
        [_row(styles[n].label, t) for n, t in trainings.items()],
        curves(records, styles, setting.currency),
        maps,
        [*notes, *_familiar(trainings, styles, manifest.get("seed")), *left_out],
    )


def curves(records: Mapping[str, Record], styles: Mapping[str, Style], currency: str) -> Section:
    """One drawing of all learning curves."""
    found = {n: r.curve for n, r in records.items() if r.curve is not None and r.curve.steps}
    foreign = [styles[n].label for n, curve in found.items() if curve.currency != currency]
    found = {n: curve for n, curve in found.items() if curve.currency == currency}
    missing = f"In another currency and not drawn: {listing(foreign)}." if foreign else ""
    if not found:
        return Section(missing=missing or "No learning curve is drawn: no file holds one.")
    scale = scale_for(GAIN, [g / c.customers for c in found.values() for g in c.gain], currency)
    data = [_curve(styles[name], found[name], scale) for name in front_last(styles, found)]
    figure = Figure(
        "learning-curves",
        data,
        layout(
            340,
            xaxis=axis("Decisions in training", rangemode="tozero", showgrid=False),
            yaxis=axis(f"Gain ({scale.unit})", zerolinewidth=2),
            hovermode="closest",
        ),
        "Learning curves: gain over the rule against decisions in training, a line for each "
        "learned policy.",
        "Learning curves",
    )
    return Section([figure], missing=missing)


def _curve(style: Style, curve: Curve, scale: Scale) -> dict[str, Any]:
    chosen = [step == curve.best_steps for step in curve.steps]
    small = 3 if style.faint else 5
    return {
        **style.trace("lines+markers"),
        "x": curve.steps,
        "y": rounded([g / curve.customers * scale.factor for g in curve.gain]),
        "line": {"color": style.colour, "dash": style.dash, "width": 1.2 if style.faint else 2.4},
        "opacity": 0.6 if style.faint else 1,
        "marker": {"symbol": style.marker, "size": [13 if c else small for c in chosen]},
        "hovertext": ["<br>the policy kept" if c else "" for c in chosen],
        "hovertemplate": (
            f"<b>{style.text}</b><br>%{{x:,}} decisions: %{{y:.3~g}}%{{hovertext}}<extra></extra>"
        ),
    }


def _row(label: str, training: Training) -> TrainingRow:
    return TrainingRow(
        label,
        training.algorithm,
        f"{training.steps:,}",
        f"{training.training_s / 60:.1f}",
        str(training.config.seed),
        training.scenario,
        training.base.use,
        *_gain(training),
    )


def _gain(training: Training) -> tuple[str, str]:
    """The held-out gain over the rule in expected value per customer, and its 95% interval."""
    found = training.learned_minus.get("rule", {}).get("expected_value")
    if found is None or found.mean is None or training.customers is None:
        return "–", ""
    n = training.customers
    low, high = (None if v is None else v / n for v in (found.low, found.high))
    scale = scale_for(GAIN, [found.mean / n], training.currency)
    digits = 2 if decimals_for([found.mean / n], [half_width(low, high)], scale.factor) else 0
    shown = scale.show(found.mean / n, digits, signed=True)
    return shown, scale.interval(low, high, digits, signed=True)


def _familiar(
    trainings: Mapping[str, Training], styles: Mapping[str, Style], seed: object
) -> list[str]:
    """Warn of policies that have met the run's luck before."""
    met = [
        styles[name].label
        for name, t in trainings.items()
        if seed in (t.config.seed, t.config.selection.seed, t.config.evaluation.seed)
    ]
    note = f"Not on held-out luck: the seed of this run was used in the training of {listing(met)}."
    return [note] if met else []
