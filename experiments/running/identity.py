"""Which results belong together: digests of config, scenario contents and source."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.questions.blocks import BLOCKS
from experiments.running.config.experiment import LEARNED, ExperimentConfig
from experiments.running.engine import Firm
from experiments.running.manifest import ROOT, engine_name, versions
from experiments.runtime.pool import RunError
from policies.learned.model import file_digest
from policies.modules import MAIN, imported, parse, without_folder
from sim.core.engine import INTERPRETED, VARIABLE
from sim.decisions.predictor import PREDICTOR, predictor_digest

SOURCES = (
    "sim",
    "policies",
    "experiments/running/replicate.py",
    "experiments/running/config/experiment.py",
    "experiments/strategies",
)
"""What a replication's result depends on, relative to the import packages' folder."""
SUFFIXES = (".py", ".pxi")
"""Of source: the latter are the compiled engine's storage."""


def stamp(config: ExperimentConfig, firm: Firm) -> dict[str, str]:
    """Return what determines the results of single replications, by name."""
    content = replication_content(config, firm.contents)
    files = {"policy_files": policy_files(config), "files": firm.files}
    more = {"firm_figures": firm.firm_figures} | files
    content |= {name: dict(named) for name, named in more.items() if named}
    return {
        "name": config.name,
        "code": code_digest(policy_paths(config)),
        **versions(),
        "digest": digest_of(content),
    }


def default_folder(config: ExperimentConfig, identity: Mapping[str, str]) -> Path:
    """Return `runs/<name>-<first 8 digits of the identity's digest>`."""
    return Path("runs") / f"{config.name}-{digest_of(dict(identity))[:8]}"


def code_digest(policies: Iterable[str] = ()) -> str:
    """Return the SHA-256 of the source that a replication's result depends on.

    Args:
        policies: users' own by import path; with each comes the source of all modules that it
            imports, as far as they are neither Python's nor installed. What cannot be found is left
            out: importing it says so.

    Raises:
        InputError: a module is both beside the config and elsewhere.
    """
    return digest_of(source_digests(policies))


def source_digests(policies: Iterable[str] = ()) -> dict[str, str]:
    """Return the SHA-256 of each source file of `code_digest`, by module or by path within ours."""
    files = {path.relative_to(ROOT).as_posix(): path for path in _source_files()}
    for policy in policies:
        files |= imported(policy)
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


@dataclass(frozen=True)
class Work:
    """What a process must know to work for a run: its digest, source and engine.

    `policies` are the import paths of users' own, except a script's, which comes with the work.
    """

    run: str
    code: str
    engine: str
    policies: tuple[str, ...]

    @classmethod
    def of(cls, config: ExperimentConfig, identity: Mapping[str, str]) -> Work:
        """Return what the workers of a run are told."""
        every = policy_paths(config)
        policies = tuple(path for path in every if parse(path).module != MAIN)
        code = identity["code"] if len(policies) == len(every) else code_digest(policies)
        return cls(digest_of(dict(identity)), code, identity["engine"], policies)

    def begin(self) -> None:
        """Make this process ready for the run, if it is not yet.

        Raises:
            RunError: it would work with another source: it has loaded what has changed since, or it
                is another machine's; or with another engine.
        """
        if _process.get("run") == self.run:
            return
        if engine_name() != self.engine:
            raise RunError(
                f"a worker's engine is '{engine_name()}', this run's '{self.engine}': build it "
                f"on every machine, or set {VARIABLE}={INTERPRETED} for the run and all workers"
            )
        now = source_digests(self.policies)
        changed = [name for name, sha in now.items() if _loaded.setdefault(name, sha) != sha]
        if changed:
            raise RunError(f"{changed[0]}: has changed since this process loaded it: restart it")
        if digest_of(now) != self.code:
            raise RunError("a worker has another version of the source than this run; update it")
        from experiments.running.replicate import forget

        forget()
        _process["run"] = self.run


_loaded: dict[str, str] = {}
"""Digests of the source that this process works with, by module."""
_process: dict[str, str] = {}


def replication_content(config: ExperimentConfig, firms: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that determines one replication: config and scenario contents.

    The titles, the number of replications, the reference and what the page shows besides do not,
    so that a run can be extended; nor do the places of the scenario's and the policies' files.
    """
    words = {"title", "description", "replications", "reference", "scenario", "overrides"}
    asked = {"pareto", "gap", "most_runs", *BLOCKS}
    content = config.model_dump(mode="json", exclude=words | asked)
    for strategy in content["strategies"].values():
        del strategy["title"], strategy["overrides"]
        strategy["policy"]["use"] = without_folder(strategy["policy"]["use"])
        strategy["policy"]["params"].pop(PREDICTOR, None)
        if strategy["policy"]["use"] == LEARNED:
            strategy["policy"]["params"].pop("file", None)
    return {"config": content, "firms": dict(firms)}


def digest_of(content: Any) -> str:
    """Return the SHA-256 of plain content, independent of the order of its keys."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def policy_paths(config: ExperimentConfig) -> list[str]:
    """Return the import paths of the users' own policies and rules that a config names."""
    chosen = [strategy.policy for strategy in config.strategies.values()]
    rules = {str(policy.params.get("rule", "")) for policy in chosen if policy.use == LEARNED}
    return sorted(use for use in {policy.use for policy in chosen} | rules if ":" in use)


def policy_files(config: ExperimentConfig) -> dict[str, str]:
    """Return the SHA-256 of each trained policy's file and of each predictor's, by strategy.

    Raises:
        InputError: a file is not there.
    """
    trained = {
        name: file_digest(str(strategy.policy.params.get("file", "")))
        for name, strategy in config.strategies.items()
        if strategy.policy.use == LEARNED
    }
    predictors = {
        f"{name}.{PREDICTOR}": predictor_digest(str(strategy.policy.params[PREDICTOR]))
        for name, strategy in config.strategies.items()
        if strategy.policy.params.get(PREDICTOR)
    }
    return trained | predictors


def _source_files() -> list[Path]:
    paths = [ROOT / name for name in SOURCES]
    files = (f for path in paths for f in ([path] if path.is_file() else path.rglob("*")))
    return sorted(f for f in files if f.suffix in SUFFIXES)
