"""`optichannel predict`: run pilots, fit scores, judge them on held-out luck, freeze them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, softmax

from experiments.prediction.config import Pilots, PredictionConfig
from experiments.prediction.fitting import (
    Measures,
    fit_logistic,
    fit_shares,
    fit_trust,
    measure,
)
from experiments.prediction.pilots import Samples, period_days, run_pilot
from experiments.runtime.pool import default_workers, pool
from experiments.runtime.progress import Report, silent
from sim.decisions.predictor import (
    Header,
    Predictor,
    Weights,
    firm_digest,
    regime_digest,
    save_predictor,
)
from sim.inputs.tensors import SUFFIX
from sim.scenario import Scenario, load_scenario
from sim.scenario.knowledge import Regime
from sim.tables.arguments import regime_of

Floats = npt.NDArray[np.float64]
CHURN, RESOLUTION, REASON, INTENT = "churn", "resolution", "reason", "intent"
TRUTH = "truth"


@dataclass(frozen=True)
class Judged:
    """How well one score does on held-out luck: of what, under which regime, by looking at what."""

    score: str
    regime: str
    by: str
    measures: Measures

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        about = {"score": self.score, "regime": self.regime, "by": self.by}
        return about | self.measures._asdict()


@dataclass(frozen=True)
class Prediction:
    """A predictor, where it stands, and how well it does."""

    predictor: Predictor
    file: Path
    judged: list[Judged]

    def plain(self) -> dict[str, Any]:
        """Return what is told as JSON."""
        header = self.predictor.header
        return {
            "file": str(self.file),
            "scenario": header.scenario,
            "regimes": list(header.regimes),
            "measured": [judged.plain() for judged in self.judged],
        }


def predict(
    config: PredictionConfig,
    out: Path | None = None,
    *,
    workers: int = 0,
    report: Report = silent,
) -> Prediction:
    """Fit a config's predictor and write it.

    Args:
        config: what to fit.
        out: its file; by default `runs/<name>.safetensors`.
        workers: processes; 0: one for each core.
        report: told of progress.

    Raises:
        InputError: an unknown scenario or regime, or a file that cannot be written.
    """
    scenario = load_scenario(config.scenario, config.overrides)
    regimes = {name: regime_of(scenario, name) for name in config.regimes}
    jobs = [
        (name, kind, pilots.seed, replication)
        for name in regimes
        for kind, pilots in (("fit", config.pilots), ("judge", config.held_out))
        for replication in range(pilots.replications)
    ]
    found: dict[tuple[str, str], list[tuple[int, Samples]]] = {}
    with pool(min(workers or default_workers(), len(jobs))) as spread:
        for done, (job, samples) in enumerate(
            spread(partial(_job, scenario, regimes, config), jobs), 1
        ):
            found.setdefault(job[:2], []).append((job[3], samples))
            report("pilots", done, len(jobs))
    weights, judged = [], []
    for name in regimes:
        pilots, held_out = (_joined(found[name, kind]) for kind in ("fit", "judge"))
        fitted, measured = _fit(scenario, name, regimes[name], config, pilots, held_out)
        weights.append(fitted)
        judged += measured
    header = Header(
        scenario=scenario.name,
        firm_digest=firm_digest(scenario),
        regimes={name: regime_digest(regime) for name, regime in regimes.items()},
        segments=tuple(scenario.segments),
        concerns=tuple(scenario.concerns.kinds) if scenario.mechanisms.concerns else (),
        fitted=_about(config, judged),
    )
    predictor = Predictor(header, tuple(weights))
    file = out or Path("runs") / f"{config.name}{SUFFIX}"
    save_predictor(predictor, file)
    return Prediction(predictor, file, judged)


def _job(
    scenario: Scenario,
    regimes: dict[str, Regime],
    config: PredictionConfig,
    job: tuple[str, str, int, int],
) -> tuple[tuple[str, str, int, int], Samples]:
    name, _, seed, replication = job
    samples = run_pilot(
        scenario,
        regimes[name],
        seed=seed,
        replication=replication,
        warm_up_days=config.warm_up_days,
        periods=config.periods,
        randomised=config.randomised,
        repeat_days=config.repeat_days,
    )
    return job, samples


def _joined(parts: list[tuple[int, Samples]]) -> Samples:
    """Return replications' cases in their order, whatever order they came in."""
    return Samples.joined([samples for _, samples in sorted(parts, key=lambda part: part[0])])


