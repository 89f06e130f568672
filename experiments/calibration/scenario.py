"""The bank as a scenario: what the logs tell, laid over `bank_base.yaml`, which holds the rest."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from experiments.calibration.bank import fitted
from experiments.calibration.customers.arrivals import DAY_GROUPS, Arrivals
from experiments.calibration.durations import (
    answer_duration,
    away_duration,
    lognormal,
    patience_duration,
    redial_duration,
    service_duration,
)
from experiments.calibration.sources import Logs
from experiments.calibration.staff.agents import ObservedDuty, agents_on
from experiments.calibration.staff.queueing import PRIORITIES
from experiments.calibration.staff.roster import WEEKDAYS, team_shifts
from sim.behaviour.customers import recontact_probability
from sim.errors import InputError
from sim.inputs import read_yaml
from sim.units import DAYS_PER_MONTH

BASE = Path(__file__).with_name("bank_base.yaml")
RARE_SHARE = 0.05  # call types below this share of calls have no agents of their own
MIN_AGENTS = 0.25  # mean agents on duty below which the lines count as closed
HEADER = """\
# Written by: optichannel calibrate scenario --calls … --hourly … --desk … --out …
# Fitted figures come from the logs, all others from experiments/calibration/bank_base.yaml;
# docs/results/bank.md says how the fit was made and how well it predicts days left out. Change the
# base, not this file.
"""
Section = dict[str, Any]


def lay_over(base: Section, above: Section) -> Section:
    """Return `base` with `above` added or replacing, mapping by mapping; neither is changed."""
    result = dict(base)
    for key, value in above.items():
        below = result.get(key)
        both = isinstance(below, dict) and isinstance(value, dict) and "status" not in value
        result[key] = lay_over(below, value) if both else value  # type: ignore[arg-type]
    return result


def weekly_weights(arrivals: Arrivals, by_day: Mapping[date, list[ObservedDuty]]) -> list[float]:
    """Calls of the 168 hours of a week, Monday 0:00 first; 0 where agents are hardly ever on."""
    week = np.zeros((len(WEEKDAYS), 24))
    for group, members in DAY_GROUPS.items():
        days = [agents_on(found) for day, found in by_day.items() if day.isoweekday() in members]
        on = np.mean(days, axis=0).reshape(24, 4).mean(axis=1)
        hours = np.where(on >= MIN_AGENTS, arrivals.per_hour[group], 0.0)
        week[[weekday - 1 for weekday in members]] = hours
    return [float(x) for x in week.ravel()]


def _demand(logs: Logs) -> Section:
    source = f"{logs.hourly_source}, hours with agents on the phones"
    return {
        "weekly": fitted(weekly_weights(logs.arrivals, logs.duties), source),
        "day_cv": fitted(logs.arrivals.day_cv, logs.hourly_source),
        "hour_cv": fitted(logs.arrivals.hour_cv, logs.hourly_source),
    }


def _intent(logs: Logs, kind: str, base: Section, settings: Section) -> Section:
    """Service, patience and volume of one call type; how often phone and e-mail settle it."""
    name = settings["call_types"][kind]
    service, patience = logs.fit.service[kind], logs.fit.patience[kind]
    per_call = 1.0 if name in settings["phone_only"] else settings["needs_per_call"]
    per_customer = logs.calls_per_day * logs.mix[kind] * DAYS_PER_MONTH / settings["customers"]
    back = recontact_probability(
        base["returns"]["recontact_probability"], base["intents"][name]["urgency"]
    )
    resolution: Section = {
        "phone": fitted(
            1 - logs.served.share / back,
            f"{logs.source}: calls again within the hour of a service, over the chance to return",
        ),
        "ivr": fitted(logs.ivr.left_share, f"{logs.source}: share that leaves in the IVR"),
        "email": fitted(
            1 - logs.desk.repeat_7_day_share_email / back,
            f"{logs.desk_source}: 7-day repeats after e-mail, over the chance to return",
        ),
    }
    return {
        "needs_per_month": fitted(
            per_customer * per_call,
            f"{logs.source}: calls offered to agents, {per_call:g} needs for each (assumed)",
        ),
        "talk_s": fitted(service_duration(service), f"{logs.source}; {service.calls} services"),
        "patience": fitted(
            patience_duration(patience),
            f"{logs.source}; {patience.abandoned} of {patience.queued} queued callers abandoned",
        ),
        "resolution": resolution,
    }


def _segments(logs: Logs, names: Mapping[str, str], base: Section) -> Section:
    """Priority, needs by type, and e-mail beside the phone, of each priority class."""
    found: Section = {}
    emails = logs.desk.email_share_of_contacts
    for level, (name, segment) in enumerate(base.items()):
        factors = {
            names[kind]: logs.fit.priority[kind][level] / segment["share"]
            for kind in names
            if kind in logs.fit.priority
        }
        email = segment["preference"]["phone"] * emails / (1 - emails)
        found[name] = {
            "priority": fitted(level, logs.source),
            "intent_factor": fitted(factors, f"{logs.source}: priorities of queued callers"),
            "preference": {"email": fitted(email, f"{logs.desk_source}: e-mails among contacts")},
        }
    return found


def _teams(logs: Logs, names: Mapping[str, str], wage: Section) -> Section:
    """Teams by skill set with the observed sign-on as shifts; rare types go with the commonest.

    A team is named by the main call types that its agents take.
    """
    main = {kind for kind, share in logs.mix.items() if share >= RARE_SHARE}
    team_of = {agent: "+".join(sorted(kinds & main)) for agent, kinds in logs.skills.items()}
    commonest = max(logs.mix, key=lambda kind: logs.mix[kind])
    rare = [name for kind, name in names.items() if kind not in main]
    spread = float(np.std([np.log(x) for x in logs.fit.speed.values()], ddof=1))
    found: Section = {}
    for team, shifts in team_shifts(logs.duties, team_of).items():
        kinds = team.split("+") if team else [commonest]
        taken = [names[kind] for kind in kinds] + (rare if commonest in kinds else [])
        found["phone_" + "_".join(names[kind] for kind in kinds)] = {
            "channels": {"phone": 1},
            "skills": taken,
            **wage,
            "proficiency_sd": fitted(spread, f"{logs.source}: speed of agents"),
            "shifts": fitted(shifts, f"{logs.source}: agents signed on by quarter of an hour"),
        }
    return found


def _hours(teams: Section) -> list[Section]:
    """Opening hours of the phone: from the first sign-on to the last sign-off of each weekday."""
    on: dict[tuple[float, float], list[str]] = {}
    for weekday in WEEKDAYS:
        shifts = [s for t in teams.values() for s in t["shifts"]["value"] if weekday in s["days"]]
        if shifts:
            span = min(s["start_h"] for s in shifts), max(s["end_h"] for s in shifts)
            on.setdefault(span, []).append(weekday)
    return [{"days": d, "open_h": start, "close_h": end} for (start, end), d in on.items()]


def _channels(logs: Logs, teams: Section) -> Section:
    replayed = "the replayed days show the log's service level and mean wait"
    return {
        "phone": {
            "hours": fitted(_hours(teams), f"{logs.source}: agents signed on"),
            "wrap_up": fitted(
                away_duration(logs.fit.away_with_queue), f"{logs.source}: callers waiting"
            ),
            "unhurried_wrap_up": fitted(
                away_duration(logs.fit.away_without_queue),
                f"{logs.source}: none waiting; {replayed}",
            ),
            "answer_delay": fitted(answer_duration(logs.fit), f"{logs.source}; {replayed}"),
        },
        "ivr": {
            "automation": {
                "duration": fitted(lognormal(logs.ivr.log_mean, logs.ivr.log_sd), logs.source)
            }
        },
    }


def bank_scenario(logs: Logs, base: Section | None = None) -> Section:
    """The whole scenario as plain values, with `value`, `source`, `status` where it was fitted.

    `base` is the hand-written part (default: `bank_base.yaml`). Raises `InputError` when the log
    has a call type that the base does not name, or lacks one.
    """
    base = dict(read_yaml(BASE) if base is None else base)
    settings = {**base.pop("fit"), "customers": base["population"]["customers"]}
    names: dict[str, str] = settings["call_types"]
    if set(names) != set(logs.mix) or len(base["segments"]) != PRIORITIES + 1:
        raise InputError(
            f"fit.call_types: must name the types of the log ({', '.join(sorted(logs.mix))}) and"
            f" segments the {PRIORITIES} priorities; got {', '.join(sorted(names))}"
        )
    classes = {key: value for key, value in base["segments"].items() if key != "provenance"}
    teams = _teams(logs, names, {"wage_per_h": base["teams"]["mailroom"]["wage_per_h"]})
    from_logs: Section = {
        "segments": _segments(logs, names, classes),
        "intents": {name: _intent(logs, kind, base, settings) for kind, name in names.items()},
        "demand": _demand(logs),
        "channels": _channels(logs, teams),
        "teams": teams,
        "queueing": {"head_start_s": fitted(logs.fit.head_start_s, logs.source)},
        "returns": {
            "redial_probability": fitted(logs.abandoned.share, logs.source),
            "redial_delay": fitted(redial_duration(logs.abandoned), logs.source),
            "recontact_delay": fitted(redial_duration(logs.served), logs.source),
        },
    }
    return lay_over(base, from_logs)


class _Plain(yaml.SafeDumper):
    """YAML without anchors, so that every section can be read alone, a shift on a line."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _mapping(dumper: _Plain, data: Section) -> yaml.MappingNode:
    node = dumper.represent_dict(data)
    node.flow_style = node.flow_style or "start_h" in data or "open_h" in data
    return node


_Plain.add_representer(dict, _mapping)


def scenario_text(scenario: Section) -> str:
    """The scenario as YAML with a header that says how it was made."""
    body = yaml.dump(
        scenario,
        Dumper=_Plain,
        sort_keys=False,
        width=110,
        allow_unicode=True,
        default_flow_style=None,
    )
    return HEADER + body
