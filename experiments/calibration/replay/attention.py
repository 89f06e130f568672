"""Agents who look idle and are not at the phone: how long they stay, and how soon a queue recalls.

A caller who finds one agent without a call waits as often as not, one who finds five hardly ever,
and those who wait do so for long: agents are away, it is no delay of ringing. They leave when
nobody waits; every caller who has to wait calls them back.

Times away are seen through other agents: a caller whom somebody else answers at once tells nothing
of those who were away, so the fit of `agents` finds pauses too short (on simulated logs it returns
two fifths of what was put in). The pauses and the delay are therefore such that the replayed days
of the log show the log's own service level and mean wait (simulated moments: McFadden 1989,
Econometrica 57; Gourieroux, Monfort & Renault 1993, J. Applied Econometrics 8).
"""

from dataclasses import dataclass
from math import exp, log

import numpy as np
import numpy.typing as npt
import polars as pl

from experiments.calibration.bank import CallFit, fit_calls
from experiments.calibration.replay.predict import (
    ACCEPTABLE_WAIT_S,
    near_outage,
    observed,
    test_days,
    without,
)
from experiments.calibration.replay.replay import replay

COPIES = 2  # of each day at every point of the design
ROUNDS = 3
PAUSES = (0.0, 4.0)  # log factor of the pauses: at the upper end nearly all last until recalled
DELAY = (log(10.0), log(3600.0))  # log of the mean delay; an hour is as good as never
START = (2.0, log(300.0))
WIDTH = (1.0, 0.8)  # of the first round; each further one has half of it
PLACES = 201  # of a grid on which the surfaces are searched, along either axis
LATTICE = np.array([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)], dtype=np.float64)
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Attention:
    """Log factor of the pauses that begin with nobody waiting, and the mean answer delay."""

    pauses: float
    answer_delay_s: float

    def of(self, fit: CallFit) -> CallFit:
        """Return the fit, as from `fit_calls`, with both."""
        return fit.with_absence(self.pauses, self.answer_delay_s)


def attentive_fit(calls: pl.DataFrame) -> CallFit:
    """Fit to calls, with the agents' attention."""
    fit = fit_calls(calls)
    return fit_attention(calls, fit).of(fit)


def moments(calls: pl.DataFrame) -> Floats:
    """Logit of the service level and log of the mean wait, of calls as from `replay`; shape (2,).

    Half a call is added on either side, and a second to the wait, so that both are finite.
    """
    quick = (calls["wait_s"] <= ACCEPTABLE_WAIT_S).to_numpy()
    left = calls["abandoned"].to_numpy()
    in_time, late = int((quick & ~left).sum()), int((~quick).sum())
    return np.array(
        [log((in_time + 0.5) / (late + 0.5)), log(float(calls["wait_s"].to_numpy().mean()) + 1)]
    )


def fit_attention(
    calls: pl.DataFrame, fit: CallFit, *, rounds: int = ROUNDS, seed: int = 1
) -> Attention:
    """Pauses and delay with which the days of `calls`, replayed, show their own waits.

    Calls around an outage are left out: nobody knows what agents did then.
    Response surfaces of the moments, quadratic in both (Box & Wilson 1951), over a lattice of
    points, each with luck of its own, that closes in on where the moments are those of the log.
    """
    days, outages = test_days(calls), near_outage(calls)
    aim = moments(without(observed(calls), outages))
    low, high = np.array([PAUSES, DELAY]).T
    centre = np.array(START)
    points: list[Floats] = []
    found: list[Floats] = []
    for number in range(rounds):
        for place in centre + LATTICE * WIDTH / 2**number:
            point = np.clip(place, low, high)
            attention = Attention(float(point[0]), exp(float(point[1])))
            luck = seed * 1000 + len(points)
            waits = replay(days, attention.of(fit), replications=COPIES, seed=luck)
            points.append(point)
            found.append(moments(without(waits, outages)) - aim)
        centre = _closest(np.array(points), np.array(found))
    return Attention(float(centre[0]), exp(float(centre[1])))


def _terms(points: Floats) -> Floats:
    x, y = points.T
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)


def _closest(points: Floats, misses: Floats) -> Floats:
    """Place of the smallest miss on the surfaces through `misses`, within the points' range.

    points: shape (n, 2). misses: of both moments there, shape (n, 2).
    """
    low, high = points.min(axis=0), points.max(axis=0)
    surfaces = np.linalg.lstsq(_terms(points), misses, rcond=None)[0]
    axes = [np.linspace(a, b, PLACES) for a, b in zip(low, high, strict=True)]
    places = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    distance = ((_terms(places) @ surfaces) ** 2).sum(axis=1)
    return np.asarray(places[int(distance.argmin())], dtype=np.float64)
