"""Repeats, channel transitions and e-mail response of a two-channel service desk."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from experiments.calibration.bank import each_fitted
from sim.errors import InputError

PLACEHOLDER = "Customer 3"  # stands for callers whose identity was not taken
REPEAT_DAYS = 7
MIN_EVENTS = 30
FIRST_LINE = "FL"
INBOUND = pl.col("operation").str.starts_with("Inbound")
INBOUND_EMAIL = pl.col("operation") == "Inbound Email"
OF_KNOWN = INBOUND & (pl.col("customer") != PLACEHOLDER)


@dataclass(frozen=True, slots=True)
class ServiceDesk:
    """Fitted shares (of 1) and times of a journey log.

    `single_event_share`: cases of one event. `repeat_7_day_share`: inbound contacts followed by
    another inbound contact of the same customer within seven days. `email_to_call_share` and
    `call_to_email_share`: of the next phone or e-mail events of the customer after an inbound one,
    those in the other channel. `email_response_*`: start to end of an inbound e-mail, hours,
    lognormal over the e-mails that took a minute or more; `email_at_once_share` took less.
    """

    cases: int
    contacts: int
    emails: int
    single_event_share: float
    single_contact_share: float
    email_share_of_contacts: float
    repeat_7_day_share: float
    repeat_7_day_share_call: float
    repeat_7_day_share_email: float
    repeat_delay_median_h: float
    email_to_call_share: float
    call_to_email_share: float
    email_response_median_h: float
    email_response_log_mean_h: float
    email_response_log_sd: float
    email_at_once_share: float
    call_duration_mean_min: float
    back_office_event_share: float
    second_line_share: float


def _share(frame: pl.DataFrame, condition: pl.Expr) -> float:
    return float(frame.select(condition.fill_null(False).mean()).item())


def channels_of(events: pl.DataFrame) -> pl.DataFrame:
    """Events by customer and time with `row` (a number), `channel` and `following`.

    `channel` is null but for phone and e-mail events; `following` is the channel of the customer's
    next such event (null: none).
    """
    channel = (
        pl.when(pl.col("operation").str.contains("Email"))
        .then(pl.lit("email"))
        .when(pl.col("operation").str.contains("Call"))
        .then(pl.lit("call"))
    )
    return (
        events.with_row_index("row")
        .with_columns(channel=channel)
        .sort("customer", "start", "case", maintain_order=True)
        .with_columns(
            following=pl.col("channel").backward_fill().shift(-1).over("customer"),
        )
    )


def _repeats(events: pl.DataFrame) -> pl.DataFrame:
    """Inbound contacts of known customers, with days until the customer's next one."""
    contacts = events.filter(OF_KNOWN).sort("customer", "start", maintain_order=True)
    gap = pl.col("start").shift(-1).over("customer") - pl.col("start")
    return contacts.with_columns(days=gap.dt.total_minutes() / 1440)


def fit_service_desk(events: pl.DataFrame) -> ServiceDesk:
    """Fit to the event frame of `journey_log.read_journeys`.

    Raises `InputError` with fewer than `MIN_EVENTS` inbound calls or e-mails.
    """
    contacts = events.filter(INBOUND)
    minutes = (pl.col("end") - pl.col("start")).dt.total_minutes()
    lengths = contacts.select(minutes.cast(pl.Float64)).to_series()
    by_email = contacts.select(INBOUND_EMAIL).to_series()
    emails, talks = lengths.filter(by_email).to_numpy(), lengths.filter(~by_email).to_numpy()
    for name, found in (("e-mails", emails), ("calls", talks)):
        if found.size < MIN_EVENTS:
            raise InputError(f"journeys: at least {MIN_EVENTS} inbound {name}, got {found.size}")
    logs = np.log(emails[emails >= 1] / 60)
    if logs.size < 2:
        raise InputError("journeys: no inbound e-mail took a minute or more to answer")
    repeats = _repeats(events)
    soon = pl.col("days") <= REPEAT_DAYS
    delays = repeats.filter(soon)["days"].to_numpy() * 24
    following = channels_of(events).filter(INBOUND).drop_nulls("following")
    sent = following.filter(pl.col("channel") == "email")
    called = following.filter(pl.col("channel") == "call")
    per_case = events.group_by("case").agg(pl.len(), contacts=INBOUND.sum())
    return ServiceDesk(
        cases=per_case.height,
        contacts=contacts.height,
        emails=int(emails.size),
        single_event_share=_share(per_case, pl.col("len") == 1),
        single_contact_share=_share(
            per_case.filter(pl.col("contacts") > 0), pl.col("contacts") == 1
        ),
        email_share_of_contacts=_share(contacts, INBOUND_EMAIL),
        repeat_7_day_share=_share(repeats, soon),
        repeat_7_day_share_call=_share(repeats.filter(~INBOUND_EMAIL), soon),
        repeat_7_day_share_email=_share(repeats.filter(INBOUND_EMAIL), soon),
        repeat_delay_median_h=float(np.median(delays)) if delays.size else float("nan"),
        email_to_call_share=_share(sent, pl.col("following") == "call") if sent.height else 0.0,
        call_to_email_share=_share(called, pl.col("following") == "email")
        if called.height
        else 0.0,
        email_response_median_h=float(np.median(emails)) / 60,
        email_response_log_mean_h=float(logs.mean()),
        email_response_log_sd=float(logs.std(ddof=1)),
        email_at_once_share=float(np.mean(emails < 1)),
        call_duration_mean_min=float(talks.mean()),
        back_office_event_share=_share(events, pl.col("operation").str.starts_with("Handle")),
        second_line_share=_share(events, pl.col("tier") != FIRST_LINE),
    )


def desk_fragment(events: pl.DataFrame, *, source: str = "journey log") -> dict[str, Any]:
    """The fit as a YAML fragment: each figure with `value`, `source` and `status`."""
    fit = fit_service_desk(events)
    sized = f"{source}; {fit.cases} cases, {fit.contacts} contacts, {fit.emails} of them e-mails"
    figures = {k: v for k, v in asdict(fit).items() if isinstance(v, float) and np.isfinite(v)}
    return {"service_desk": each_fitted(figures, sized)}
