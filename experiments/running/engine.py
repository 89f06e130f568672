"""What the runner needs of the simulator, in one place, so that tests can put in their own."""

from __future__ import annotations

import hashlib
import json
import traceback
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.running.config.experiment import ExperimentConfig
from experiments.runtime.pool import RunError
from experiments.store.replications import Replication
from experiments.strategies.strategy import Strategy
from sim.errors import InputError
from sim.inputs import ProvenanceRow, nearest

if TYPE_CHECKING:
    from experiments.running.replicate import PreparedStrategy
    from policies.base import Policy
    from sim.metrics.metrics import Metric
    from sim.scenario import Scenario
    from sim.tables.compiled import Compiled

Replicate = Callable[[ExperimentConfig, str, int], Replication]


@dataclass(frozen=True)
class Firm:
    """What a run says about the scenarios that it simulates.

    `contents` holds the resolved scenario by strategy as plain values; `provenance` one row for
    each number of the reference strategy's scenario; `bounds` the strategies whose policy sees
    hidden state, so that they are bounds and no advice; `firm_figures` the scenarios,
    by strategy, whose numbers policies are given instead; `files` the SHA-256 of the files that
    policies declare, by strategy and name; `staff` people and paid hours by strategy and team;
    `prints` a digest by strategy of all that makes its registers: strategies that share it are one;
    `blind` the strategies whose policy would believe what signals say where none are shown.
    """

    contents: Mapping[str, Any]
    provenance: tuple[ProvenanceRow, ...] = ()
    currency: str = ""
    bounds: tuple[str, ...] = ()
    firm_figures: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    staff: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)
    prints: Mapping[str, str] = field(default_factory=dict)
    blind: tuple[str, ...] = ()

    def only(self, strategies: Collection[str]) -> Firm:
        """Return what is said about some of the strategies."""

        def some(by_strategy: Mapping[str, Any]) -> dict[str, Any]:
            return {name: value for name, value in by_strategy.items() if name in strategies}

        return replace(
            self,
            contents=some(self.contents),
            bounds=tuple(name for name in self.bounds if name in strategies),
            blind=tuple(name for name in self.blind if name in strategies),
            firm_figures=some(self.firm_figures),
            files=some(self.files),
            staff=some(self.staff),
            prints=some(self.prints),
        )


@dataclass(frozen=True)
class Engine:
    """The simulator as the runner sees it. All members must survive pickling by name.

    `replicate` runs one replication; `describe` loads and checks every strategy's scenario and
    raises InputError before anything runs; `export` writes a result's register into a folder;
    `metrics` describes the metrics by name: direction, unit and group.
    """

    replicate: Replicate
    describe: Callable[[ExperimentConfig], Firm]
    export: Callable[[Replication, Path, str], None] | None = None
    metrics: Mapping[str, Metric] = field(default_factory=dict)

    @property
    def better(self) -> dict[str, str]:
        """`higher`, `lower` or `neither` by metric."""
        return {name: str(metric.better) for name, metric in self.metrics.items()}


def metrics_of(config: ExperimentConfig) -> dict[str, Metric]:
    """Return the metrics that a config measures, by name."""
    from sim.metrics.metrics import measured

    return measured(
        lifetime_value=config.lifetime_value,
        decision_value=config.decision_value,
        prediction=config.leaving is not None,
    )


def check_metrics(config: ExperimentConfig, known: Mapping[str, object]) -> None:
    """Refuse a stopping rule, a front or a gap over a metric that does not exist.

    Raises:
        InputError: names the metric and the nearest.
    """
    named = [("pareto.metrics", name) for name in (config.pareto.metrics if config.pareto else ())]
    named += [("gap.metric", name) for name in (config.gap.weights if config.gap else ())]
    if not isinstance(config.replications, int):
        wanted = config.replications.precision
        named += [(f"replications.precision.{name}", name) for name in wanted]
    for key, name in named:
        if name not in known:
            what = "" if key.endswith(name) else f" '{name}'"
            raise InputError(f"{key}: unknown metric{what}{nearest(name, known)}")


def attempt(
    replicate: Replicate, config: ExperimentConfig, strategy: str, replication: int
) -> Replication:
    """Return the result of one replication.

    Raises:
        InputError: what `replicate` refuses.
        RunError: anything else that it raises, with the place where it was raised.
    """
    try:
        return replicate(config, strategy, replication)
    except (InputError, RunError):
        raise
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        raise RunError(
            f"strategy '{strategy}', replication {replication} failed: "
            f"{type(error).__name__}: {error} ({Path(place.filename).name}, line {place.lineno}); "
            "finished replications are kept"
        ) from error


