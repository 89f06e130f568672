"""Journey logs: fitted on some cases, others predicted in the simulator.

Given of a test case are its first event (time, kind), customer and service type; whether, when and
how it goes on, and how long e-mails wait for their answer, come from the fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from experiments.calibration.cases.case_chain import Chains, fit_chains
from experiments.calibration.cases.case_replay import CaseReplay
from experiments.calibration.cases.service_desk import (
    INBOUND,
    INBOUND_EMAIL,
    OF_KNOWN,
    REPEAT_DAYS,
    channels_of,
)
from experiments.calibration.logs.journey_log import read_journey_files
from experiments.runtime.progress import Report, silent
from experiments.validation.logs.rows import Measure, figures
from experiments.validation.logs.study import Effort, LogReplication, LogResult, result
from sim.errors import InputError

MEASURES = (
    Measure("single_contact", "cases of a single contact", acceptance=0.15),
    Measure("single_event", "cases of a single event", acceptance=0.15),
    Measure("repeat", "repeats within 7 days"),
    Measure("email_to_call", "e-mail → call"),
    Measure("call_to_email", "call → e-mail"),
    Measure("response_median_h", "e-mail response, median", "h", median=True, acceptance=0.15),
    Measure("response_mean_h", "e-mail response, mean", "h", acceptance=0.15),
)
GROUPS = ("by type", "by weekday", "by day")
GIVEN = (
    "Given: each case's first event (time, kind), its customer and service type. A contact is an "
    "inbound call or e-mail; repeats are contacts followed by another of the same customer within "
    "7 days; a transition is to the next phone or e-mail event of the customer, outbound ones "
    "too; response is from an inbound e-mail to its end. By day is the day of the event."
)


@dataclass(frozen=True)
class JourneyStudy:
    """Both logs, ready to be simulated."""

    train: pl.DataFrame
    test: pl.DataFrame
    chains: Chains
    seed: int

    def once(self, job: LogReplication) -> pl.DataFrame | None:
        """Simulate the test cases once; see `log_study.Study`."""
        chains = self.chains
        if job.refit:
            try:
                chains = fit_chains(resampled(self.train, job.number, self.seed))
            except InputError:
                return None
        events = CaseReplay.of(self.test, chains).once(job.number, self.seed)
        return figures(measured(events), MEASURES, GROUPS)


def resampled(events: pl.DataFrame, number: int, seed: int) -> pl.DataFrame:
    """As many cases as `events` has, drawn with replacement; a case drawn twice becomes two."""
    names = events["case"].unique().sort()
    rng = np.random.default_rng((seed, number))
    drawn = pl.DataFrame({"case": names[rng.integers(0, len(names), len(names)).tolist()]})
    rows = drawn.with_row_index("copy").join(events, on="case", how="left")
    return rows.with_columns(case=pl.format("{} {}", "copy", "case")).drop("copy")


def measured(events: pl.DataFrame) -> pl.DataFrame:
    """One row per event with the columns of `MEASURES` (null where one does not apply), `GROUPS`.

    events: columns case, operation, start, end, customer, kind.
    """
    rows = channels_of(events).sort("customer", "start", "case", maintain_order=True)
    gap = pl.col("start").shift(-1).over("customer") - pl.col("start")
    soon = rows.filter(OF_KNOWN).select("row", repeat=(gap <= pl.duration(days=REPEAT_DAYS)))
    hours = (pl.col("end") - pl.col("start")).dt.total_minutes() / 60
    first = pl.int_range(pl.len()).over("case") == 0
    first_contact = INBOUND & (INBOUND.cum_sum().over("case") == 1)
    return (
        rows.join(soon.with_columns(pl.col("repeat").fill_null(False)), on="row", how="left")
        .sort("case", "start", "end", "row")
        .with_columns(
            pl.when(first).then(pl.len().over("case") == 1).alias("single_event"),
            pl.when(first_contact).then(INBOUND.sum().over("case") == 1).alias("single_contact"),
            pl.when(OF_KNOWN).then("repeat").alias("repeat"),
            pl.when(INBOUND_EMAIL).then(pl.col("following") == "call").alias("email_to_call"),
            pl.when(INBOUND & ~INBOUND_EMAIL)
            .then(pl.col("following") == "email")
            .alias("call_to_email"),
            pl.when(INBOUND_EMAIL).then(hours).alias("response_median_h"),
            pl.when(INBOUND_EMAIL).then(hours).alias("response_mean_h"),
            pl.col("kind").alias("by type"),
            pl.format(
                "{} {}", pl.col("start").dt.weekday(), pl.col("start").dt.to_string("%A")
            ).alias("by weekday"),
            pl.col("start").dt.date().cast(pl.String).alias("by day"),
        )
    )


def validate_journey_log(
    train: Sequence[Path], test: Sequence[Path], effort: Effort, report: Report = silent
) -> LogResult:
    """Fit on the cases of `train`, predict those of `test`. Raises `InputError`."""
    fitted, of_train = read_journey_files(train)
    tested, of_test = read_journey_files(test)
    notes = [str(left_out) for left_out in (*of_train, *of_test)]
    shared = tested.join(fitted, on=fitted.columns, how="semi", nulls_equal=True)
    if not shared.is_empty():
        raise InputError(
            f"--test: '{shared['case'][0]}' is in --train too; cases to predict must be others"
        )
    chains = fit_chains(fitted)
    kinds = set(tested["kind"].unique()) - set(chains.goes_on)
    notes += [
        f"service type '{kind}': cases to predict, none to fit; they go on like"
        f" '{next(iter(chains.goes_on))}'"
        for kind in sorted(kinds)
    ]
    study = JourneyStudy(fitted, tested, chains, effort.seed)
    seen = figures(measured(tested), MEASURES, GROUPS)
    title = f"Journey log: fitted on {_cases(fitted)}; predicted {_cases(tested)}"
    return result("journey-log", title, GIVEN, study, seen, MEASURES, effort, notes, report)


def _cases(events: pl.DataFrame) -> str:
    days = events["start"].dt.date().cast(pl.String).sort().to_list()
    return f"{events['case'].n_unique():,} cases from {days[0]} to {days[-1]}"
