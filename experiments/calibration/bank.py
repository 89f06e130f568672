"""Everything fitted to the bank's call log, as one record and as a YAML fragment of a scenario."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from experiments.calibration.customers.arrivals import (
    DAY_GROUPS,
    Arrivals,
    fit_arrivals,
    hourly_from_calls,
    type_mix,
    type_mix_by_hour,
)
from experiments.calibration.customers.patience import Patience, fit_patience, patience_by_type
from experiments.calibration.staff.agents import (
    ABSENT_S,
    MIN_GAPS,
    Unavailability,
    agents_on,
    duties,
    fit_unavailability,
    gap_bounds,
    skills,
    speeds,
)
from experiments.calibration.staff.queueing import Redial, fit_redial, head_start_s, priority_mix
from experiments.calibration.staff.service import ServiceTime, fit_ivr, fit_service, service_by_type

CALLBACK_TYPE = "TT"  # the bank returning a message: the system dials, then needs an agent at once
DIGITS = 4


@dataclass(frozen=True, slots=True)
class CallFit:
    """What a simulation of the queue needs, fitted to calls of some days.

    Mappings go by call type, except `skills` and `speed` by agent; `priority[type]` has the shares
    of the levels 0, 1, 2. The queue is first come, first served by the time of the offer less
    `head_start_s` times the level. Callers who have to wait call back agents who left with nobody
    waiting, after exponential delays of mean `answer_delay_s` (None: agents come back by themselves
    only). Times in seconds.
    """

    service: dict[str, ServiceTime]
    patience: dict[str, Patience]
    away_without_queue: Unavailability
    away_with_queue: Unavailability
    skills: dict[str, frozenset[str]]
    speed: dict[str, float]
    priority: dict[str, tuple[float, ...]]
    head_start_s: float
    answer_delay_s: float | None = None

    @property
    def commonest(self) -> str:
        """The call type with the most services."""
        return max(self.service, key=lambda kind: self.service[kind].calls)

    def with_absence(self, longer: float, answer_delay_s: float | None) -> "CallFit":
        """Return it with another answer delay and pauses longer by a log factor, nobody waiting."""
        away = self.away_without_queue
        away = replace(away, pause_log_mean=away.pause_log_mean + longer)
        return replace(self, away_without_queue=away, answer_delay_s=answer_delay_s)


def fit_calls(calls: pl.DataFrame) -> CallFit:
    """Fit the queue's parameters to the frame of `call_log`; raises `InputError` if too thin.

    Without the corrections of `experiments.calibration.replay.attention`, which need simulations.
    """
    service = service_by_type(calls)
    means = {kind: fitted.observed_mean_s for kind, fitted in service.items()}
    return CallFit(
        service=service,
        patience=patience_by_type(calls),
        away_without_queue=away(calls, callers_waited=False),
        away_with_queue=away(calls, callers_waited=True),
        skills=skills(calls),
        speed=speeds(calls, means),
        priority=priority_mix(calls),
        head_start_s=head_start_s(calls),
    )


def away(calls: pl.DataFrame, *, callers_waited: bool) -> Unavailability:
    """Time between calls with or without callers waiting; of both where one has too few calls."""
    bounds = gap_bounds(calls, callers_waited=callers_waited)
    if np.sum(bounds[:, 0] == bounds[:, 1]) < MIN_GAPS:
        bounds = np.concatenate([bounds, gap_bounds(calls, callers_waited=not callers_waited)])
    return fit_unavailability(bounds)


def rounded(value: Any) -> Any:
    """Plain values with floats to `DIGITS` significant digits, however nested."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: rounded(child) for key, child in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(child) for child in value]
    return value


def fitted(value: Any, source: str) -> dict[str, Any]:
    """A fitted value as a scenario states it, rounded, with where it comes from."""
    return {"value": rounded(value), "source": source, "status": "fitted"}


def each_fitted(values: Mapping[str, Any], source: str) -> dict[str, Any]:
    """Every value as `fitted`, by its key."""
    return {key: fitted(value, source) for key, value in values.items()}


def _service_yaml(fit: ServiceTime, source: str) -> dict[str, Any]:
    values = {
        "mean_s": fit.mean_s,
        "observed_mean_s": fit.observed_mean_s,
        "observed_cv": fit.observed_cv,
        "short_share": fit.short_share,
        "log_mean": fit.log_mean,
        "log_sd": fit.log_sd,
    }
    return each_fitted(values, f"{source}; {fit.calls} services")


def _patience_yaml(fit: Patience, source: str) -> dict[str, Any]:
    values = {
        "shape": fit.shape,
        "scale_s": fit.scale_s,
        "median_s": fit.median_s,
        "kaplan_meier_median_s": fit.km_median_s,
        "exponential_mean_s": fit.exponential_mean_s,
        "left_within_5_s_share": fit.balk_share,
    }
    return each_fitted(
        values, f"{source}; {fit.abandoned} of {fit.queued} queued callers abandoned"
    )