def simulator() -> Engine:
    """Return the engine that simulates."""
    from experiments.running.replicate import replicate
    from sim.metrics.metrics import METRICS

    return Engine(replicate, _describe, _export, METRICS)


def shows_signals(compiled: Compiled) -> bool:
    """Return whether a strategy's regime shows traces of customers, of which beliefs are made."""
    return compiled.on.signals and compiled.regime.signals != "none"


def notes_of(config: ExperimentConfig, firm: Firm) -> list[str]:
    """Return what strategies will not do though they look as if they would, a sentence each."""
    return [
        f"{config.strategies[name].title or name}: acts on segments, as its policy is to act on "
        "what signals say of each customer, and none are shown (`signals: none` in its regime, or "
        "the mechanism `signals` off)."
        for name in firm.blind
        if name in config.strategies
    ]


def _describe(config: ExperimentConfig) -> Firm:
    from experiments.running.replicate import forget, prepared
    from experiments.strategies.staffing import staff
    from sim.inputs import provenance_of
    from sim.scenario import load_scenario
    from sim.scenario.load import load_with_provenance

    check_metrics(config, metrics_of(config))
    contents: dict[str, Any] = {}
    firm_figures: dict[str, Any] = {}
    files: dict[str, dict[str, str]] = {}
    people: dict[str, dict[str, dict[str, float]]] = {}
    prints: dict[str, str] = {}
    bounds, blind = [], []
    forget()  # what another run prepared in this process may be out of date
    for name, strategy in config.strategies.items():
        try:
            firm, table = load_with_provenance(config.scenario, config.scenario_overrides(name))
        except InputError as error:
            own = f"strategies.{name}: " if strategy.overrides else ""
            raise InputError(f"{own}{error}") from None
        check_strategy(name, strategy, firm)
        try:
            ready = prepared(config.only(name), name)
            digests = _file_digests(ready.policy)
        except InputError as error:
            raise InputError(f"strategies.{name}: {error}") from None
        if ready.policy.bound:
            bounds.append(name)
        if "belief" in ready.policy.reads and not shows_signals(ready.compiled):
            blind.append(name)
        if digests:
            files[name] = digests
        contents[name] = ready.scenario.model_dump(mode="json")
        people[name] = staff(ready.scenario)
        if strategy.firm_figures is not None:
            firm_figures[name] = load_scenario(strategy.firm_figures).model_dump(mode="json")
        prints[name] = _print(ready, strategy, contents[name], [digests, firm_figures.get(name)])
        if name == config.reference_name:
            rows = provenance_of(firm.model_dump(mode="json"), table)
            currency = firm.money.currency
    told = firm_figures, files, people, prints, tuple(blind)
    return Firm(contents, tuple(rows), currency, tuple(bounds), *told)


def _print(ready: PreparedStrategy, strategy: Strategy, scenario: Any, more: list[Any]) -> str:
    """Return the digest of all that makes a strategy's registers, beside the run's days and seed.

    A user's own policy may look at anything that it was given, so its parameters are taken as they
    are written.
    """
    from sim.tables.arguments import channels_of, regime_of

    chosen = strategy.policy
    values = chosen.params if ":" in chosen.use else ready.policy.values
    content = {
        "scenario": scenario,
        "regime": regime_of(ready.scenario, strategy.regime).model_dump(mode="json"),
        "channels": sorted(channels_of(ready.scenario, strategy.channels)),
        "decides": [int(kind) for kind in ready.decides],
        "policy": [chosen.use, values, chosen.params.get("file")],
        "more": more,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def _file_digests(policy: Policy) -> dict[str, str]:
    digests = {}
    for name, path in zip(policy.files, policy.file_paths(), strict=True):
        if not path.is_file():
            raise InputError(f"policy: {type(policy).__name__}.files: no file '{path}'")
        with path.open("rb") as file:
            digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return digests


def check_strategy(name: str, strategy: Strategy, scenario: Scenario) -> None:
    """Refuse a strategy that names what its scenario does not have, or an impossible regime.

    Raises:
        InputError: names the key and the nearest valid name.
    """
    from sim.tables.arguments import channels_of, regime_of

    where = f"strategies.{name}"
    channels_of(scenario, strategy.channels, f"{where}.channels")
    regime_of(scenario, strategy.regime, f"{where}.regime")
    for team in strategy.staffing:
        if team not in scenario.teams:
            raise InputError(
                f"{where}.staffing: '{team}' is not in scenario "
                f"'{scenario.name}'{nearest(team, scenario.teams)}"
            )


def _export(result: Replication, folder: Path, form: str) -> None:
    from experiments.running.replicate import ReplicationResult
    from sim.register.export import export

    if isinstance(result, ReplicationResult):
        export(result.register, folder, form, result.compiled)
