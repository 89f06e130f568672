"""Two runs as one: their strategies side by side, where they met the same customers and luck."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from experiments.running.identity import digest_of
from experiments.running.summary import summarise
from experiments.store.lock import locked
from experiments.store.replications import Finished, Job, load
from experiments.store.results import RunResults
from experiments.store.run_folder import STAMP, claim, find_run
from sim.errors import InputError
from sim.inputs.files import read_json
from sim.metrics.metrics import METRICS

SHARED = ("scenario", "seed", "warm_up_days", "horizon_days", "currency")
"""What two runs' manifests must say alike, besides the numbers of the scenario."""
REASONS = 5
"""So many differences are told."""


def compare_runs(
    first: str | Path, second: str | Path, *, folder: str | Path | None = None
) -> RunResults:
    """Compare the strategies of two runs that share scenario and seed, replication by replication.

    Args:
        first: a run's folder, or its name below `runs`; its reference is the comparison's.
        second: another run's.
        folder: where the comparison is kept, as a run folder that `report` reads (None: nowhere).

    Returns:
        What a run of all their strategies would give, over the replications that both have. A
        strategy that both have with the same registers stands once; otherwise the run's name
        follows the strategy's.

    Raises:
        InputError: a folder is no finished run's, or the two cannot be compared: says why.
    """
    runs = _Run.read(find_run(str(first))), _Run.read(find_run(str(second)))
    reasons = list(_why_not(*runs))
    if reasons:
        more = f"; and {len(reasons) - REASONS} more" if len(reasons) > REASONS else ""
        raise InputError(
            f"compare: {runs[0].folder} and {runs[1].folder} met other customers or luck, so "
            f"that no pair of replications can be compared: {'; '.join(reasons[:REASONS])}{more}"
        )
    replications = min(run.manifest["replications"] for run in runs)
    chosen = _named(*runs, replications)
    finished = [
        _renamed(run.kept(strategy, number), name)
        for name, (run, strategy) in chosen.items()
        for number in range(replications)
    ]
    reference = next(n for n, of in chosen.items() if of == (runs[0], runs[0].reference))
    tables = summarise(finished, reference, METRICS)
    tables["provenance"] = runs[0].results.provenance
    results = RunResults.build(tables, _manifest(runs, chosen, reference, replications))
    if folder is not None:
        keep(results, Path(folder))
    return results