def _away_yaml(fit: Unavailability, source: str) -> dict[str, Any]:
    values = {
        "mean_s": fit.mean_s,
        "wrap_up_log_mean": fit.wrap_log_mean,
        "wrap_up_log_sd": fit.wrap_log_sd,
        "pause_share": fit.pause_share,
        "pause_log_mean": fit.pause_log_mean,
        "pause_log_sd": fit.pause_log_sd,
        "pause_mean_s": fit.pause_mean_s,
        "longest_s": ABSENT_S,
    }
    return each_fitted(values, source)


def _redial_yaml(fit: Redial, source: str) -> dict[str, Any]:
    values = {
        "share_within_60_min": fit.share,
        "delay_median_s": fit.median_delay_s,
        "delay_log_mean": fit.log_mean,
        "delay_log_sd": fit.log_sd,
    }
    return each_fitted(values, f"{source}; {fit.calls} identified calls")


def _arrivals_yaml(fit: Arrivals, calls: pl.DataFrame, source: str, counted: str) -> dict[str, Any]:
    spread = {
        "day_factor_cv": fit.day_cv,
        "hour_factor_cv": fit.hour_cv,
        "hourly_rate_cv_sunday_thursday": fit.hourly_rate_cv,
    }
    return {
        "calls_per_hour": each_fitted(fit.per_hour, f"{counted}; {fit.days} open days"),
        **each_fitted(spread, counted),
        "variance_to_mean_within_hour": fitted(fit.variance_to_mean, source),
        "type_mix": each_fitted(type_mix(calls), source),
        "type_mix_by_hour": each_fitted(type_mix_by_hour(calls), source),
    }


def _agents_yaml(calls: pl.DataFrame, fit: CallFit, source: str) -> dict[str, Any]:
    by_day = duties(calls)
    on: dict[str, Any] = {}
    for group, members in DAY_GROUPS.items():
        days = [agents_on(found) for day, found in by_day.items() if day.isoweekday() in members]
        if days:
            mean = np.mean(days, axis=0)
            on[group] = fitted(mean.tolist(), f"{source}; {len(days)} days")
    people = {
        agent: {
            "skills": fitted(sorted(kinds), source),
            "relative_service_time": fitted(fit.speed[agent], source),
        }
        for agent, kinds in fit.skills.items()
    }
    return {
        "signed_on_by_quarter_hour": on,
        "away_after_call_without_queue": _away_yaml(fit.away_without_queue, source),
        "away_after_call_with_queue": _away_yaml(fit.away_with_queue, source),
        "agents": people,
    }


def bank_fragment(
    calls: pl.DataFrame,
    hourly: pl.DataFrame | None = None,
    *,
    source: str = "call log",
    hourly_source: str = "hourly counts",
) -> dict[str, Any]:
    """All fitted parameters as nested plain values, each with `value`, `source` and `status`.

    `calls` as from `call_log.read_calls`; `hourly` (columns date, hour, calls) replaces the call
    log for the arrivals' means and overdispersion. Raises `InputError` when a fit lacks data.
    """
    fit = fit_calls(calls)
    counted = source if hourly is None else hourly_source
    counts = hourly_from_calls(calls) if hourly is None else hourly
    ivr = fit_ivr(calls)
    served = calls.filter(pl.col("outcome") == "served")
    everyone = fit_service(served["service_s"].to_numpy().astype(np.float64))
    ivr_values = {
        "median_s": ivr.median_s,
        "mean_s": ivr.mean_s,
        "log_mean": ivr.log_mean,
        "log_sd": ivr.log_sd,
        "left_in_ivr_share": ivr.left_share,
    }
    return {
        "bank": {
            "arrivals": _arrivals_yaml(fit_arrivals(counts, calls), calls, source, counted),
            "ivr": each_fitted(ivr_values, source),
            "service": {
                "all": _service_yaml(everyone, source),
                **{kind: _service_yaml(f, source) for kind, f in fit.service.items()},
            },
            "patience": {
                "all": _patience_yaml(fit_patience(calls), source),
                **{kind: _patience_yaml(f, source) for kind, f in fit.patience.items()},
            },
            "redial": {
                "after_abandonment": _redial_yaml(fit_redial(calls, "abandoned"), source),
                "after_service": _redial_yaml(fit_redial(calls, "served"), source),
            },
            "queue": {
                "head_start_per_priority_s": fitted(fit.head_start_s, source),
                "served_first": {
                    "value": [CALLBACK_TYPE],
                    "source": "returned calls: the system dials the customer for an agent",
                    "status": "assumed",
                },
                "priority_mix": each_fitted(fit.priority, source),
            },
            "staff": _agents_yaml(calls, fit, source),
        }
    }
