"""The metrics: names, labels, units, direction and standard definitions.

Metrics of journeys follow each need for the same days and allow for what is still open when the
run ends by weights (`sim.metrics.censoring`); where that cannot be known yet they are undefined.
"""

from __future__ import annotations

from math import inf
from typing import Literal, NamedTuple

from sim.metrics.censoring import FOLLOW_UP_DAYS, UNKNOWN

Better = Literal["higher", "lower", "neither"]


class Metric(NamedTuple):
    """What a metric is; ``group`` places it on the page."""

    name: str
    label: str
    unit: str
    group: str
    better: Better
    definition: str


_DAYS = f"{FOLLOW_UP_DAYS:g} days"
_UNKNOWN = f"undefined where more than {UNKNOWN:.0%} cannot be followed"
_SOON = (
    f"÷ needs that began while measured, cancellations apart (Aalen–Johansen estimate; {_UNKNOWN} "
    "for so long)."
)
_WHOLE = (
    "needs that began while measured, cancellations apart, each followed to its end "
    f"(Aalen–Johansen and Bang–Tsiatis estimates; {_UNKNOWN} so far)."
)
_ENDED = f"weighted for those still open at the end; {_UNKNOWN} to their end."
_AREA = (
    "Area under the ROC curve of {}, over the first part of the run, for who leaves in the rest, "
    "among customers still there; 0.5 says nothing. Who lacks the measure stands at its mean."
)
_ALL = "{} together, each in standard deviations"
_PREDICTORS = [
    ("failed_journeys", "failed journeys", "needs with a failed contact and none that settled it"),
    ("contacts_per_journey", "contacts per journey", "contacts per need"),
    ("time_to_resolution", "time to resolution", "mean time from a need's first contact until it "
     "is coded as settled"),
    ("repeated_explanations", "repeated explanations", "contacts with somebody who lacked context"),
    ("waits", "waits", "minutes waited on live queues"),
    ("transfers", "transfers", "transfers and hand-overs"),
    ("csat", "CSAT", "the mean survey satisfaction score (less: leaves)"),
    ("ces", "effort score", "the mean survey effort score"),
    ("nps", "NPS score", "the mean score of recommending (less: leaves)"),
    ("self_service_minutes", "time in self-service", "minutes in self-service (less: leaves)"),
    ("journeys", "journey measures", _ALL.format("measures of journeys")),
    ("proxies", "proxies", _ALL.format("surveys and time in self-service")),
    ("answered_journeys", "journey measures, of who answered", _ALL.format(
        "measures of journeys, of customers who answered a survey")),
    ("answered_proxies", "proxies, of who answered", _ALL.format(
        "surveys and time in self-service, of customers who answered a survey")),
]  # fmt: skip
_ROWS: list[tuple[str, str, str, str, Better, str]] = [
    ("retention", "Customers kept", "share", "retention", "higher",
     "Customers active at the end ÷ active when measuring starts."),
    ("churned_per_1000", "Customers lost per 1,000", "customers/1000", "retention", "lower",
     "Customers who left while measured, per 1,000 active at its start."),
    ("margin_kept", "Margin kept", "share", "retention", "higher",
     "Margin per month of those still active ÷ of those active when measuring starts."),
    ("customers", "Customers", "customers", "retention", "neither",
     "Customers active when measuring starts."),
    ("announced_share", "Leavers who announce", "share", "retention", "neither",
     "Customers who called to cancel and left ÷ all who left."),
    ("saved", "Leavers saved", "customers", "retention", "higher",
     "Customers who called to cancel and stayed after an offer."),
    ("cost_per_customer", "Cost per customer", "currency/customer", "cost", "lower",
     "Staff, contact and treatment cost ÷ customers active when measuring starts."),
    ("cost", "Cost", "currency", "cost", "lower",
     "Staff + contact + treatment cost while measured, undiscounted."),
    ("staff_cost", "Staff", "currency", "cost", "lower",
     "Wage × paid hours of shifts while measured."),
    ("contact_cost", "Telephony and automation", "currency", "cost", "lower",
     "Cost per contact and per minute of the channels."),
    ("treatment_cost", "Goodwill and offers", "currency", "cost", "lower",
     "Service recovery, messages and offers taken."),
    ("cost_per_contact", "Cost per contact", "currency/contact", "cost", "lower",
     "Cost ÷ contacts that began while measured (ratio of totals)."),
    ("cost_per_resolution", "Cost per resolution", "currency/journey", "cost", "lower",
     f"Cost ÷ (journeys × share resolved within {_DAYS}): a ratio of totals."),
    ("net_value", "Net value", "currency", "net", "higher",
     "Margin + sales − cost while measured, discounted to its start."),
    ("net_value_per_customer", "Net value per customer", "currency/customer", "net", "higher",
     "Net value ÷ customers active when measuring starts."),
    ("expected_value_per_customer", "Expected value per customer", "currency/customer", "money",
     "higher",
     "What service adds: sales − cost + the change that contacts made to customers' expected "
     "discounted margin, beyond the run too, ÷ customers active when measuring starts. Not in it "
     "is the margin that customers bring whatever is done: only differences between strategies "
     "matter."),
    ("future_value_per_customer", "Future value per customer", "currency/customer", "money",
     "higher",
     "Expected discounted margin of the customers still there at the end, ÷ customers active "
     "when measuring starts."),
    ("decision_value", "Decision value", "currency/customer", "money", "higher",
     "What the entries decided while measured fell short of the best action that was allowed: 0 "
     "at best. Each in best_channel's money under the true intent, chances and churn rate of its "
     "customer (not the luck); summed, ÷ customers active when measuring starts. Compare policies "
     "that may do the same; undefined where none decides entries. One step ahead: what a decision "
     "does to later ones' lines is not in it, so read it beside the expected value, and never tune "
     "a policy on it alone."),
    ("margin", "Margin", "currency", "money", "higher", "Margin earned over time, undiscounted."),
    ("sales", "Sales", "currency", "money", "higher",
     "Margin of sales that followed contacts, undiscounted."),
    ("journeys", "Journeys", "journeys", "journey", "neither",
     "Needs that began while measured (calls to cancel apart)."),
    ("open_share", "Journeys open at the end", "share", "journey", "lower",
     "Needs still open when the run ends ÷ needs that began while measured."),
    ("backlog_contacts", "Backlog at the end", "contacts", "journey", "lower",
     "Contacts that wait unanswered in a queue or backlog when the run ends."),
    ("backlog_hours", "Work in the backlog", "h", "journey", "lower",
     "Sum over the backlog at the end of the mean handle time of its channel and intent."),
    ("resolved_share", "Journeys resolved", "share", "journey", "higher",
     f"Resolved within {_DAYS} {_SOON}"),
    ("given_up_share", "Journeys given up", "share", "journey", "lower",
     f"Given up ÷ {_WHOLE}"),
    ("first_contact_resolution", "First-contact resolution", "share", "journey", "higher",
     f"Resolved in the first attempt and within {_DAYS} {_SOON}"),
    ("contacts_per_journey", "Contacts per journey", "contacts/journey", "journey", "lower",
     f"Contacts (hand-overs and transfers count) ÷ {_WHOLE}"),
    ("time_to_resolution_h", "Time to resolution", "h", "journey", "lower",
     f"Mean time from the need to its resolution, of needs not given up within {_DAYS}; what is "
     f"open for longer counts as {_DAYS} (restricted mean, Kaplan–Meier; {_UNKNOWN} for so long)."),
    ("effort_per_journey", "Effort per journey", "effort", "journey", "lower",
     f"Sum of the contacts' effort ÷ {_WHOLE}"),
    ("recontact_share", "Repeat contacts", "share", "journey", "lower",
     f"With a second attempt ÷ {_WHOLE}"),
    ("human_share", "Journeys with a human", "share", "journey", "neither",
     f"Served by a human ÷ {_WHOLE}"),
    ("satisfaction", "Satisfaction", "scale", "customer", "higher",
     f"Mean of experience minus expectation over attempts that began while measured, {_ENDED}"),
    ("csat", "CSAT", "score 1–5", "customer", "higher",
     f"Mean survey satisfaction score about journeys that began while measured, {_ENDED}"),
    ("ces", "Customer effort score", "score 1–7", "customer", "lower",
     f"Mean survey effort score (7 is hardest) about journeys that began while measured, {_ENDED}"),
    ("nps", "Net promoter score", "points", "customer", "higher",
     "Share of scores 9–10 minus share of 0–6, in points, about journeys that began while "
     f"measured, {_ENDED}"),
    ("contacts", "Contacts", "contacts", "contact", "neither",
     "Contacts that began while measured; each hand-over and transfer begins one."),
    ("abandonment", "Abandonment", "share", "contact", "lower",
     "Abandoned ÷ offered on live queues; offered = served + abandoned + sent away at closing + "
     "left the firm while waiting + still queued."),
    ("service_level", "Service level (20 s)", "share", "contact", "higher",
     "Served within 20 s ÷ (offered − abandoned within 20 s), live queues."),
    ("speed_of_answer_s", "Speed of answer", "s", "contact", "lower",
     f"Mean wait of the served, live queues, {_ENDED}"),
    ("waiting_time_s", "Waiting time", "s", "contact", "lower",
     f"Mean wait of all arrivals, live queues, {_ENDED}"),
    ("time_to_abandon_s", "Time to abandon", "s", "contact", "neither",
     f"Mean wait of those who abandoned, live queues, {_ENDED}"),
    ("response_time_h", "Response time", "h", "contact", "lower",
     "Mean time until an asynchronous contact is dealt with, also where the customer no longer "
     f"waits for it (has left the firm: apart); what takes longer counts as {_DAYS} (restricted "
     f"mean, Kaplan–Meier; {_UNKNOWN} for so long)."),
    ("contained_share", "Contained", "share", "contact", "higher",
     "Automated contacts ended without hand-over ÷ automated contacts that have ended."),
    ("verified_contained_share", "Contained, verified", "share", "contact", "higher",
     "Automated contacts that resolved the need, so that no recontact follows, ÷ automated "
     "contacts that have ended."),
    ("steered_share", "Steered", "share", "contact", "neither",
     "Attempts moved off the requested channel ÷ attempts (a closed channel met is none)."),
    ("refused_share", "Steering refused", "share", "contact", "lower",
     "Refusals ÷ proposals to change the channel."),
    ("repeated_share", "Repeated explanations", "share", "contact", "lower",
     "Contacts after a journey's first that reach somebody who lacks its context ÷ contacts "
     "after the first."),
    ("transfer_share", "Transfers", "share", "contact", "lower",
     "Human contacts transferred ÷ human contacts that ended while measured."),
    ("closed_share", "Met a closed channel", "share", "contact", "lower",
     "Contacts that met a closed channel, or were sent away from its line at closing ÷ contacts."),
    ("occupancy", "Occupancy", "share", "agent", "neither",
     "Busy (talk, search, wrap-up) ÷ scheduled agent time, breaks taken out, both within the time "
     "measured (ratio of totals)."),
    ("handle_time_s", "Handle time", "s", "agent", "lower",
     "Mean talk + search + wrap-up of human contacts that ended while measured."),
    ("search_s", "Search time", "s", "agent", "lower",
     "Mean search time of human contacts that ended while measured."),
    ("wrap_up_s", "Wrap-up time", "s", "agent", "lower",
     "Mean wrap-up of human contacts that ended while measured."),
    ("offered_load_erlangs", "Offered load", "erlang", "agent", "neither",
     "Arrival rate at agents' queues × mean handle time, by channel and intent, summed."),
    ("agent_hours", "Agent hours", "h", "agent", "lower",
     "Paid hours of all shifts, as far as they fall into the time measured."),
    ("contacts_per_agent_hour", "Contacts per agent hour", "contacts/h", "agent", "higher",
     "Human contacts that ended ÷ scheduled hours, breaks taken out."),
    ("recognised_share", "Contacts recognised", "share", "knowledge", "neither",
     "Contacts whose customer the firm took for somebody that it knows ÷ contacts."),
    ("mistaken_share", "Of these taken for somebody else", "share", "knowledge", "neither",
     "Contacts whose customer was taken for another one ÷ contacts recognised."),
    ("reason_known_share", "Reasons guessed rightly", "share", "knowledge", "neither",
     "Attempts of which the reason, guessed as they began, was right ÷ attempts that began while "
     "measured."),
    ("belief_auc", "Leaving told by belief", "AUC", "knowledge", "neither",
     _AREA.format("the churn that the policy believed in of each customer")),
    ("belief_lift", "Lift of the best tenth", "ratio", "knowledge", "neither",
     "How many times more often the tenth of the customers whom the policy believed likeliest to "
     "leave left in the rest of the run than all did."),
    ("belief_slope", "Calibration slope of belief", "ratio", "knowledge", "neither",
     "Slope of a logistic regression of leaving in the rest of the run on the log-odds that the "
     "policy believed in; 1 is calibrated, below it they went too far."),
    *((f"auc_{name}", f"Leaving told by {label}", "AUC", "prediction", "neither", _AREA.format(of))
      for name, label, of in _PREDICTORS),
    ("answered_share", "Customers who answered", "share", "prediction", "neither",
     "Customers with an answer to a survey in the first part of the run ÷ those there at its end."),
]  # fmt: skip
METRICS: dict[str, Metric] = {row[0]: Metric(*row) for row in _ROWS}

