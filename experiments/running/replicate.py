"""One replication of one strategy: the path from a config to its tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import polars as pl

from experiments.running.config.experiment import ExperimentConfig
from experiments.strategies.staffing import staffed
from policies.base import Policy
from policies.learned.model import action_names, feature_names
from policies.registry import find, make
from sim.core.world import World
from sim.decisions.actions import KIND_NAMES, Kind
from sim.errors import InputError
from sim.inputs import overlay
from sim.metrics.kpis import Facts, decision_value, kpis
from sim.metrics.lifetime import lifetime_kpis
from sim.metrics.metrics import DECISION_VALUE
from sim.metrics.series import daily, decisions, flows, hourly, survival
from sim.register.register import Register
from sim.scenario import Scenario, load_scenario
from sim.tables.arguments import compiled_of, kinds_of
from sim.tables.compiled import Compiled
from sim.units import DAY_S

VALUER = "oracle"
"""The policy by which entries are valued, whoever decides them."""


@dataclass(frozen=True)
class ReplicationResult:
    """What one replication gives; see ``experiments.store.run_folder.Replication``."""

    metrics: dict[str, float]
    hourly: pl.DataFrame
    flows: pl.DataFrame
    survival: pl.DataFrame
    decisions: pl.DataFrame
    daily: pl.DataFrame
    digest: str
    register: Register = field(repr=False)
    compiled: Compiled = field(repr=False)


@dataclass(frozen=True)
class PreparedStrategy:
    """A strategy made ready: scenario, tables, policy, deciding kinds."""

    scenario: Scenario
    compiled: Compiled
    policy: Policy
    decides: tuple[Kind, ...]


def scenario_of(config: ExperimentConfig, strategy: str) -> Scenario:
    """Return the scenario of a strategy: the firm, the overrides, the staffing."""
    overrides = config.scenario_overrides(strategy)
    scenario = load_scenario(config.scenario, overrides)
    staffing = config.strategies[strategy].staffing
    if not staffing:
        return scenario
    return load_scenario(config.scenario, overlay(overrides, staffed(scenario, staffing)))


def figures_of(firm_figures: str | None, world: Scenario) -> Scenario:
    """Return the scenario whose numbers policies are given: the world's own unless one is named.

    Raises:
        InputError: no such scenario, or one with other features or actions than the world.
    """
    if firm_figures is None:
        return world
    known = load_scenario(firm_figures)
    for what, names in (("actions", action_names), ("features", feature_names)):
        if names(known) != names(world):
            raise InputError(
                f"firm_figures: must have the {what} of the simulated scenario '{world.name}'; "
                f"'{known.name}' has others"
            )
    return known


@lru_cache(maxsize=512)
def _prepared(config_json: str, strategy: str, rule: Callable[..., Policy]) -> PreparedStrategy:
    config = ExperimentConfig.model_validate_json(config_json)
    chosen = config.strategies[strategy]
    scenario = scenario_of(config, strategy)
    compiled = compiled_of(scenario, chosen.regime, chosen.channels)
    policy = rule(figures_of(chosen.firm_figures, scenario), **chosen.policy.params)
    kinds = kinds_of(chosen.decides) & frozenset(policy.decides)
    if chosen.decides is not None and not kinds:
        of_policy = ", ".join(KIND_NAMES[kind] for kind in sorted(policy.decides)) or "nothing"
        raise InputError(
            f"decides: policy '{chosen.policy.use}' would never be asked: it decides {of_policy}; "
            f"got {', '.join(chosen.decides) or 'none'}"
        )
    return PreparedStrategy(scenario, compiled, policy, tuple(sorted(kinds)))


def prepared(config: ExperimentConfig, strategy: str) -> PreparedStrategy:
    """Return a strategy made ready (kept per process: replications share it)."""
    rule: Callable[..., Policy] = find(config.strategies[strategy].policy.use)
    return _prepared(config.model_dump_json(), strategy, rule)


def forget() -> None:
    """Make settings anew when they are next asked for: files that they come from may differ."""
    _prepared.cache_clear()


def world(config: ExperimentConfig, strategy: str, replication: int) -> World:
    """Return the world of a replication at time zero."""
    ready = prepared(config, strategy)
    return World(
        ready.scenario,
        compiled=ready.compiled,
        policy=ready.policy.fork(),
        decides=ready.decides,
        seed=config.seed,
        replication=replication,
    )


def replicate(config: ExperimentConfig, strategy: str, replication: int) -> ReplicationResult:
    """Simulate one replication and measure it."""
    start, end = window(config)
    begun = world(config, strategy, replication)
    begun.listen(moods=config.lifetime_value)
    if config.decision_value:
        begun.value_decisions(make(VALUER, begun.compiled.scenario))
    split = None if config.leaving is None else config.leaving.split
    believed = None
    if split is not None:  # what it needs takes a while to import
        from experiments.running import beliefs

        begun.advance(start + split * (end - start))
        believed = beliefs.believed_churn(begun)
    done = begun.run(end)
    found = measure(done, start, end, lifetime_value=config.lifetime_value, leaving=split)
    facts = Facts.of(done.compiled, done.customers, start, end)
    if split is not None:
        found.metrics.update(beliefs.belief_kpis(done, believed, facts, split))
    if config.decision_value:
        found.metrics[DECISION_VALUE] = decision_value(done.register, facts)
    return found


def window(config: ExperimentConfig) -> tuple[float, float]:
    """Return when measuring starts and ends, seconds from the start of the simulation.

    Raises:
        InputError: the warm-up is still to be found.
    """
    if not isinstance(config.warm_up_days, (int, float)):
        raise InputError("warm_up_days: 'auto' must be resolved before replications run")
    start = config.warm_up_days * DAY_S
    return start, start + config.horizon_days * DAY_S


def measure(
    done: World,
    start: float,
    end: float,
    *,
    lifetime_value: bool = False,
    leaving: float | None = None,
) -> ReplicationResult:
    """Return the metrics and tables of a world that has run to ``end`` (both in seconds).

    ``lifetime_value``: also those of ``sim.metrics.metrics.LIFETIME``; somebody has listened to the
    world's moods from its start on. ``leaving``: also those of ``sim.metrics.metrics.PREDICTION``,
    with customers measured over this share of the window.
    """
    facts = Facts.of(done.compiled, done.customers, start, end)
    register, compiled = done.register, done.compiled
    metrics = kpis(register, facts)
    if lifetime_value:
        metrics |= lifetime_kpis(done, done.heard("moods"), facts, metrics["net_value"])
    if leaving is not None:
        from sim.metrics.leaving import leaving_kpis

        metrics |= leaving_kpis(register, facts, leaving)
    return ReplicationResult(
        metrics,
        pl.DataFrame(hourly(register, facts, compiled), schema=HOURLY),
        pl.DataFrame(flows(register, facts, compiled), schema=FLOWS),
        pl.DataFrame(survival(facts)),
        pl.DataFrame(decisions(register, facts, compiled), schema=DECISIONS),
        pl.DataFrame(daily(register, facts)),
        register.digest(),
        register,
        compiled,
    )


_FIGURES = dict.fromkeys(("contacts", "mean_wait_s", "occupancy"), pl.Float64())
HOURLY = {"channel": pl.String(), "hour": pl.Int64()} | _FIGURES
FLOWS = {"source": pl.String(), "target": pl.String(), "contacts": pl.Float64()}
DECISIONS = {"kind": pl.String(), "action": pl.String(), "count": pl.Float64()}
