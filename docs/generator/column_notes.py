"""What the columns of the register and of a run's results hold, in a few words each."""

from typing import NamedTuple


class Note(NamedTuple):
    """A column of the register: its unit, what it holds, and what its codes say."""

    unit: str
    holds: str
    codes: str = ""


ID, SECONDS, MONEY, COUNT, YES = "number", "s", "currency", "count", "0/1"
INDEX = "index (exported: name)"

REGISTER = {
    "contact": Note(ID, "number of the contact; of a decision, −1 where it is about none"),
    "journey": Note(ID, "number of the journey; of a decision, −1 where it is about none"),
    "customer": Note(ID, "number of the customer; of a decision, −1 where it is about none"),
    "segment": Note(INDEX, "the customer's segment", "the scenario's `segments`"),
    "intent": Note(INDEX, "what the customer needs", "the scenario's `intents`"),
    "seen_intent": Note(
        INDEX, "what the firm took it for: heard, or a guess", "the scenario's `intents`"
    ),
    "attempt": Note(COUNT, "which attempt of the journey, from 1"),
    "channel": Note(INDEX, "where it took place", "the scenario's `channels`"),
    "requested": Note(INDEX, "where the customer wanted to go", "the scenario's `channels`"),
    "from_channel": Note(
        INDEX, "the channel that handed it over; −1: none did", "the scenario's `channels`"
    ),
    "team": Note(INDEX, "the agent's team; −1: no agent took part", "the scenario's `teams`"),
    "agent": Note(ID, "number of the agent; −1: none took part"),
    "start_s": Note(SECONDS, "when it began"),
    "queued_s": Note(SECONDS, "when it joined a line or backlog; −1: it did not"),
    "answered_s": Note(SECONDS, "when somebody, or automation, took it up; −1: nobody did"),
    "released_s": Note(SECONDS, "when the customer's part of it ended"),
    "end_s": Note(SECONDS, "when it was over; a contact with its wrap-up"),
    "search_s": Note(
        SECONDS, "how long the agent searched, between answer and release; the rest is talk"
    ),
    "shifts.search_s": Note(SECONDS, "how long the agent searched in all"),
    "wrap_up_s": Note(SECONDS, "how long the agent worked after it"),
    "shifts.wrap_up_s": Note(SECONDS, "how long the agent worked after contacts in all"),
    "others": Note(COUNT, "other contacts that the agent had at its start"),
    "steering": Note("code", "whether the firm steered it elsewhere", "Steering"),
    "context": Note("code", "whether what happened before was known", "Context"),
    "outcome": Note("code", "how it ended", "Outcome"),
    "journeys.outcome": Note("code", "how it ended", "JourneyOutcome"),
    "effort": Note("effort", "the customer's effort, 0 none to about 1 exhausting"),
    "journeys.effort": Note("effort", "sum of the contacts' effort"),
    "experience": Note("satisfaction", "what it was like for the customer"),
    "journeys.experience": Note("satisfaction", "sum of the contacts' experience"),
    "gap": Note("satisfaction", "experience less expectation"),
    "sale": Note(MONEY, "margin of what was sold"),
    "cost": Note(MONEY, "what it cost, without wages"),
    "surveys.contact": Note("row", "row of `contacts` that it was about, from 0"),
    "treatments.cost": Note(MONEY, "what the treatment cost the firm"),
    "known_as": Note(ID, "whom the firm took the customer for; −1: nobody it knows"),
    "previous": Note("row", "row of `known_as`'s contact before, from 0; −1: there was none"),
    "shift_s": Note(SECONDS, "when the agent's shift began; −1: no agent took part"),
    "contacts": Note(COUNT, "how many contacts"),
    "attempts": Note(COUNT, "how many attempts"),
    "first_channel": Note(INDEX, "the first contact's channel", "the scenario's `channels`"),
    "first_contact_resolved": Note(YES, "1 where the first attempt resolved it"),
    "human": Note(YES, "1 where an agent took part"),
    "cancel": Note(YES, "1 where the need was to cancel"),
    "time_s": Note(SECONDS, "when it happened"),
    "kind": Note("code", "kind of decision", "Kind"),
    "signals.customer": Note(
        ID, "number of the customer whom the firm takes it to be of; −1: it does not know"
    ),
    "signals.journey": Note(ID, "number of the journey; −1: it is of none"),
    "signals.contact": Note("row", "row of `contacts` that left it, from 0; −1: none did"),
    "signals.channel": Note(
        INDEX, "where it was left; −1: on none of the channels", "the scenario's `channels`"
    ),
    "signals.source": Note("code", "where it comes from", "SignalSource"),
    "signals.kind": Note("code", "what it says", "SignalKind"),
    "signals.value": Note(
        "as its kind",
        "outcome: 1 coded resolved, 0 not; self-service: 1, it failed visibly; sentiment, post: "
        "experience as read; csat, ces, nps: the answer; usage: leaving risk as read, in "
        "log-odds; inactive: 1; note: number of the concern; steering: number of the channel "
        "offered + 1, below 0 if refused",
    ),
    "guessed": Note(
        INDEX, "the intent that was guessed as the attempt began", "the scenario's `intents`"
    ),
    "coded": Note(
        "code", "how it ended, as it was coded: visible, and not always right", "Outcome"
    ),
    "action": Note(INDEX, "the action taken", "[the scenario's actions](observation.md)"),
    "default": Note(INDEX, "the default rule's action", "[the scenario's actions](observation.md)"),
    "legal": Note(COUNT, "how many actions were legal"),
    "by": Note(YES, "1 where a policy decided, 0 for the default rule"),
    "decisions.value": Note(
        MONEY, "of an entry, how far it fell short of the best; 0 where nothing is valued"
    ),
    "how": Note("code", "how the customer left, or stayed", "Departure"),
    "reason": Note(
        INDEX, "why the customer wanted to leave; −1: for no concern", "the scenario's `concerns`"
    ),
    "stated": Note(
        INDEX, "the reason stated when asked; −1: nobody asked", "the scenario's `concerns`"
    ),
    "csat": Note("score 1–5", "satisfaction as surveyed"),
    "ces": Note("score 1–7", "effort score as surveyed, 1 easy"),
    "nps": Note("score 0–10", "recommendation as surveyed"),
    "treatment": Note(
        INDEX, "the wrap-up or cancel action", "[the scenario's actions](observation.md)"
    ),
    "effect": Note("satisfaction", "change of the customer's mood"),
    "on_s": Note(SECONDS, "when the agent came on duty"),
    "off_s": Note(SECONDS, "when the agent left"),
    "break_s": Note(SECONDS, "how long the breaks were"),
    "busy_s": Note(SECONDS, "how long there was at least one contact or its wrap-up"),
    "talk_s": Note(SECONDS, "how long the agent talked"),
}
"""By column, or `table.column` where a table's own differs."""