_CASES = {
    "retention": "customers",
    "journey": "journeys",
    "contact": "contacts",
    "customer": "contacts",
    "knowledge": "contacts",
}
"""By group, the metric that counts the cases behind a share."""
_ONE_CASE = {
    "share": 1.0,
    "customers/1000": 1000.0,
    "contacts/journey": 1.0,
    "points": 100.0,
    "score 1–5": 1.0,
    "score 1–7": 1.0,
}
"""By unit, what one case more or less adds to the sum over the cases."""
_COUNTS = frozenset({"customers", "journeys", "contacts"})
_SCALES = {
    "share": (0.0, 1.0),
    "score 1–5": (1.0, 5.0),
    "score 1–7": (1.0, 7.0),
    "points": (-100.0, 100.0),
    "scale": (-inf, inf),
    "AUC": (0.0, 1.0),
}


def limits(unit: str, group: str) -> tuple[float, float]:
    """Return the least and the greatest value that a metric can have, in its unit.

    Money may be gained or lost (groups net and money), costs, counts and times are not negative.
    """
    if unit in _SCALES:
        return _SCALES[unit]
    return (-inf, inf) if group in ("net", "money") or not unit else (0.0, inf)


def one_case(unit: str, group: str) -> tuple[float, str] | None:
    """Return what one case adds to a count or a sum over cases, and the metric that counts these.

    None where a value is not made of cases (money, times); the name is empty for counts. The
    cases of some shares are fewer than the metric counts (bot contacts among contacts): what the
    lattice forbids is then a little less than is known, never more.
    """
    if unit in _COUNTS:
        return 1.0, ""
    if unit in _ONE_CASE and group in _CASES:
        return _ONE_CASE[unit], _CASES[group]
    return None


