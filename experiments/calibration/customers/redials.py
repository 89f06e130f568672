"""Who calls again within the hour: read from the log, fitted by type and outcome, drawn.

A redial is a later call of the same identified customer on the same day, at most an hour after the
end of the call. Callers are identified more often when they waited, so who is identified is drawn
too, and observed and predicted shares are of the same kind of calls.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

CLOCK_SLACK_S = 2
REDIAL_WINDOW_S = 3600
MIN_CALLS = 30  # identified calls of a type and outcome to fit them alone


def with_redials(calls: pl.DataFrame) -> pl.DataFrame:
    """Calls without phantoms, in their order, with `redial_after_s` and `again`.

    `redial_after_s`: seconds from the end of the call to the customer's next one of the day (null:
    none, or not identified). `again`: whether that is within the hour (null: not identified).
    """
    real = calls.filter(pl.col("outcome") != "phantom").with_row_index("row")
    known = (
        real.filter(pl.col("customer").is_not_null())
        .sort("day", "customer", "start_s", "row")
        .with_columns(end_s=pl.col("offered_s") + pl.col("queue_s") + pl.col("service_s"))
        .select(
            "row",
            redial_after_s=pl.col("start_s").shift(-1).over("day", "customer") - pl.col("end_s"),
        )
        .with_columns(
            again=pl.col("redial_after_s")
            .is_between(-CLOCK_SLACK_S, REDIAL_WINDOW_S)
            .fill_null(False)
        )
    )
    return real.join(known, on="row", how="left", maintain_order="left").drop("row")


@dataclass(frozen=True, slots=True)
class Redials:
    """Shares by (type, outcome), the type "" for all: identified by queued or not, and redials."""

    identified: Mapping[tuple[str, str, bool], float]
    share: Mapping[tuple[str, str], float]


def fit_redials(calls: pl.DataFrame) -> Redials:
    """Fit to offered calls; a type with few identified calls gets the share of all types."""
    asked = with_redials(calls).filter(pl.col("outcome").is_in(("served", "abandoned")))
    both = pl.concat([asked, asked.with_columns(type=pl.lit(""))])
    known = both.filter(pl.col("again").is_not_null())
    shares = known.group_by("type", "outcome").agg(pl.len(), pl.col("again").mean())
    named = both.group_by("type", "outcome", "queued").agg(pl.col("again").is_not_null().mean())
    return Redials(
        identified={(kind, out, queued): float(x) for kind, out, queued, x in named.iter_rows()},
        share={(kind, out): float(x) for kind, out, n, x in shares.iter_rows() if n >= MIN_CALLS},
    )


def draw_redials(calls: pl.DataFrame, fit: Redials, rng: np.random.Generator) -> pl.Series:
    """Draw `again` for simulated calls (columns type, wait_s, abandoned); null: not identified.

    Redials are not fed back: the observed calls of a replayed day hold them already.
    """
    columns = (calls["type"], calls["abandoned"], calls["wait_s"])
    luck = rng.random((calls.height, 2))
    found: list[bool | None] = []
    for (kind, left, wait), (named, again) in zip(zip(*columns, strict=True), luck, strict=True):
        outcome = "abandoned" if left else "served"
        queued = bool(left or wait > 0)
        identified = fit.identified.get((kind, outcome, queued))
        if identified is None:
            identified = fit.identified.get(("", outcome, queued), 0.0)
        share = fit.share.get((kind, outcome), fit.share.get(("", outcome)))
        found.append(None if share is None or named >= identified else bool(again < share))
    return pl.Series(found, dtype=pl.Boolean)
