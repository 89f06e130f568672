"""Who calls again within the hour: read from the log, fitted by type, outcome and day, drawn.

A redial is a later call of the same identified customer on the same day, at most an hour after the
end of the call. Callers are identified more often when they waited, so who is identified is drawn
too, and observed and predicted shares are of the same kind of calls.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import stats
from scipy.special import expit, logit

from experiments.calibration.logs.call_log import WEEKEND
from experiments.calibration.random_effects import NONE, DayEffect, between_days

CLOCK_SLACK_S = 2
REDIAL_WINDOW_S = 3600
MIN_CALLS = 30  # identified calls of a type and outcome to fit them alone
SIGNIFICANT = 0.05  # of the likelihood-ratio test of a weekend of its own
Floats = npt.NDArray[np.float64]


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
    """Shares by (type, outcome), the type "" for all: identified by queued or not, and redials.

    On a weekend the logit of a redial is higher by `weekend` (0: the training days do not support
    it at level `SIGNIFICANT`, their p-value is `weekend_p`; nan: they hold one kind of day only);
    `by_day` is how much single days differ.
    """

    identified: Mapping[tuple[str, str, bool], float]
    share: Mapping[tuple[str, str], float]
    weekend: float = 0.0
    weekend_p: float = float("nan")
    by_day: DayEffect = NONE

    def of(self, kind: str, outcome: str) -> float | None:
        """Chance of a redial on an ordinary day; None: nobody of the outcome was identified."""
        return self.share.get((kind, outcome), self.share.get(("", outcome)))


def fit_redials(calls: pl.DataFrame) -> Redials:
    """Fit to offered calls; a type with few identified calls gets the share of all types."""
    asked = with_redials(calls).filter(pl.col("outcome").is_in(("served", "abandoned")))
    both = pl.concat([asked, asked.with_columns(type=pl.lit(""))])
    known = both.filter(pl.col("again").is_not_null())
    shares = known.group_by("type", "outcome").agg(pl.len(), pl.col("again").mean())
    named = both.group_by("type", "outcome", "queued").agg(pl.col("again").is_not_null().mean())
    alike = Redials(
        identified={(kind, out, queued): float(x) for kind, out, queued, x in named.iter_rows()},
        share={(kind, out): float(x) for kind, out, n, x in shares.iter_rows() if n >= MIN_CALLS},
    )
    return _with_days(known.filter(pl.col("type") != ""), alike)


def _with_days(known: pl.DataFrame, fit: Redials) -> Redials:
    """Add a weekend of its own, if the likelihood-ratio test says so, and the days' differences.

    The offset of the weekend is a contrast with the other days: these get one too, and the shares,
    which stand for all days, move by it.
    """
    chances = [fit.of(kind, out) for kind, out in known.select("type", "outcome").iter_rows()]
    rows = known.with_columns(chance=pl.Series(chances, dtype=pl.Float64)).drop_nulls("chance")
    rows = rows.filter(pl.col("chance").is_between(0, 1, closed="none"))
    base, again = logit(rows["chance"].to_numpy()), rows["again"].to_numpy().astype(np.float64)
    free = rows["day"].dt.weekday().is_in(WEEKEND).to_numpy()
    offset, weekend, p, share = np.zeros(len(base)), 0.0, float("nan"), dict(fit.share)
    if free.any() and not free.all():
        ends = {at: _offset(base[free == at], again[free == at]) for at in (False, True)}
        own = np.where(free, ends[True][0], ends[False][0])
        gain = 2 * (_likelihood(base + own, again) - _likelihood(base, again))
        p = float(stats.chi2.sf(gain, 1))
        if p < SIGNIFICANT:
            offset, weekend = own, ends[True][0] - ends[False][0]
            share = {key: float(_moved(x, ends[False][0])) for key, x in share.items()}
    days = rows["day"].to_numpy()
    groups = [days == day for day in np.unique(days)]
    own_days = [_offset((base + offset)[g], again[g]) for g in groups if g.sum() >= MIN_CALLS]
    found = np.array(own_days, dtype=np.float64).reshape(-1, 2)
    return Redials(fit.identified, share, weekend, p, between_days(found[:, 0], found[:, 1]))


def _moved(share: float, offset: float) -> float:
    """A share with its logit moved; 0 and 1 stay."""
    return float(expit(logit(share) + offset)) if 0 < share < 1 else share


def _likelihood(logits: Floats, again: Floats) -> float:
    return float((again * logits - np.logaddexp(0, logits)).sum())


def _offset(base: Floats, again: Floats) -> tuple[float, float]:
    """Offset on the logit, by maximum likelihood, and its variance.

    One call more, with the mean chance of a redial for its outcome, makes it finite for a day
    without any.
    """
    mean = float(expit(base).mean())
    x, y = np.append(base, logit(mean)), np.append(again, mean)
    offset = 0.0
    for _ in range(30):
        chance = expit(x + offset)
        information = float((chance * (1 - chance)).sum())
        step = float((y - chance).sum()) / information
        offset += float(np.clip(step, -1, 1))
        if abs(step) < 1e-9:
            break
    return offset, 1 / information


def draw_redials(calls: pl.DataFrame, fit: Redials, rng: np.random.Generator) -> pl.Series:
    """Draw `again` for simulated calls (columns type, day, wait_s, abandoned).

    Null: not identified. Every day has an effect of its own. Redials are not fed back: the observed
    calls of a replayed day hold them already.
    """
    days = calls["day"].unique().sort().to_list()
    effects = dict(zip(days, fit.by_day.draw(rng, len(days)), strict=True))
    offsets = {
        day: float(effect) + fit.weekend * (day.isoweekday() in WEEKEND)
        for day, effect in effects.items()
    }
    columns = (calls["day"], calls["type"], calls["abandoned"], calls["wait_s"])
    luck = rng.random((calls.height, 2))
    found: list[bool | None] = []
    for (day, kind, left, wait), (named, again) in zip(
        zip(*columns, strict=True), luck, strict=True
    ):
        outcome = "abandoned" if left else "served"
        queued = bool(left or wait > 0)
        of_all = fit.identified.get(("", outcome, queued), 0.0)
        identified = fit.identified.get((kind, outcome, queued), of_all)
        share = fit.of(kind, outcome)
        if share is None or named >= identified:
            found.append(None)
        else:
            found.append(bool(again < _moved(share, offsets[day])))
    return pl.Series(found, dtype=pl.Boolean)