EXPECTED, FUTURE = LIFETIME = ("expected_value_per_customer", "future_value_per_customer")
"""Metrics of what lies beyond the run's days."""
PREDICTION = tuple(name for name, metric in METRICS.items() if metric.group == "prediction")
"""Metrics of which measure tells who leaves (`sim.metrics.leaving`), measured where asked for."""
BELIEF = ("belief_auc", "belief_lift", "belief_slope")
"""Metrics of what policies believed of who leaves, measured with `PREDICTION`."""
DECISION_VALUE = "decision_value"
"""The metric for which a world values its decisions (`World.value_decisions`)."""
OPEN_SHARE = "open_share"
"""What a run leaves undone, which flatters whoever leaves more."""


def measured(
    *, lifetime_value: bool, decision_value: bool = False, prediction: bool = False
) -> dict[str, Metric]:
    """Return the metrics that a run measures, by name: with or without what it has to be told of.

    ``lifetime_value``: those of `LIFETIME`; ``decision_value``: `DECISION_VALUE`; ``prediction``:
    those of `PREDICTION` and `BELIEF`.
    """
    asked = dict.fromkeys(LIFETIME, lifetime_value) | {DECISION_VALUE: decision_value}
    asked |= dict.fromkeys((*PREDICTION, *BELIEF), prediction)
    return {name: metric for name, metric in METRICS.items() if asked.get(name, True)}
