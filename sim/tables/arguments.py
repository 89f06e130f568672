"""What worlds, environments and replications are given, checked in one place.

Every function takes names or objects and raises ``InputError``, which names the key (``key``, or
the longer path that the caller gives), the rule, the value and the nearest valid name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any, TypeGuard

from sim.decisions.actions import KIND_NAMES, KINDS, Decider, Kind
from sim.errors import InputError
from sim.inputs import merge, unknown_name, validate
from sim.inputs.compose import EXTENDS
from sim.inputs.names import show
from sim.scenario import Scenario, load_scenario
from sim.scenario.knowledge import Regime
from sim.tables.compiled import Compiled

Source = str | Path | Mapping[str, Any] | Scenario
RegimeSource = str | Mapping[str, Any] | Regime
Channels = str | Iterable[str]
Kinds = str | Kind | Iterable[str | Kind]


def scenario_of(source: Source) -> Scenario:
    """Return a scenario by shipped name, path, mapping, or as it is."""
    if isinstance(source, Scenario):
        return source
    if not isinstance(source, (str, Path, Mapping)):
        raise InputError(
            f"scenario: must be a name, a path, a mapping or a Scenario; got {show(source)}"
        )
    return load_scenario(source)


def compiled_of(
    scenario: Scenario, regime: RegimeSource | None, channels: Channels | None
) -> Compiled:
    """Return a scenario's tables under a regime, with the channels that are on (None: all)."""
    return Compiled(scenario, regime_of(scenario, regime), channels_of(scenario, channels))


def regime_of(scenario: Scenario, regime: RegimeSource | None, key: str = "regime") -> Regime:
    """Return a regime by the scenario's name, as given, or the full one (None).

    A mapping may say which of the scenario's it `extends`.
    """
    if regime is None:
        return Regime()
    if isinstance(regime, Regime):
        return regime
    if isinstance(regime, Mapping):
        own = {name: value for name, value in regime.items() if name != EXTENDS}
        if EXTENDS in regime:
            base = regime_of(scenario, regime[EXTENDS], f"{key}.{EXTENDS}")
            own = merge(base.model_dump(mode="json"), own)
        return validate(Regime, own, key)
    if not isinstance(regime, str) or regime not in scenario.regimes:
        raise unknown_name(key, regime, scenario.regimes)
    return scenario.regimes[regime]


def channels_of(
    scenario: Scenario, channels: Channels | None, key: str = "channels"
) -> frozenset[str]:
    """Return the channels that are on (None: all of the scenario)."""
    if channels is None:
        return frozenset(scenario.channels)
    names = _listed(key, channels)
    for name in names:
        if not isinstance(name, str) or name not in scenario.channels:
            raise unknown_name(key, name, scenario.channels)
    if not names:
        raise InputError(f"{key}: must name at least one channel; got none")
    return frozenset(names)


def kinds_of(kinds: Kinds | None, key: str = "decides") -> frozenset[Kind]:
    """Return kinds of decision by name (None: all that there are)."""
    if kinds is None:
        return frozenset(KINDS)
    chosen = set()
    for name in _listed(key, kinds):
        kind = Kind(KIND_NAMES.index(name)) if name in KIND_NAMES else name
        if not isinstance(kind, Kind) or kind not in KINDS:  # a signal is never asked yet
            raise unknown_name(key, name, [KIND_NAMES[k] for k in KINDS])
        chosen.add(kind)
    return frozenset(chosen)


def check_policy(policy: Decider | None) -> None:
    """Refuse what cannot decide: a name, a class, an object without ``decide`` or ``reads``."""
    if policy is None:
        return
    whole = callable(getattr(policy, "decide", None)) and hasattr(policy, "reads")
    if isinstance(policy, type) or not whole:
        raise InputError(
            "policy: must be an object with reads and decide(view), as policies.registry.make "
            f"gives; got {show(policy)}"
        )


def whole_number(key: str, value: object) -> int:
    """Return a seed or a number of a replication."""
    try:
        number = -1 if isinstance(value, bool) else value.__index__()  # type: ignore[attr-defined]
    except (AttributeError, TypeError):
        number = -1
    if not 0 <= number < 2**63:
        raise InputError(f"{key}: must be a whole number from 0 on; got {show(value)}")
    return int(number)


def heads(key: str, value: object, least: int) -> int:
    """Return a number of people or contacts, from ``least`` on."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 2**31:
        raise InputError(f"{key}: must be a whole number from {least} on; got {show(value)}")
    return value


def from_0(key: str, value: object) -> float:
    """Return a number from 0 on."""
    if not _is_number(value) or value < 0:
        raise InputError(f"{key}: must be a number from 0 on; got {show(value)}")
    return float(value)


def above_0(key: str, value: object) -> float:
    """Return a number above 0."""
    if not _is_number(value) or value <= 0:
        raise InputError(f"{key}: must be a number above 0; got {show(value)}")
    return float(value)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)


def number_of(key: str, name: object, names: Sequence[str]) -> int:
    """Return the number of what has a name."""
    if name not in names:
        raise unknown_name(key, name, names)
    return names.index(str(name))


def _listed(key: str, values: Any) -> list[Any]:
    if isinstance(values, (str, Kind)):
        return [values]
    try:
        return sorted(values, key=str)
    except TypeError:
        raise InputError(f"{key}: must be a list of names; got {show(values)}") from None
