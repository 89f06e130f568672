"""Which results belong together: digests of config, scenario contents and source."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from experiments.config import LEARNED, ExperimentConfig
from experiments.engine import Firm
from experiments.manifest import ROOT, versions
from policies.learned_model import file_digest

SOURCES = (
    "sim",
    "policies",
    "experiments/replicate.py",
    "experiments/config.py",
    "experiments/lifetime.py",
)
"""What a replication's result depends on, relative to the import packages' folder."""


def stamp(config: ExperimentConfig, firm: Firm) -> dict[str, str]:
    """Return what determines the results of single replications, by name."""
    content = replication_content(config, firm.contents)
    if firm.figures:
        content["figures"] = dict(firm.figures)
    files = policy_files(config)
    if files:
        content["policy_files"] = files
    return {
        "name": config.name,
        "code": code_digest(policy_modules(config)),
        **versions(),
        "digest": digest_of(content),
    }


def default_folder(config: ExperimentConfig, identity: Mapping[str, str]) -> Path:
    """Return `runs/<name>-<first 8 digits of the identity's digest>`."""
    return Path("runs") / f"{config.name}-{digest_of(dict(identity))[:8]}"


def code_digest(modules: Iterable[str] = ()) -> str:
    """Return the SHA-256 of the source that a replication's result depends on.

    Args:
        modules: further modules by import path, such as those of a user's policies; one whose
            file cannot be found is left out.
    """
    digest = hashlib.sha256()
    for path in _source_files():
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    for module in sorted(set(modules)):
        file = _module_file(module)
        if file is not None:
            digest.update(module.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def replication_content(config: ExperimentConfig, firms: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that determines one replication: config and scenario contents.

    The titles, the number of replications, the reference and what the page shows besides do not,
    so that a run can be extended; nor do the places of the scenario's and trained policies' files.
    """
    words = {"title", "description", "replications", "reference", "scenario", "overrides"}
    content = config.model_dump(mode="json", exclude=words | {"pareto", "gap"})
    for strategy in content["strategies"].values():
        del strategy["title"], strategy["overrides"]
        if strategy["policy"]["use"] == LEARNED:
            strategy["policy"]["params"].pop("file", None)
    return {"config": content, "firms": dict(firms)}


def digest_of(content: Any) -> str:
    """Return the SHA-256 of plain content, independent of the order of its keys."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def policy_modules(config: ExperimentConfig) -> list[str]:
    """Return the modules of the policies that a config names by import path."""
    chosen = [strategy.policy for strategy in config.strategies.values()]
    rules = [str(one.params.get("rule", "")) for one in chosen if one.use == LEARNED]
    paths = [*(one.use for one in chosen), *rules]
    return sorted({path.partition(":")[0] for path in paths if ":" in path})


def policy_files(config: ExperimentConfig) -> dict[str, str]:
    """Return the SHA-256 of each trained policy's file, by strategy.

    Raises:
        InputError: a file is not there.
    """
    return {
        name: file_digest(str(strategy.policy.params.get("file", "")))
        for name, strategy in config.strategies.items()
        if strategy.policy.use == LEARNED
    }


def _source_files() -> list[Path]:
    found: list[Path] = []
    for name in SOURCES:
        path = ROOT / name
        found += [path] if path.is_file() else path.rglob("*.py")
    return sorted(found)


def _module_file(module: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError, AttributeError):
        return None
    path = Path(spec.origin) if spec and spec.origin else None
    return path if path is not None and path.is_file() else None
