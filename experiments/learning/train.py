"""Training: work, checkpoint, select, evaluate; resumable after whatever stopped it.

The folder holds ``config.json`` and ``identity.json`` (what is trained), ``checkpoint.safetensors``
(the last good state), ``best.safetensors`` (the best policy by the selection), ``log.jsonl`` (a
line for each checkpoint) and at the end ``policy.safetensors`` (the best with its training record)
and ``result.json``.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.learning.algorithms.registry import check_params, make_learner
from experiments.learning.checkpoint import load_checkpoint, not_finite, save_checkpoint
from experiments.learning.config import TrainConfig
from experiments.learning.evaluate import Bench, differences, side_by_side
from experiments.learning.record import record
from experiments.learning.task import Learner, Task, make_task
from experiments.learning.tensorboard import Board, board
from experiments.running.identity import code_digest, digest_of
from experiments.running.manifest import revision, versions
from experiments.runtime.pool import RunError
from experiments.runtime.progress import Report, silent
from experiments.store.lock import locked
from policies.learned.model import Model, load_model, save_model
from policies.learned.policy import Learned
from policies.registry import make
from sim.errors import InputError
from sim.inputs.files import read_json, write_atomically
from sim.inputs.tensors import SUFFIX

LEARNED, RULE = "learned", "rule"
CHECKPOINT, BEST, POLICY = (f"{name}{SUFFIX}" for name in ("checkpoint", "best", "policy"))
RESULT = "result.json"
LOG = "log.jsonl"


class Training:
    """One training in its folder."""

    def __init__(
        self,
        config: TrainConfig,
        folder: Path,
        report: Report = silent,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.config, self.folder, self.report, self.clock = config, folder, report, clock
        self.params = check_params(config)
        self.task: Task = make_task(config)
        for name, choice in config.compare.items():
            try:
                make(choice.use, self.task.scenario, choice.params)
            except InputError as error:
                raise InputError(f"compare.{name}: {error}") from None
        self.learner: Learner = make_learner(self.task)
        self.seconds = 0.0
        self.checkpoints = 0
        self.best = float("-inf")
        self.best_steps = 0

    # -- start and resume --------------------------------------------------------------------

    def identity(self) -> dict[str, str]:
        """Return what must be the same when a training is resumed."""
        changing = {"budget", "evaluation", "title", "description", "compare"}
        content = self.config.model_dump(mode="json", exclude=changing)
        own = [self.config.rule.use] if ":" in self.config.rule.use else []
        return {"config": digest_of(content), "code": code_digest(own)}

    def begin(self, resume: bool) -> None:
        """Prepare the folder, or go on from its last checkpoint.

        Raises:
            InputError: the folder holds another training, or one and ``resume`` is not asked.
        """
        mine, at = self.identity(), self.folder / "identity.json"
        if at.exists():
            if not resume:
                raise InputError(f"{self.folder}: holds a training already; add --resume")
            found = read_json(at)
            if not isinstance(found, dict) or found.get("config") != mine["config"]:
                raise InputError(f"{self.folder}: holds a training of another config")
            if found.get("code") != mine["code"]:
                raise InputError(f"{self.folder}: was trained by other source code; train anew")
            if (self.folder / CHECKPOINT).exists():
                self._restore()
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.config.model_dump_json(indent=2).encode()
        write_atomically(self.folder / "config.json", config)
        write_atomically(at, json.dumps(mine).encode())

    def _restore(self) -> None:
        state, plain = load_checkpoint(self.folder / CHECKPOINT)
        try:
            self.learner.restore(state)
            self.seconds, self.checkpoints = plain["seconds"], plain["checkpoints"]
            self.best, self.best_steps = plain["best"], plain["best_steps"]
        except (KeyError, ValueError, IndexError, RuntimeError) as error:
            where = self.folder / CHECKPOINT
            raise InputError(f"{where}: does not fit this training: {error}") from None
        self.best = float("-inf") if self.best is None else self.best

    # -- training ----------------------------------------------------------------------------

    def run(self) -> dict[str, Any]:
        """Train until the budget is used up; return the result of the evaluation.

        Raises:
            RunError: NaN or infinity; the last good checkpoint is kept.
        """
        play = getattr(self.learner, "player", None)
        if play is not None:
            return self._evaluate(None, play())
        with board(self.folder) as add:
            while not self._spent():
                self._stretch(add)
            if not (self.folder / BEST).exists():
                self._select()
        model = load_model(self.folder / BEST)
        return self._evaluate(model, self._policy(model, f"judged{SUFFIX}"))

    def _spent(self) -> bool:
        budget = self.config.budget
        by_steps = budget.steps is not None and self.learner.steps >= budget.steps
        return by_steps or (budget.minutes is not None and self.seconds >= budget.minutes * 60)

    def _stretch(self, add: Board) -> None:
        """Work to the next checkpoint."""
        begun, before = self.clock(), self.learner.steps
        limit = self.config.budget.steps
        steps = self.config.checkpoint_steps
        steps = steps if limit is None else max(1, min(steps, limit - before))
        try:
            figures = self.learner.work(steps)
        except (ValueError, RuntimeError, np.linalg.LinAlgError):
            self._check({})  # NaN among the weights is the cause, wherever it was noticed
            raise
        self._check(figures)
        self.seconds += self.clock() - begun
        self.checkpoints += 1
        if self.checkpoints % self.config.select_every == 0 or self._spent():
            figures = {**figures, **self._select()}
        self._save(figures)
        rate = (self.learner.steps - before) / max(1e-9, self.clock() - begun)
        add({**figures, "decisions_per_s": rate}, self.learner.steps)
        self._tell()

    def _check(self, figures: dict[str, float]) -> None:
        wrong = [name for name, value in figures.items() if not np.isfinite(value)]
        wrong += not_finite(self.learner.state())
        if wrong:
            kept = self.folder / CHECKPOINT
            where = f"the last good checkpoint is kept: {kept}" if kept.exists() else "none is kept"
            raise RunError(
                f"training diverged after {self.learner.steps} decisions: NaN or infinity in "
                f"{', '.join(wrong)}; {where}"
            )

    def _save(self, figures: dict[str, float]) -> None:
        plain = {
            "seconds": self.seconds,
            "checkpoints": self.checkpoints,
            "best": self.best if np.isfinite(self.best) else None,
            "best_steps": self.best_steps,
        }
        save_checkpoint(self.folder / CHECKPOINT, self.learner.state(), plain)
        line = {"steps": self.learner.steps, "seconds": round(self.seconds, 3), **figures}
        with (self.folder / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _tell(self) -> None:
        budget = self.config.budget
        if budget.minutes is not None and budget.steps is None:
            self.report("training (s)", int(self.seconds), int(budget.minutes * 60))
        else:
            self.report("training (decisions)", self.learner.steps, budget.steps or 0)

    # -- selection and evaluation ------------------------------------------------------------

    def _select(self) -> dict[str, float]:
        """Compare the candidates with the rule; keep the best policy so far."""
        test = self.config.selection
        bench = Bench(self.task, test.seed, test.horizon_days)
        models = self.learner.candidates()
        players: dict[str, Any] = {
            f"{i}": self._policy(model, f"candidate{i}{SUFFIX}") for i, model in enumerate(models)
        }
        figures = side_by_side(bench, {RULE: self.task.rule, **players}, test.replications)
        usual = figures[RULE]["objective"]
        gains = {n: float((figures[n]["objective"] - usual).mean()) for n in players}
        winner = max(gains, key=lambda name: gains[name])
        if gains[winner] > self.best:
            self.best, self.best_steps = gains[winner], self.learner.steps
            save_model(models[int(winner)], self.folder / BEST)
        return {"gain": gains[winner], "candidate": float(winner), "best_gain": self.best}

    def _policy(self, model: Model, name: str) -> Learned:
        path = self.folder / name
        save_model(model, path)
        try:
            return Learned(self.task.scenario, file=str(path), rule=self.config.rule.use)
        finally:
            path.unlink(missing_ok=True)

    def _evaluate(self, model: Model | None, player: Any) -> dict[str, Any]:
        """Judge the learned policy beside the rule on held-out luck; write policy and result."""
        test, task = self.config.evaluation, self.task
        bench = Bench(task, test.seed, test.horizon_days)
        players: dict[str, Any] = {RULE: task.rule, LEARNED: player}
        for name, choice in self.config.compare.items():
            players[name] = make(choice.use, task.scenario, choice.params)
        figures = side_by_side(bench, players, test.replications, self.report)
        result = {
            "name": self.config.name,
            "algorithm": self.config.algorithm.use,
            "scenario": task.scenario.name,
            "currency": task.scenario.money.currency,
            "steps": self.learner.steps,
            "best_steps": self.best_steps,
            "selection_gain": self.best,
            "training_s": self.seconds,
            "replications": test.replications,
            "means": {n: {k: float(v.mean()) for k, v in f.items()} for n, f in figures.items()},
            "learned_minus": differences(figures, LEARNED),
        }
        result = _plain(result)
        if model is not None:
            config = self.config.model_dump(mode="json")
            config["scenario"] = Path(config["scenario"]).name  # the file travels, folders do not
            about = {"config": config, "versions": versions(), "revision": revision()}
            more = record(self.folder / LOG, bench, players, figures, LEARNED)
            header = replace(model.header, training={**result, **about, **more})
            save_model(Model(header, model.arrays), self.folder / POLICY)
            result["policy"] = str(self.folder / POLICY)
        write_atomically(self.folder / RESULT, json.dumps(result, indent=2).encode())
        return {**result, "folder": str(self.folder)}


def _plain(value: Any) -> Any:
    """Return plain values with null for what is not finite, as JSON wants it."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return value


def train(
    config: TrainConfig, folder: Path | None = None, resume: bool = False, report: Report = silent
) -> dict[str, Any]:
    """Train, evaluate, and return the result; by default in ``runs/train-<name>-<seed>``.

    Raises:
        InputError: what the config asks cannot be done.
        RunError: the training diverged.
    """
    folder = folder or Path("runs") / f"train-{config.name}-{config.seed}"
    training = Training(config, folder, report)
    with locked(training.folder):
        training.begin(resume)
        return training.run()
