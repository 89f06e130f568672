"""Evidence computed again, in plain Python, from the rows of a register: signals and contacts."""

from __future__ import annotations

from math import exp, sqrt
from typing import Any

from sim import World
from sim.units import DAY_S

OUTCOME, SELF_SERVICE, SENTIMENT, CSAT, CES, NPS, USAGE, INACTIVE, POST, NOTE, STEERING = range(11)
PASSIVE = {SENTIMENT, USAGE, INACTIVE, POST}
SUMS = ("contacts", "failures", "feeling", "feelings", "usage", "usages", "inactive")
PARTS = ("ability", "acceptance", "fit", "need")
Piece = dict[str, Any]


class Recomputed:
    """All pieces of evidence by (customer, channel), the firm's under channel -1."""

    def __init__(self, world: World, until_s: float) -> None:
        self.world, self.scenario = world, world.compiled.scenario
        self.rules = world.core.rules
        self.pieces: dict[tuple[int, int], Piece] = {}
        signals, contacts = (world.register.columns(t) for t in ("signals", "contacts"))
        self.segment = world.customers.segment
        self.contacts = {name: column.tolist() for name, column in contacts.items()}
        rows = zip(*(signals[name].tolist() for name in signals), strict=True)
        for row in rows:
            signal = dict(zip(signals, row, strict=True))
            if signal["time_s"] <= until_s and signal["customer"] >= 0 and self._is_read(signal):
                self._hear(signal)

    def _is_read(self, signal: Piece) -> bool:
        reads = self.world.compiled.regime.signals
        return reads == "all" or (reads == "direct" and signal["kind"] not in PASSIVE)

    def piece(self, who: int, channel: int) -> Piece:
        blank: Piece = dict.fromkeys(SUMS, 0.0) | {"at_s": 0.0, "journey": -1, "needs": 0.0}
        blank |= {f"{part}_{what}": 0.0 for part in PARTS for what in ("mean", "variance")}
        blank |= {"hints": [0.0] * 3, "notes": [0.0] * 3}
        firm, segment = self.rules.scalar, self.segment[who]
        blank["ability_mean"] = self.rules.column("segments", "ability_mean")[segment]
        blank["ability_variance"] = self.rules.column("segments", "ability_spread")[segment]
        blank["fit_variance"] = firm("fit_sd") ** 2
        blank["acceptance_variance"] = firm("acceptance_sd") ** 2
        return self.pieces.setdefault((who, channel), blank)

    def _hear(self, signal: Piece) -> None:
        who, channel, kind = signal["customer"], signal["channel"], signal["kind"]
        for place in {-1, channel}:
            self._add(self.piece(who, place), signal)
        if channel < 0:
            return
        view = self.piece(who, -1 if self.rules.scalar("sees_all") else channel)
        if kind == STEERING:
            self._answer(view, signal)
        elif kind in (OUTCOME, SELF_SERVICE):
            self._attempt(view, self.piece(who, channel), signal)

    def _add(self, piece: Piece, signal: Piece) -> None:
        left = 0.5 ** (
            (signal["time_s"] - piece["at_s"]) / DAY_S / self.scenario.signals.half_life_days
        )
        piece["at_s"] = signal["time_s"]
        for name in SUMS:
            piece[name] *= left
        kind, value = signal["kind"], signal["value"]
        read = {SENTIMENT: value, POST: value, CSAT: (value - 3.5) / 2.5, NPS: (value - 7) / 2.5}
        if kind in (OUTCOME, SELF_SERVICE):
            piece["contacts"] += 1
            piece["failures"] += kind == SELF_SERVICE or value == 0
            if piece["journey"] != signal["journey"]:
                piece["journey"] = signal["journey"]
                piece["needs"] += 1
                piece["need_mean"] = 0.0
                piece["need_variance"] = self.rules.scalar("difficulty_sd") ** 2
                intent = self.contacts["seen_intent"][signal["contact"]]
                concern = self.rules.column("intents", "raised_by")[intent]
                if concern >= 0:
                    piece["hints"][concern] += 1
        elif kind in read:
            piece["feeling"] += read[kind]
            piece["feelings"] += 1
        elif kind == USAGE:
            piece["usage"] += value
            piece["usages"] += 1
        elif kind == INACTIVE:
            piece["inactive"] += 1
        elif kind == NOTE:
            piece["notes"][int(value)] += 1

    def _attempt(self, view: Piece, own: Piece, signal: Piece) -> None:
        row = {name: column[signal["contact"]] for name, column in self.contacts.items()}
        failed = signal["kind"] == SELF_SERVICE
        if not failed and row["coded"] not in (0, 1):
            return
        table, channel = self.world.compiled, row["channel"]
        automated = table.channels.kind[channel] == 1
        names, channels, intent = table.n_intents, table.channels.n, row["seen_intent"]
        cell = intent * channels + channel
        intercept = self.rules.column("cells", "intercept")[cell]
        if row["team"] >= 0:
            place = row["team"] * names * channels + cell
            intercept = self.rules.column("resolves", "intercept")[place]
        if abs(intercept) >= 1e6:
            return
        loads = {"fit": 1.0, "need": -1.0 if automated else -self.rules.scalar("people_difficulty")}
        if automated:
            loads["ability"] = 1.0
        holders = {"fit": own, "need": view, "ability": view}
        confusion = table.channels.confusion[channel][intent] if automated else None
        heard = 1.0
        if confusion is not None:
            heard = confusion[intent] - (confusion[intent - 1] if intent else 0.0)
        unseen = self.rules.scalar("need_channel_sd") ** 2
        e0 = self.rules.column("channels", "miscoded")[channel]
        e1 = 1 - self.scenario.signals.coded_right
        seen = 0.0 if failed else signal["value"]
        self._move(holders, loads, intercept, unseen, seen, heard, e0, e1)

    def _answer(self, view: Piece, signal: Piece) -> None:
        target = int(abs(signal["value"])) - 1
        place = self.segment[signal["customer"]] * self.world.compiled.channels.n + target
        intercept = self.rules.column("steers", "intercept")[place]
        if abs(intercept) < 1e6:
            seen = float(signal["value"] > 0)
            self._move({"acceptance": view}, {"acceptance": 1.0}, intercept, 0.0, seen, 1, 0, 0)

    def _move(
        self,
        holders: dict[str, Piece],
        loads: dict[str, float],
        intercept: float,
        unseen: float,
        seen: float,
        heard: float,
        e0: float,
        e1: float,
    ) -> None:
        mean = intercept + sum(g * holders[p][f"{p}_mean"] for p, g in loads.items())
        whole = unseen + sum(g * g * holders[p][f"{p}_variance"] for p, g in loads.items())
        q = 1 / (1 + exp(-mean / sqrt(1 + 0.39269908169872414 * whole)))
        slope = (1 - e0 - e1) * heard * q * (1 - q) / sqrt(1 + 0.39269908169872414 * whole)
        shown = e0 + (1 - e0 - e1) * heard * q
        spread = shown * (1 - shown)
        for part, load in loads.items():
            piece = holders[part]
            variance = piece[f"{part}_variance"]
            piece[f"{part}_mean"] += variance * load * slope * (seen - shown) / spread
            piece[f"{part}_variance"] -= (variance * load * slope) ** 2 / spread
