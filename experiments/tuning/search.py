"""The search for one strategy's parameters: Optuna proposes, replications race."""

from __future__ import annotations

import math
import statistics
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.tuning.config import TuneConfig
from experiments.tuning.evaluate import Evaluator, jobs
from experiments.tuning.race import survivors
from experiments.tuning.space import Dimension, parameters
from sim.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optuna.study import Study

Tell = Callable[[int, float], None]
"""Called with the finished trials and the best gain so far."""
STARTUP = 8
"""Trials at random before Optuna's sampler begins to learn from them."""
COMPLETE, PRUNED, REFUSED = "complete", "pruned", "refused"


@dataclass(frozen=True)
class Trial:
    """A candidate and how it fared.

    `scores` has shape (n,), one objective per replication; `gain` is the mean paired difference
    from the untuned policy on the same replications.
    """

    number: int
    state: str
    params: Mapping[str, Any]
    scores: tuple[float, ...]
    gain: float


@contextmanager
def quiet() -> Iterator[Any]:
    """Give Optuna without its log and its notes on what may change in it.

    Raises:
        InputError: it is not installed.
    """
    try:
        import optuna
    except ImportError:
        raise InputError("tune: needs Optuna: pip install 'optichannel[learn]'") from None
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        try:
            yield optuna
        finally:
            optuna.logging.set_verbosity(before)


class Search:
    """The trials of one strategy in an Optuna study, which may have some already.

    Every batch is proposed from what was known before it and by luck of its own, so that the
    result is the same whatever the number of workers.
    """

    def __init__(
        self,
        study: Study,
        strategy: str,
        space: Sequence[Dimension],
        config: TuneConfig,
        evaluator: Evaluator,
    ) -> None:
        self.study, self.strategy, self.space = study, strategy, list(space)
        self.config, self.evaluator = config, evaluator
        self.rounds = config.racing.rounds(config.replications)
        self.start = parameters(self.space, {d.name: d.start for d in self.space})
        self.start_scores: list[float] = []
        self.best_scores: list[float] = []

    def run(self, trials: int, tell: Tell) -> list[Trial]:
        """Go on until there are `trials` of them, the untuned policy first; return all.

        Raises:
            InputError: the untuned policy itself cannot be evaluated.
            RunError: a replication failed.
        """
        self._begin()
        with quiet() as optuna:
            self._requeue(optuna)
            while (done := len(self._finished())) < trials:
                # Batches keep their borders over an interruption, so it changes no proposal.
                size = min(self.config.batch - done % self.config.batch, trials - done)
                self._batch(optuna, size)
                tell(len(self._finished()), self._leader().gain)
            return self._finished()

    def _begin(self) -> None:
        """Evaluate the untuned policy, with which all others are compared."""
        n = self.config.replications
        self.evaluator.run(jobs(self.strategy, [self.start], 0, n))
        found = self.evaluator.scores(self.strategy, self.start, n)
        if isinstance(found, str):
            raise InputError(f"strategies.{self.strategy}: {found}")
        self.start_scores = found

    def _requeue(self, optuna: Any) -> None:
        """Propose again what was under way when the search was killed."""
        state = optuna.trial.TrialState
        trials = self.study.get_trials(deepcopy=False)
        if not trials:
            self.study.enqueue_trial({d.name: d.start for d in self.space})
        for trial in trials:
            if trial.state == state.RUNNING:
                self.study.tell(trial.number, state=state.FAIL)
                if trial.params:
                    self.study.enqueue_trial(trial.params)

    def _batch(self, optuna: Any, size: int) -> None:
        self.study.sampler = self._sampler(optuna, len(self._finished()))
        asked = [self.study.ask(distributions(optuna, self.space)) for _ in range(size)]
        tried = {t.number: parameters(self.space, t.params) for t in asked}
        self.best_scores = list(self._leader().scores) or self.start_scores
        found = self._race(tried)
        for trial in asked:
            self._tell(optuna, trial, tried[trial.number], found[trial.number])

    def _race(self, tried: Mapping[int, Mapping[str, Any]]) -> dict[int, list[float] | str]:
        """Return every candidate's scores on the replications that it came to, or its refusal."""
        found: dict[int, list[float] | str] = {}
        running, before = list(tried), 0
        for n in self.rounds:
            self.evaluator.run(jobs(self.strategy, [tried[k] for k in running], before, n))
            for k in running:
                found[k] = self.evaluator.scores(self.strategy, tried[k], n)
            valid = {k: v for k in running if not isinstance(v := found[k], str)}
            if not valid or n == self.config.replications:
                break
            racing = self.config.racing
            running = survivors(valid, self.best_scores, racing.keep, racing.alpha)
            # The untuned policy is the measure of all others, and is evaluated anyway.
            running = [k for k in valid if k in running or tried[k] == self.start]
            before = n
            if not running:
                break
        return found

    def _tell(
        self, optuna: Any, trial: Any, params: Mapping[str, Any], found: list[float] | str
    ) -> None:
        state = optuna.trial.TrialState
        trial.set_user_attr("params", dict(params))
        if isinstance(found, str):
            trial.set_user_attr("refused", found)
            self.study.tell(trial, state=state.FAIL)
            return
        trial.set_user_attr("scores", found)
        gain = self._gain(found)
        trial.report(gain, len(found))
        whole = len(found) == self.config.replications
        self.study.tell(trial, gain if whole else None, state=None if whole else state.PRUNED)

    def _gain(self, scores: Sequence[float]) -> float:
        pairs = zip(scores, self.start_scores, strict=False)  # as far as it came
        return statistics.fmean(a - b for a, b in pairs)

    def _finished(self) -> list[Trial]:
        found: list[Trial] = []
        for trial in self.study.get_trials(deepcopy=False):
            attributes = trial.user_attrs
            if "refused" in attributes:
                found.append(Trial(len(found), REFUSED, attributes["params"], (), math.nan))
            elif trial.state.name in ("COMPLETE", "PRUNED"):
                scores = tuple(attributes["scores"])
                state = trial.state.name.lower()
                gain = self._gain(scores)
                found.append(Trial(len(found), state, attributes["params"], scores, gain))
        return found

    def _leader(self) -> Trial:
        return leader(self._finished()) or Trial(-1, COMPLETE, {}, (), 0.0)

    def _sampler(self, optuna: Any, done: int) -> Any:
        """Return a sampler with luck of its own for each batch, so that a resumed search agrees."""
        entropy = [self.config.seed, done, *self.strategy.encode()]
        seed = int(np.random.SeedSequence(entropy).generate_state(1)[0])
        if self.config.sampler == "random":
            return optuna.samplers.RandomSampler(seed=seed)
        return optuna.samplers.TPESampler(
            seed=seed, n_startup_trials=STARTUP, multivariate=True, constant_liar=True
        )


