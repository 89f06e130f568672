"""What an environment simulates: arguments checked and made ready once."""

from __future__ import annotations

from dataclasses import dataclass

from sim.core.engine import engine_of
from sim.decisions.actions import Decider, Kind
from sim.decisions.features import Features
from sim.errors import InputError
from sim.scenario import Scenario
from sim.scenario.knowledge import Regime
from sim.tables.arguments import (
    Channels,
    Kinds,
    RegimeSource,
    Source,
    check_policy,
    compiled_of,
    kinds_of,
    regime_of,
    scenario_of,
)
from sim.tables.compiled import Compiled
from sim.units import DAY_S, YEAR_S


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A scenario under a regime, who decides what, and how long an episode is.

    ``decides`` are the learner's kinds; ``rule`` takes the others (None: the firm's default rule).
    ``discount_per_s`` is for ``info["discount"]``; ``engine`` is the name of the core's.
    """

    scenario: Scenario
    regime: Regime
    compiled: Compiled
    features: Features
    rule: Decider | None
    rule_name: str
    decides: frozenset[Kind]
    horizon_days: float
    warm_up_days: int
    warm_up_seed: int
    warm_up_worlds: int
    discount_per_s: float
    shaping: bool
    terminal_value: bool
    engine: str

    def __deepcopy__(self, memo: object) -> Setting:
        """Return itself: nothing in a setting changes."""
        return self

    @property
    def horizon_s(self) -> float:
        """Seconds of an episode."""
        return self.horizon_days * DAY_S


def make_setting(
    scenario: Source = "helpdesk",
    *,
    regime: RegimeSource | None = None,
    channels: Channels | None = None,
    decides: Kinds | None = None,
    rule: Decider | None = None,
    rule_name: str | None = None,
    horizon_days: float = 7.0,
    warm_up_days: int = 0,
    warm_up_seed: int = 0,
    warm_up_worlds: int = 1,
    discount_per_year: float | None = None,
    shaping: bool = False,
    terminal_value: bool = False,
    engine: str | None = None,
) -> Setting:
    """Return a checked setting; the arguments are those of ``JourneyEnv``.

    Raises:
        InputError: an unknown name, or a number out of range.
    """
    firm = scenario_of(scenario)
    chosen = regime_of(firm, regime)
    check_policy(rule)
    kinds = kinds_of(decides)
    if not kinds:
        raise InputError("decides: must name at least one kind of decision; got none")
    _at_least("horizon_days", horizon_days, 0.0, above=True)
    _at_least("warm_up_days", warm_up_days, 0)
    _at_least("warm_up_worlds", warm_up_worlds, 1)
    if int(warm_up_days) != warm_up_days:
        raise InputError(f"warm_up_days: must be whole days; got {warm_up_days!r}")
    per_year = firm.money.discount_per_year if discount_per_year is None else discount_per_year
    _at_least("discount_per_year", per_year, 0.0)
    return Setting(
        scenario=firm,
        regime=chosen,
        compiled=compiled_of(firm, chosen, channels),
        features=Features(firm, chosen),
        rule=rule,
        rule_name=_rule_name(rule, rule_name),
        decides=kinds,
        horizon_days=float(horizon_days),
        warm_up_days=int(warm_up_days),
        warm_up_seed=int(warm_up_seed),
        warm_up_worlds=int(warm_up_worlds),
        discount_per_s=per_year / YEAR_S,
        shaping=bool(shaping),
        terminal_value=bool(terminal_value),
        engine=engine_of(engine).name,
    )


def _rule_name(rule: Decider | None, name: str | None) -> str:
    """Return the name that snapshots keep: ``default`` is nobody but the firm's default rule."""
    if name is None:
        return "default" if rule is None else type(rule).__name__
    if (rule is None) != (name == "default"):
        given = "no rule" if rule is None else type(rule).__name__
        raise InputError(
            f"rule_name: must be 'default' without a rule, and no 'default' with one; "
            f"got {name!r} with {given}"
        )
    return name


def _at_least(key: str, value: object, low: float, *, above: bool = False) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if number and (value > low if above else value >= low) and value < float("inf"):  # type: ignore[operator]
        return
    raise InputError(f"{key}: must be {'above' if above else 'at least'} {low:g}; got {value!r}")
