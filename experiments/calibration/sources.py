"""Everything the bank's scenario takes from the three logs, fitted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from experiments.calibration.bank import CallFit, fit_calls
from experiments.calibration.cases.service_desk import ServiceDesk, fit_service_desk
from experiments.calibration.customers.arrivals import Arrivals, fit_arrivals, type_mix
from experiments.calibration.logs.call_log import offered
from experiments.calibration.replay.attention import Attention, attentive_fit
from experiments.calibration.staff.agents import ObservedDuty, duties, skills
from experiments.calibration.staff.queueing import Redial, fit_redial
from experiments.calibration.staff.service import IvrTime, fit_ivr
from sim.errors import InputError

DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Logs:
    """Everything fitted that the scenario states, and where it comes from."""

    fit: CallFit
    mix: Mapping[str, float]
    calls_per_day: float
    ivr: IvrTime
    abandoned: Redial
    served: Redial
    arrivals: Arrivals
    duties: Mapping[date, list[ObservedDuty]]
    skills: Mapping[str, frozenset[str]]
    desk: ServiceDesk
    source: str
    hourly_source: str
    desk_source: str


def read_logs(
    calls: pl.DataFrame,
    hourly: pl.DataFrame,
    journeys: pl.DataFrame,
    *,
    source: str,
    hourly_source: str,
    desk_source: str,
    attention: Attention | None = None,
) -> Logs:
    """Fit all that the scenario needs; raises `InputError` when a log is too thin.

    `attention`: known already, not fitted (which takes a minute).
    """
    asked = offered(calls)
    by_day = asked.group_by("day").len().with_columns(weekday=pl.col("day").dt.weekday())
    by_weekday = by_day.group_by("weekday").agg(pl.col("len").mean())
    if by_weekday.height < DAYS_A_WEEK:
        raise InputError("calls: the call log must hold every day of the week")
    return Logs(
        fit=attention.of(fit_calls(calls)) if attention else attentive_fit(calls),
        mix=type_mix(calls),
        calls_per_day=float(by_weekday["len"].sum()) / DAYS_A_WEEK,
        ivr=fit_ivr(calls),
        abandoned=fit_redial(calls, "abandoned"),
        served=fit_redial(calls, "served"),
        arrivals=fit_arrivals(hourly, calls),
        duties=duties(calls),
        skills=skills(calls),
        desk=fit_service_desk(journeys),
        source=source,
        hourly_source=hourly_source,
        desk_source=desk_source,
    )