def note_of(table: str, column: str) -> Note | None:
    """Return what a column of the register holds; None where nobody has said."""
    return REGISTER.get(f"{table}.{column}") or REGISTER.get(column)


RESULTS = {
    "strategy": "name of the strategy",
    "leaving.kind": "`journeys` or `proxies`; of differences which (metric is null)",
    "leaving.area": "area under the ROC curve; `mean` and its ends are the area less 0.5",
    "leaving.area_low": "lower end of its interval",
    "leaving.area_high": "upper end of its interval",
    "reference": "the strategy that it is compared with",
    "replication": "number of the replication; equal numbers share their luck",
    "metric": "name of the [metric](metrics.md)",
    "value": "its value; null where undefined",
    "mean": "mean over replications",
    "low": "lower end of the interval",
    "high": "upper end of the interval",
    "n": "number of replications",
    "differences.mean": "mean paired difference, strategy less reference",
    "differences.n": "pairs of replications",
    "ties": "pairs of equal values",
    "p": "two-sided p-value of no difference",
    "p_holm": "the same after Holm's correction over the strategies",
    "variance_ratio": "(var a + var b) ÷ var(a − b): what common luck saves",
    "in_best_set": "whether it may be the best",
    "channel": "name of the channel",
    "hour": "hour of the day, 0–23",
    "contacts": "contacts, mean over replications",
    "mean_wait_s": "mean wait in seconds; null where nobody queued, or too many still wait to know",
    "occupancy": "busy share of agents' time; null where there were none",
    "source": "where the flow comes from: a step, or a channel",
    "target": "where it goes: a step, a channel, or an outcome",
    "day": "days since measuring began",
    "retained": "share of customers still there (Kaplan–Meier)",
    "kind": "kind of decision",
    "action": "name of the action",
    "share": "its share of the decisions of this kind",
    "per_replication": "how often, mean over replications",
    "provenance.path": "key of the scenario",
    "provenance.value": "its value",
    "provenance.status": "`fitted`, `published`, `secondary` or `assumed`",
    "provenance.source": "where it is from",
    "manifest": (
        "Name, title, scenario, description, command, started, finished, versions (of Python and "
        "libraries, machine type, engine), revision, "
        "seed, replications, `horizon_days` (measured, after `warm_up_days`), config "
        "(resolved), currency, reference, bounds, staff (people, most heads at once and paid "
        "hours a week, by strategy and team), confidence, checksums. Written last: a folder "
        "that has one is whole. Of a run that was asked something also `answers` "
        "(`experiments.questions.results.Answers`) and `same_cells`: strategies that were not run "
        "because they equal another."
    ),
}
ANSWERS = {
    "cell": "name of the derived strategy",
    "of": "the strategy that is changed",
    "delta": "name of the delta",
    "unchanged": "whether it changed nothing in any replication",
    "mean": "mean paired difference; of `sweep` the level",
    "n": "pairs of replications; of `sweep` replications",
    "p_holm": "the same after Holm's correction over what is ranked beside it",
    "kind": "`main`, `interaction`, `alone`, `total` (all against none), `remainder`",
    "factors": "the factors, joined by ×",
    "aliases": "what cannot be told from it in a fraction",
    "factor": "name of the factor",
    "share": "its Shapley value ÷ all against none; null where that may be zero",
    "x": "value of the first key, or the change of it",
    "beside": "value of the second key, if there is one",
    "worth": "paired difference from the reference as declared",
    "first": "the strategy that is compared",
    "second": "the strategy that is taken from it",
    "at": "a zero of the mean difference along the first key; null: none",
    "crossings.low": "lowest place where it cannot be told from zero; null: below the range",
    "crossings.high": "highest such place; null: beyond the range",
    "apart": "whether it can be told from zero everywhere",
    "left": "the better mean at the axis' lower end",
    "right": "the better mean at its upper end",
    "levers": "the lever, or those of the portfolio",
    "rank": "by value for money, from 1",
    "budget": "what the first year's prices may sum to",
    "once": "price, paid once",
    "per_month": "price, paid each month",
    "first_year": "once + 12 × per_month",
    "gain_per_month": "worth to the whole firm, a month",
    "for_money": "a year's gain ÷ the first year's price",
    "payback_months": "once ÷ (gain − running price); null: never",
    "payback_low": "the same at the gain's upper end",
    "payback_high": "the same at its lower end; null: perhaps never",
    "added": "what each lever brings alone in the first year, summed, less the prices",
    "measured": "what they brought together, less the prices",
}
"""Columns of the tables of answers; further ends of intervals are named `…_low` and `…_high`."""
