"""Record a row: what its run answered, as the file beside its config."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from experiments.questions.results import (
    ABOVE_HALF,
    Answers,
    FactorialAnswer,
    LeavingAnswer,
    Lever,
    SweepAnswer,
    Worth,
)
from experiments.report.answers import leaving, sentences
from experiments.report.answers.numbers import money, payback, place
from experiments.report.page import setting_of
from experiments.rows.recorded import Amount, Finding, Recorded, asked
from experiments.running.config.experiment import ExperimentConfig
from experiments.store.results import RunResults
from sim.errors import InputError

Titled = sentences.Titled
LESS = "area_difference"
"""What journeys against proxies are worth in."""
SIGNIFICANT = 5
"""Digits of the numbers that are kept: more than any interval supports."""


def recorded(config: ExperimentConfig, results: RunResults) -> Recorded:
    """Return what a run of a row answered.

    Raises:
        InputError: the config asks nothing.
    """
    manifest = results.manifest
    answers = Answers.of(manifest)
    if answers is None:
        raise InputError(f"{config.name}: must ask something (effects, factorial, sweep, levers)")
    setting = setting_of(results)
    declared, sweep = len(config.strategies), answers.sweep
    turns = sentences.crossing_sentences(sweep, setting.title) if sweep else []
    still = sentences.still_sentences(sweep, setting.title) if sweep else []
    return Recorded(
        format=1,
        config=asked(config),
        recorded=date.fromisoformat(str(manifest["finished"])[:10]),
        revision=str(manifest["revision"]),
        engine=str(manifest["versions"]["engine"]),
        replications=int(manifest["replications"]),
        runs=(declared + answers.simulated) * int(manifest["replications"]),
        seconds=round(float(manifest["duration_s"]), 1),
        currency=setting.currency,
        findings=tuple(findings(answers, setting.title)),
        points=tuple(points(sweep, setting.title)) if sweep else (),
        turns=tuple(turns),
        says=tuple([*says(answers, setting.currency, setting.title), *still]),
    )


def findings(answers: Answers, titled: Titled) -> Iterator[Finding]:
    """Yield what each effect, contrast and lever is worth, and what tells who leaves."""
    if answers.effects is not None:
        yield from (_finding(e.title, e.worth, e.unchanged) for e in answers.effects.effects)
    if answers.factorial is not None:
        yield from _of_factorial(answers.factorial)
    if answers.levers is not None:
        yield from (_finding(v.title, v.worth, v.unchanged) for v in answers.levers.levers)
    if answers.leaving is not None:
        yield from _of_leaving(answers.leaving, titled)


def points(answer: SweepAnswer, titled: Titled) -> Iterator[Finding]:
    """Yield the gap between each two strategies at each place of a sweep.

    Args:
        answer: of a sweep.
        titled: gives the title of a declared strategy.
    """
    for gap in answer.gaps:
        at = " and ".join(
            f"{axis.key} {place(x, axis)}" for x, axis in zip(gap.at, answer.axes, strict=True)
        )
        yield _finding(f"{titled(gap.first)} against {titled(gap.second)} at {at}", gap.worth)


def says(answers: Answers, currency: str, titled: Titled) -> Iterator[str]:
    """Yield the answers' other sentences."""
    if answers.effects is not None:
        yield from sentences.effects_sentences(answers.effects, titled)
    if answers.factorial is not None:
        yield from sentences.design_sentences(answers.factorial, currency, titled)
    if answers.levers is not None:
        yield from (_paid_back(v, currency) for v in answers.levers.levers if not v.unchanged)
        yield from sentences.levers_sentences(answers.levers, titled)


def _of_factorial(answer: FactorialAnswer) -> Iterator[Finding]:
    titles = {factor.name: factor.title for factor in answer.factors}
    nothing = {factor.name for factor in answer.factors if factor.unchanged}
    for name, worth in answer.alone.items():
        yield _finding(f"{titles[name]}, alone", worth, name in nothing)
    yield _finding("All together", answer.total)
    for contrast in answer.contrasts:
        if len(contrast.factors) == 2:
            pair = sentences.TIMES.join(titles[name] for name in contrast.factors)
            yield _finding(f"Interaction: {pair}", contrast.worth)


def _of_leaving(answer: LeavingAnswer, titled: Titled) -> Iterator[Finding]:
    for one in answer.against:
        of = titled(one.strategy)
        yield _finding(f"{of}: journeys less proxies", {LESS: one.worth})
        yield _finding(f"{of}: the same, of who answered", {LESS: one.answered})
    for told in answer.measures:
        name = leaving.measure_name(told.metric)
        yield _finding(f"{titled(told.strategy)}: {name}", {ABOVE_HALF: told.above})


def _paid_back(lever: Lever, currency: str) -> str:
    gain = money(lever.gain_per_month, currency)
    months = payback(lever)
    within = f" ({months.interval})" if months.interval else ""
    back = "never" if months.value == "never" else f"in {months.value} months"
    return f"{lever.title} brings {gain} a month before its price and is paid back {back}{within}."


def _finding(of: str, worth: Mapping[str, Worth], unchanged: bool = False) -> Finding:
    amounts = {} if unchanged else {name: _amount(each) for name, each in worth.items()}
    return Finding(of=of, unchanged=unchanged, worth=amounts)


def _amount(worth: Worth) -> Amount:
    ends: dict[str, Any] = {
        name: _rounded(getattr(worth, name)) for name in ("mean", "low", "high")
    }
    return Amount(**ends, shown=worth.shown)


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{SIGNIFICANT}g}")
