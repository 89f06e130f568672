"""Expected discounted margin of customers whose log-odds of leaving drift, or who sleep.

The drift ahead is not known, only its law: values are functions of the drift now, kept as
polynomials through Gauss–Hermite nodes, on which a step of the walk acts as a diagonal (Mehler:
the expectation of the i-th Hermite polynomial after a step that keeps ρ of the drift is ρ^i times
that polynomial). Survival makes drifts that stay lower ones, so marginal means at each renewal
would not do. A customer stays asleep until a treatment; what is woken falls asleep again.
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial, sqrt
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline

from sim.behaviour.customers import mood_decay, mood_decays
from sim.behaviour.money import annuities, annuity, discount_factor, discount_factors
from sim.behaviour.retention import churn_log_odds_of, hazard_rates, renewal_survivals, sleeps_of
from sim.behaviour.tenure import Unsettled, normal_nodes
from sim.scenario import Scenario
from sim.units import DAY_S

NODES, MANY_NODES = 9, 24  # values are right to 1e-3 up to SMALL_SD, and up to twice that
SMALL_SD: Final = 1.0
ROWS: Final = 4096  # valued at once
LOGITS: Final = np.linspace(-30.0, 30.0, 601)  # of the table of what follows once moods are gone
HALF_LIVES: Final = 7  # then a mood is taken as gone
MOST_DAYS: Final = 3653
MOODS: Final = 129  # of a table; linear between them
WAKES: Final = 9
Floats = npt.NDArray[np.float64]


class Moved(NamedTuple):
    """What has moved in customers by the time of a row: drift and wakefulness, shape (n,) each."""

    drift: Floats
    awake: Floats


class Walk:
    """Functions of a drift, by their values at nodes: shape (..., nodes).

    ``drift``: the nodes.
    """

    def __init__(self, sd: float, half_life_days: float) -> None:
        self.sd, self._half_life = sd, half_life_days
        self.drift, weights = normal_nodes(sd, NODES if sd <= SMALL_SD else MANY_NODES)
        n = len(self.drift)
        z = self.drift / sd if sd else self.drift
        self._at_nodes = self._polynomials(z, n)
        self._project = weights[:, None] * self._at_nodes

    @staticmethod
    def _polynomials(z: Floats, n: int) -> Floats:
        """Return the first n orthonormal Hermite polynomials at z, shape (len(z), n)."""
        norm = np.array([sqrt(factorial(i)) for i in range(n)])
        values: Floats = np.polynomial.hermite_e.hermevander(z, n - 1) / norm
        return values

    def kept(self, days: Any) -> Any:
        """Return the share of a drift that is left after days; an array for an array."""
        return mood_decays(days, self._half_life)

    def step(self, days: float) -> Floats:
        """Return the matrix that takes values after days to their expectation now (from right)."""
        powers = float(self.kept(days)) ** np.arange(len(self.drift))
        matrix: Floats = (self._project * powers) @ self._at_nodes.T
        return matrix

    def at(self, values: Floats, drift: Floats, days: Floats) -> Floats:
        """Return the expectations, at drifts now, of values after days: shape (n,).

        Args:
            values: at the nodes after the days, shape (n, nodes).
            drift: now, shape (n,).
            days: shape (n,).
        """
        if not self.sd:
            return values[:, 0]
        n = len(self.drift)
        powers = self.kept(days)[:, None] ** np.arange(n)
        now = self._polynomials(drift / self.sd, n)
        result: Floats = ((values @ self._project) * powers * now).sum(axis=1)
        return result


class LastingValue:
    """Values for each unit of margin a second of customers who drift or sleep."""

    def __init__(self, scenario: Scenario, around: Unsettled, discount_per_s: float) -> None:
        rules, feels = scenario.retention, scenario.satisfaction
        self._rate, self._effect = discount_per_s, rules.mood_effect
        self._depth = around.sleep_depth if around.sleeping_share else 0.0
        self._mood_half_life = feels.mood_half_life_days
        self._awake_half_life = rules.awake_half_life_days
        self._limit, self._period = feels.mood_limit, rules.period_days
        self._walk = Walk(around.drift_sd, rules.drift_half_life_days)
        self._contract = rules.clock == "contractual"
        self._tables: dict[tuple[float, int], Floats] = {}
        self._tail: CubicSpline | None = None

    def of(self, base: Floats, mood: Floats, days: Floats, asleep: Floats, moved: Moved) -> Floats:
        """Return the values, shape (n,).

        Args:
            base: of the churn clock, shape (n,), as all others.
            mood: now.
            days: to the next renewal; without meaning where one leaves at any time.
            asleep: 1 for who does not think of leaving.
            moved: drift and wakefulness now.
        """
        values = np.empty(len(base))
        for woken in (False, True):  # few are, and what is woken takes longer to fade than moods
            mine = np.flatnonzero((moved.awake * asleep > 0) == woken)
            for first in range(0, len(mine), ROWS):
                some = mine[first : first + ROWS]
                here = Moved(moved.drift[some], moved.awake[some])
                if self._contract:
                    args = base[some], mood[some], days[some], asleep[some], here
                    values[some] = self._renewed(*args, woken)
                else:
                    values[some] = self._clocked(base[some], mood[some], asleep[some], here)
        return values

    # -- renewals ----------------------------------------------------------------------------------

    def _renewed(
        self,
        base: Floats,
        mood: Floats,
        days: Floats,
        asleep: Floats,
        moved: Moved,
        woken: bool,
    ) -> Floats:
        """Sum up backwards: what follows a renewal that is survived, then the one before."""
        longest = max(self._mood_half_life, self._awake_half_life if woken else 0.0)
        renewals = int(HALF_LIVES * longest / self._period)
        whole_s = self._period * DAY_S
        worth, discount = annuity(whole_s, self._rate), discount_factor(whole_s, self._rate)
        step = self._walk.step(self._period)
        ahead = self._endless(step, worth, discount)(base - self._depth * asleep)
        for number in range(renewals, -1, -1):
            passed = days + number * self._period
            kept = self._survivals(base, mood, asleep, moved.awake, passed)
            ahead = kept * (worth + discount * (ahead @ step))
        wait_s = days * DAY_S
        first = self._walk.at(ahead, moved.drift, days)
        value: Floats = annuities(wait_s, self._rate) + discount_factors(wait_s, self._rate) * first
        return value

    def _survivals(
        self, base: Floats, mood: Floats, asleep: Floats, awake: Floats, days: Floats
    ) -> Floats:
        """Return the probabilities to survive a renewal in days, shape (n, nodes)."""
        faded = mood * mood_decays(days, self._mood_half_life)
        left = awake * mood_decays(days, self._awake_half_life)
        sleep = sleeps_of(self._depth, asleep, left)
        settled = churn_log_odds_of(base, self._effect, faded, 0.0, sleep)[:, None]
        kept: Floats = renewal_survivals(settled, 0.0, 0.0, self._walk.drift)
        return kept

    def _endless(self, step: Floats, worth: float, discount: float) -> Callable[[Floats], Floats]:
        """Return how the value before a renewal, once moods are gone, depends on the log-odds."""
        if self._tail is None:
            kept = renewal_survivals(LOGITS[:, None], 0.0, 0.0, self._walk.drift)
            ahead = np.eye(kept.shape[1]) - discount * kept[:, :, None] * step.T
            self._tail = CubicSpline(LOGITS, _solved(ahead, kept * worth))
        return self._tail

    # -- leaving at any time -----------------------------------------------------------------------

    def _clocked(self, base: Floats, mood: Floats, asleep: Floats, moved: Moved) -> Floats:
        values = np.empty(len(base))
        for hazard in np.unique(base).tolist():
            for sleeps in (0, 1):
                mine = (base == hazard) & (asleep == sleeps)
                if mine.any():
                    table = self._table(hazard, sleeps)
                    at_nodes = self._between(table, mood[mine], moved.awake[mine])
                    values[mine] = self._walk.at(at_nodes, moved.drift[mine], np.zeros(mine.sum()))
        return values

    def _between(self, table: Floats, mood: Floats, awake: Floats) -> Floats:
        """Return a table's values at moods and wakefulness, linear between its points."""
        at = (mood + self._limit) / (2 * self._limit) * (MOODS - 1)
        low = np.clip(at.astype(np.int64), 0, MOODS - 2)
        part = (at - low)[:, None, None]
        by_awake = table[low] * (1 - part) + table[low + 1] * part  # (n, wakes, nodes)
        wakes = table.shape[1]
        if wakes == 1:
            return by_awake[:, 0]
        at = awake * (wakes - 1)
        low = np.clip(at.astype(np.int64), 0, wakes - 2)
        part, rows = (at - low)[:, None], np.arange(len(low))
        between: Floats = by_awake[rows, low] * (1 - part) + by_awake[rows, low + 1] * part
        return between

    def _table(self, base: float, asleep: int) -> Floats:
        """Return the values of a base, by mood, wakefulness and node of the drift."""
        found = self._tables.get((base, asleep))
        if found is None:
            found = self._tables[base, asleep] = self._tabulated(base, asleep)
        return found

    def _tabulated(self, base: float, asleep: int) -> Floats:
        moods = np.linspace(-self._limit, self._limit, MOODS)[:, None, None]
        wakes = np.linspace(0.0, 1.0, WAKES if asleep and self._depth else 1)[:, None]
        longest = max(self._mood_half_life, self._awake_half_life if asleep else 0.0)
        last = int(np.ceil(min(HALF_LIVES * longest, MOST_DAYS)))
        step = self._walk.step(1.0)

        def rates(mood: Any, awake: Any) -> Floats:
            sleep = sleeps_of(self._depth, asleep, awake)
            found: Floats = hazard_rates(base, self._effect, mood, self._walk.drift, sleep)
            return found + self._rate

        stays = last >= MOST_DAYS  # a mood that lasts longer stays as it is then
        lasting = mood_decay(last, self._mood_half_life) if stays else 0.0
        rate = rates(moods * lasting, 0.0 * wakes)
        ahead = _forever(rate, step)
        for day in range(last - 1, -1, -1):
            mood = moods * mood_decay(day, self._mood_half_life)
            rate = rates(mood, wakes * mood_decay(day, self._awake_half_life))
            ahead = annuities(DAY_S, rate) + np.exp(-rate * DAY_S) * (ahead @ step)
        return ahead


def _forever(rate: Floats, step: Floats) -> Floats:
    """Return the values when nothing moves but the drift, shape of ``rate``."""
    kept = np.exp(-rate * DAY_S)
    ahead = np.eye(rate.shape[-1]) - kept[..., :, None] * step.T
    return _solved(ahead, annuities(DAY_S, rate))


def _solved(matrix: Floats, right: Floats) -> Floats:
    """Solve for each of many; 0 where the sum would be endless."""
    endless = np.abs(np.linalg.det(matrix)) == 0
    some = np.where(endless[..., None, None], np.eye(matrix.shape[-1]), matrix)
    found: Floats = np.linalg.solve(some, np.where(endless[..., None], 0.0, right)[..., None])
    return found[..., 0]