@dataclass(frozen=True)
class _Run:
    """A finished run."""

    folder: Path
    results: RunResults

    @classmethod
    def read(cls, folder: Path) -> _Run:
        run = cls(folder, RunResults.load(folder))
        if "compared" in run.manifest:
            of = " and ".join(run.manifest["compared"])
            raise InputError(f"compare: {folder} is a comparison itself, of {of}: name runs")
        return run

    @property
    def manifest(self) -> dict[str, Any]:
        return self.results.manifest

    @property
    def reference(self) -> str:
        return str(self.manifest["reference"])

    @property
    def strategies(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.manifest["config"]["strategies"]
        return found

    @property
    def label(self) -> str:
        return self.folder.resolve().name

    @cached_property
    def code(self) -> str:
        """The digest of the source that the run was made with."""
        return str(read_json(self.folder / STAMP).get("code", ""))

    def kept(self, strategy: str, number: int) -> Finished:
        """Return a replication as it was kept."""
        found = load(self.folder, Job(strategy, number))
        if found is None:
            raise InputError(
                f"{self.folder}: replication {number} of '{strategy}' is missing or damaged: "
                "run the config again"
            )
        return found


def _why_not(one: _Run, other: _Run) -> Iterator[str]:
    """Yield what keeps two runs from being compared."""
    for key in SHARED:
        mine, yours = one.manifest.get(key), other.manifest.get(key)
        if mine != yours:
            yield f"{key} is {mine!r} in the first and {yours!r} in the second"
    for key in ("lifetime_value", "decision_value"):
        mine, yours = (run.manifest["config"].get(key) for run in (one, other))
        if mine != yours:
            yield f"{key} is {mine!r} in the first and {yours!r} in the second"
    if one.manifest.get("scenario") == other.manifest.get("scenario"):
        yield from _other_numbers(one, other)


def _other_numbers(one: _Run, other: _Run) -> Iterator[str]:
    """Yield the scenario's values that differ, except those that a strategy sets for itself."""
    plain = [_plainest(run) for run in (one, other)]
    firms = [
        _flat(run.manifest["firms"][name]) for run, name in zip((one, other), plain, strict=True)
    ]
    own = [
        path
        for run, name in zip((one, other), plain, strict=True)
        for path in _set_by(run.strategies[name])
    ]
    for path in dict.fromkeys([*firms[0], *firms[1]]):
        values = [firm.get(path) for firm in firms]
        theirs = any(path == key or path.startswith(f"{key}.") for key in own)
        if values[0] != values[1] and not theirs:
            yield f"'{path}' is {values[0]!r} in the first and {values[1]!r} in the second"


def _plainest(run: _Run) -> str:
    """Return a strategy that changes nothing in its scenario, else the reference."""
    names = [run.reference, *run.strategies]
    return next((name for name in names if not list(_set_by(run.strategies[name]))), run.reference)


def _set_by(strategy: Mapping[str, Any]) -> Iterator[str]:
    """Yield the scenario's keys that a strategy sets: by its overrides, or by its staffing."""
    yield from _flat(strategy.get("overrides") or {})
    yield from (f"teams.{team}" for team in strategy.get("staffing") or {})


def _flat(content: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Return nested mappings as values by dotted path."""
    flat: dict[str, Any] = {}
    for key, value in content.items():
        here = f"{path}.{key}" if path else str(key)
        flat |= _flat(value, here) if isinstance(value, Mapping) and value else {here: value}
    return flat


def _named(one: _Run, other: _Run, replications: int) -> dict[str, tuple[_Run, str]]:
    """Return the strategies by their names in the comparison, those of the first run first."""
    same = {
        name
        for name in one.strategies
        if name in other.strategies
        and one.manifest["digests"][name][:replications]
        == other.manifest["digests"][name][:replications]
    }
    taken = {name for name in one.strategies if name in other.strategies and name not in same}
    labels = [one.label, other.label]
    if labels[0] == labels[1]:
        labels = ["first", "second"]
    chosen = {}
    for run, label in zip((one, other), labels, strict=True):
        for name in run.strategies:
            if run is one or name not in same:
                chosen[f"{name} ({label})" if name in taken else name] = run, name
    return chosen


def _renamed(finished: Finished, name: str) -> Finished:
    job = Job(name, finished.job.replication)
    return Finished(job, finished.metrics, finished.digest, finished.frames)


def _manifest(
    runs: tuple[_Run, _Run],
    chosen: Mapping[str, tuple[_Run, str]],
    reference: str,
    replications: int,
) -> dict[str, Any]:
    one, other = runs

    def gathered(key: str) -> dict[str, Any]:
        found = {n: (run.manifest.get(key) or {}).get(s) for n, (run, s) in chosen.items()}
        return {name: value for name, value in found.items() if value is not None}

    revisions = list(dict.fromkeys(run.manifest["revision"] for run in runs))
    return {
        **one.manifest,
        "name": "comparison",
        "title": " and ".join(dict.fromkeys(str(run.manifest["title"]) for run in runs)),
        "description": _description(one, other, replications),
        "compared": [str(run.folder) for run in runs],
        "revision": ", ".join(revisions),
        "digest": digest_of([run.manifest["digest"] for run in runs]),
        "replications": replications,
        "config": {
            "name": "comparison",
            "scenario": one.manifest["config"]["scenario"],
            "strategies": _titled(chosen),
        },
        "firms": gathered("firms"),
        "firm_figures": gathered("firm_figures"),
        "staff": gathered("staff"),
        "reference": reference,
        "bounds": [n for n, (run, s) in chosen.items() if s in run.manifest.get("bounds", ())],
        "digests": {n: d[:replications] for n, d in gathered("digests").items()},
    }


def _description(one: _Run, other: _Run, replications: int) -> str:
    text = (
        f"The runs {one.label} and {other.label}, over the {replications} replications that both "
        "have."
    )
    if one.code != other.code:
        text += (
            " They were made with different versions of the source: a difference may be the "
            "source's."
        )
    return text


def _titled(chosen: Mapping[str, tuple[_Run, str]]) -> dict[str, Any]:
    """Return the strategies' settings, with titles that tell them apart."""
    titles = {n: str(run.strategies[s].get("title") or "") for n, (run, s) in chosen.items()}
    every = [title for title in titles.values() if title]
    return {
        name: {
            **run.strategies[strategy],
            "title": titles[name] if every.count(titles[name]) == 1 else "",
        }
        for name, (run, strategy) in chosen.items()
    }


def keep(results: RunResults, folder: Path) -> None:
    """Keep a comparison in a folder of its own; InputError if it is another run's."""
    manifest = results.manifest
    with locked(folder):
        claim(folder, {"name": manifest["name"], "digest": manifest["digest"]})
        results.save(folder)