def _about(config: PredictionConfig, judged: list[Judged]) -> dict[str, Any]:
    plain = [one.plain() for one in judged]
    return {"config": config.model_dump(mode="json"), "measured": plain}


def _fit(
    scenario: Scenario,
    name: str,
    regime: Regime,
    config: PredictionConfig,
    pilots: Samples,
    held_out: Samples,
) -> tuple[Weights, list[Judged]]:
    """Fit a regime's scores; judge them, and churn by less and by more than the regime shows."""
    shown = "unified" if regime.visible == "all" and regime.match_rate > 0 else "own channel"
    judged, churn = [], np.zeros(0)
    segments = len(scenario.segments)
    for look, x in pilots.churn.items():
        columns = np.column_stack([np.ones(len(x)), x]) if look == TRUTH else x
        free = 1 if look == TRUTH else segments
        weights = fit_logistic(columns, pilots.left, config.ridge, free)
        if look == shown:
            churn = weights
        z = held_out.churn[look]
        odds = np.column_stack([np.ones(len(z)), z]) if look == TRUTH else z
        label = f"{look} (this regime's)" if look == shown else look
        judged.append(Judged(CHURN, name, label, measure(expit(odds @ weights), held_out.left)))
    low, high = pilots.errors.T
    resolution = fit_logistic(pilots.resolution, pilots.resolved, config.ridge, 1, low, high)
    low, high = held_out.errors.T
    stated, believed = held_out.chances.T
    looks = {"stated figures": stated, "beliefs": believed}
    looks["learned score"] = expit(held_out.resolution @ resolution)
    judged += [  # of labels, which err as the firm knows they do
        Judged(RESOLUTION, name, look, measure(low + (high - low) * chance, held_out.resolved))
        for look, chance in looks.items()
    ]
    judged += [
        Judged(INTENT, name, "guess", measure(held_out.told[:, 1], held_out.told[:, 0])),
    ]
    n = len(scenario.concerns.kinds) if scenario.mechanisms.concerns else 0
    reasons, intents, notes = np.zeros(n), np.zeros((n, n + 1)), np.zeros((n, n))
    if n:
        reasons = fit_shares(np.eye(n)[pilots.stated], 0 * pilots.stated, 1)[0]
        intents = fit_shares(pilots.hints, pilots.stated, n)
        notes = fit_shares(pilots.notes, pilots.stated, n)
        told = pilots.hints @ intents.T + pilots.notes @ notes.T
        trust = fit_trust(reasons, told, pilots.stated)
        intents, notes = trust * intents, trust * notes
        judged += _reasons(name, held_out, reasons, intents, notes)
    return Weights(churn, resolution, reasons, intents, notes), judged


def _reasons(
    name: str, held_out: Samples, reasons: Floats, intents: Floats, notes: Floats
) -> list[Judged]:
    """Judge the concerns believed of leavers against what they stated, each concern a case."""
    cases = np.arange(len(reasons)) == held_out.stated[:, None]
    shares = np.tile(np.exp(reasons), (len(cases), 1))
    told = softmax(reasons + held_out.hints @ intents.T + held_out.notes @ notes.T, axis=1)
    return [
        Judged(REASON, name, "shares", measure(shares.ravel(), cases.ravel())),
        Judged(REASON, name, "needs and notes", measure(told.ravel(), cases.ravel())),
    ]


__all__ = ["Judged", "Pilots", "Prediction", "period_days", "predict"]