def distributions(optuna: Any, space: Sequence[Dimension]) -> dict[str, Any]:
    """Return Optuna's form of the space."""
    kinds = optuna.distributions
    found: dict[str, Any] = {}
    for d in space:
        if d.choices:
            found[d.name] = kinds.CategoricalDistribution(d.choices)
        elif d.kind is int:
            found[d.name] = kinds.IntDistribution(int(d.low), int(d.high), log=d.log)
        else:
            found[d.name] = kinds.FloatDistribution(d.low, d.high, log=d.log)
    return found


def leader(trials: Sequence[Trial]) -> Trial | None:
    """Return the complete trial with the largest gain, the earliest of equals."""
    complete = [trial for trial in trials if trial.state == COMPLETE]
    return max(complete, key=lambda trial: (trial.gain, -trial.number), default=None)


def importance(space: Sequence[Dimension], trials: Sequence[Trial]) -> dict[str, float]:
    """Return each dimension's share of what sets the better half of the trials apart (PED-ANOVA).

    Watanabe, Bansal & Hutter, "PED-ANOVA", IJCAI 2023; over all trials, however many replications
    they came to. Empty with fewer than eight trials or without differences between them.
    """
    known = [t for t in trials if t.state != REFUSED]
    if len(known) < 8 or len({t.gain for t in known}) < 4:
        return {}
    with quiet() as optuna:
        study = optuna.create_study(direction="maximize")
        shapes = distributions(optuna, space)
        for trial in known:
            params = {d.name: d.of(trial.params) for d in space}
            study.add_trial(
                optuna.trial.create_trial(params=params, distributions=shapes, value=trial.gain)
            )
        evaluator = optuna.importance.PedAnovaImportanceEvaluator(target_quantile=0.5)
        found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {name: float(share) for name, share in found.items()}
