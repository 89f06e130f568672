"""Cases of a journey log played in the simulator.

Every kind of event (inbound call, outbound e-mail, back office ...) is a channel of an ordinary
scenario, once for the event that opens a case and once for later ones; every case is a need given
by its first event. An event ends the case ("resolved") or another follows after a delay ("the
customer returns"), whose kind a policy draws from the fitted transitions. The log shows no waiting
for a free agent, so nobody waits; an e-mail lasts until it is answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl

from experiments.calibration.cases.case_chain import BY_EMAIL, EMAIL, Chains, linked
from experiments.calibration.logs.journey_log import LONGEST_DAYS, OPERATIONS
from experiments.calibration.replay.replay import SWITCHED_OFF
from policies.base import Policy
from sim.core.world import DutyPeriod, Trace, World
from sim.decisions.actions import Kind
from sim.decisions.view import View
from sim.errors import InputError
from sim.scenario import Scenario, load_scenario
from sim.scenario.knowledge import Regime
from sim.tables.compiled import Compiled
from sim.units import DAY_S

MAX_EVENTS = 15  # of a case: the most attempts that a scenario allows
Floats = npt.NDArray[np.float64]


class NextEvent(Policy):
    """Draws what follows an event of a case; the first event is given by the intent."""

    decides: ClassVar[frozenset[Kind]] = frozenset({Kind.ENTRY})
    stateful: ClassVar[bool] = True
    following: Floats
    rng: np.random.Generator

    def begin(self, chains: Chains, rng: np.random.Generator) -> "NextEvent":
        """Take the transitions and the luck; the last event of every case is none."""
        self.following, self.rng = chains.following.cumsum(axis=-1), rng
        self.last: dict[int, tuple[int, int, int]] = {}
        return self

    def entry(self, view: View) -> int:
        """The first event as given, later ones drawn; each case is a customer of its own."""
        assert view.customer is not None
        case = view.customer.customer
        if case not in self.last:
            first = self.act.target[view.default] // 2
            self.last[case] = (int(first in BY_EMAIL), 0, first)
            return view.default
        shares = self.following[self.last[case]]
        drawn = min(int(np.searchsorted(shares, self.rng.random(), "right")), len(OPERATIONS) - 1)
        self.last[case] = (self.last[case][0], 1, drawn)
        return self.act.entry[2 * drawn + 1]


def channel_of(operation: int, later: int) -> str:
    """Name of the channel of an operation; channels stand in the order 2 × operation + later."""
    name = OPERATIONS[operation].lower().replace(" ", "_")
    return f"{name}_{'later' if later else 'first'}"


def chain_scenario(chains: Chains) -> Scenario:
    """The desk as a scenario; intents are named by service type and first event, by number."""
    channels = {
        channel_of(operation, later): (operation, later)
        for operation in range(len(OPERATIONS))
        for later in (0, 1)
    }
    intents: dict[str, Any] = {}
    for k, (kind, chance) in enumerate(chains.goes_on.items()):
        for first in range(len(OPERATIONS)):
            intents[f"kind_{k}_{first}"] = {
                "needs_per_month": 1.0,
                # E-mails last as long as their law says, the others in proportion.
                "talk_s": chains.answer[kind].duration(),
                "resolution": {
                    # A channel that resolves nothing could not be chosen.
                    name: max(1e-9, 1 - float(chance[int(first in BY_EMAIL), later, operation]))
                    for name, (operation, later) in channels.items()
                },
                "preference": {
                    name: float(place == (first, 0)) for name, place in channels.items()
                },
            }
    answer = float(np.mean([lag.mean for lag in chains.answer.values()]))
    return load_scenario(
        {
            "name": "cases",
            "title": "Cases of a service desk, replayed",
            "population": {"customers": 1},
            "segments": {
                "everyone": {
                    "share": 1.0,
                    "steering_acceptance": 1.0,
                    "preference": dict.fromkeys(channels, 1.0),
                }
            },
            "intents": intents,
            "channels": {
                name: {
                    "kind": "asynchronous",
                    "talk_factor": 1.0 if o == EMAIL else float(chains.minutes[o]) / answer,
                }
                for name, (o, _) in channels.items()
            },
            "teams": {
                "desk": {
                    "channels": dict.fromkeys(channels, 1),
                    "shifts": [{"agents": 1, "start_h": 0, "end_h": 24}],
                }
            },
            "choice": {"failure_aversion": 0.0},
            "returns": {
                "recontact_probability": 1.0,
                "recontact_delay": chains.delay.duration(),
                "max_attempts": MAX_EVENTS,
            },
            "agent_desktop": {"repeat_s": 0, "transfer_probability": 0, "misroute_s": 0},
            "mechanisms": {name: name == "recontact" for name in SWITCHED_OFF},
        }
    )


@dataclass(frozen=True, slots=True)
class CaseReplay:
    """Cases ready to be simulated: their first events, and until when the log goes."""

    opened: pl.DataFrame
    until: datetime
    chains: Chains
    scenario: Scenario
    compiled: Compiled

    @classmethod
    def of(cls, events: pl.DataFrame, chains: Chains) -> "CaseReplay":
        """Take the first event of every case as given; unknown types behave like the first."""
        opened = linked(events).filter(pl.col("later") == 0).sort("start", "case")
        if opened.is_empty():
            raise InputError("journeys: no case to replay")
        scenario = chain_scenario(chains)
        until = events["start"].max()
        assert isinstance(until, datetime)
        return cls(opened, until, chains, scenario, Compiled(scenario, Regime(steering=True)))

    def once(self, replication: int, seed: int) -> pl.DataFrame:
        """Simulate every case once; events as `journey_log.read_journeys` gives them.

        Events that would begin after the last observed one are dropped, as the log drops them.
        """
        kinds = list(self.chains.goes_on)
        origin = self.opened["start"][0].replace(hour=0, minute=0, second=0, microsecond=0)
        since = (self.opened["start"] - origin).dt.total_seconds().to_numpy().astype(np.float64)
        columns = self.opened.select("kind", "number").rows()
        n = len(OPERATIONS)
        intent = [(kinds.index(k) if k in kinds else 0) * n + first for k, first in columns]
        horizon = (self.until - origin).total_seconds()
        agents = range(len(since) + 1)  # as many as cases: nobody waits
        rng = np.random.default_rng((seed, replication))
        world = World(
            self.scenario,
            compiled=self.compiled,
            policy=NextEvent(self.scenario).begin(self.chains, rng),
            decides=NextEvent.decides,
            trace=Trace(since, np.arange(len(since)), np.array(intent, dtype=np.int64)),
            roster=[DutyPeriod(a, 0, 0.0, horizon + 2 * LONGEST_DAYS * DAY_S, 1.0) for a in agents],
            seed=seed,
            replication=replication,
        ).run(horizon + LONGEST_DAYS * DAY_S)
        rows = world.register.columns("contacts")
        return self._events(rows, origin, horizon)

    def _events(self, rows: Mapping[str, Any], origin: datetime, horizon: float) -> pl.DataFrame:
        case = np.asarray(rows["customer"], dtype=np.int64)
        table = pl.DataFrame(
            {
                "row": case,
                "operation": [OPERATIONS[c // 2] for c in rows["channel"]],
                "start_s": rows["start_s"],
                "end_s": rows["released_s"],
            }
        ).filter((pl.col("start_s") <= horizon) & (pl.col("end_s") >= pl.col("start_s")))
        known = self.opened.select("case", "customer", "kind").with_row_index("row")
        stamp = [
            (pl.lit(origin) + pl.duration(seconds=pl.col(f"{name}_s")))
            .dt.truncate("1m")
            .alias(name)
            for name in ("start", "end")
        ]
        return (
            table.join(known.with_columns(pl.col("row").cast(pl.Int64)), on="row", how="left")
            .with_columns(stamp)
            .select("case", "operation", "start", "end", "customer", "kind")
        )
