"""The answers as tables: one row for each thing and metric."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import polars as pl

from experiments.questions.results import (
    Answers,
    EffectsAnswer,
    FactorialAnswer,
    LeavingAnswer,
    LeversAnswer,
    Spread,
    SweepAnswer,
    Worth,
)
from experiments.store.results import INTERVAL, counts, floats, texts

Row = dict[str, Any]

WORTH = texts("metric") | INTERVAL | floats("p", "p_holm") | counts("n", "ties")
ANSWER_TABLES: dict[str, dict[str, pl.DataType]] = {
    "cells": texts("cell") | counts("replication") | texts("metric") | floats("value"),
    "effects": texts("of", "delta", "cell") | {"unchanged": pl.Boolean()} | WORTH,
    "contrasts": texts("of", "kind", "factors", "aliases") | WORTH,
    "shapley": texts("of", "factor") | WORTH | floats("share", "share_low", "share_high"),
    "sweep": texts("strategy", "metric")
    | floats("x", "beside")
    | INTERVAL
    | counts("n")
    | floats("worth", "worth_low", "worth_high"),
    "gaps": texts("first", "second") | floats("x", "beside") | WORTH,
    "crossings": texts("first", "second", "metric")
    | floats("beside", "at", "low", "high")
    | {"apart": pl.Boolean()}
    | texts("left", "right"),
    "levers": texts("of", "levers", "cell")
    | counts("rank")
    | {"unchanged": pl.Boolean()}
    | floats("once", "per_month", "first_year")
    | floats(*(f"gain_per_month{end}" for end in ("", "_low", "_high")))
    | floats(*(f"for_money{end}" for end in ("", "_low", "_high")))
    | floats("payback_months", "payback_low", "payback_high")
    | WORTH,
    "portfolio": texts("of", "levers", "cell")
    | floats("budget", "once", "per_month", "first_year")
    | floats(*(f"{kind}{end}" for kind in ("added", "measured") for end in ("", "_low", "_high"))),
    "leaving": texts("strategy", "kind") | floats("area", "area_low", "area_high") | WORTH,
}
"""Columns of every table of answers; see docs/reference/results.md."""

JOINED = " \u00d7 "


def frames_of(answers: Answers) -> dict[str, pl.DataFrame]:
    """Return the tables that have rows, by name; the replications of the cells apart."""
    rows: dict[str, list[Row]] = {}
    if answers.effects is not None:
        rows["effects"] = list(_effects(answers.effects))
    if answers.factorial is not None:
        rows["contrasts"] = list(_contrasts(answers.factorial))
        rows["shapley"] = list(_shapley(answers.factorial))
    if answers.sweep is not None:
        rows |= _sweep(answers.sweep)
    if answers.levers is not None:
        rows["levers"] = list(_levers(answers.levers))
        rows["portfolio"] = list(_portfolio(answers.levers))
    if answers.leaving is not None:
        rows["leaving"] = list(_leaving(answers.leaving))
    return {
        name: pl.DataFrame(of, schema=ANSWER_TABLES[name], orient="row")
        for name, of in rows.items()
        if of
    }


def _worth(worth: Mapping[str, Worth]) -> Iterator[Row]:
    for metric, of in worth.items():
        yield {"metric": metric, **asdict(of)}


def _ends(name: str, spread: Spread | Worth | None) -> Row:
    ends = (None,) * 3 if spread is None else (spread.mean, spread.low, spread.high)
    return dict(zip((name, f"{name}_low", f"{name}_high"), ends, strict=True))


def _effects(answer: EffectsAnswer) -> Iterator[Row]:
    for effect in answer.effects:
        of = {"of": answer.of, "delta": effect.name, "cell": effect.strategy}
        for row in _worth(effect.worth) if effect.worth else [dict.fromkeys(WORTH)]:
            yield {**of, "unchanged": effect.unchanged, **row}


def _contrasts(answer: FactorialAnswer) -> Iterator[Row]:
    named: list[tuple[str, str, str, Mapping[str, Worth]]] = [
        (
            "interaction" if len(contrast.factors) > 1 else "main",
            JOINED.join(contrast.factors),
            "; ".join(JOINED.join(alias) for alias in contrast.aliases),
            contrast.worth,
        )
        for contrast in answer.contrasts
    ]
    named += [("alone", name, "", worth) for name, worth in answer.alone.items()]
    everything = JOINED.join(factor.name for factor in answer.factors)
    named.append(("total", everything, "", answer.total))
    if answer.remainder is not None:
        named.append(("remainder", everything, "", answer.remainder))
    for kind, factors, aliases, worth in named:
        about = {"of": answer.of, "kind": kind, "factors": factors, "aliases": aliases}
        yield from ({**about, **row} for row in _worth(worth))


def _shapley(answer: FactorialAnswer) -> Iterator[Row]:
    for share in answer.shapley:
        part = {"of": answer.of, "factor": share.factor}
        for row in _worth(share.worth):
            about = share.share if row["metric"] == answer.metrics[0] else None
            yield {**part, **row, **_ends("share", about)}


def _sweep(answer: SweepAnswer) -> dict[str, list[Row]]:
    def where(at: tuple[float, ...]) -> Row:
        return {"x": at[0], "beside": at[1] if len(at) > 1 else None}

    return {
        "sweep": [
            {"strategy": point.strategy, "metric": metric, **where(point.at), **asdict(spread)}
            | _ends("worth", point.worth[metric])
            for point in answer.points
            for metric, spread in point.values.items()
        ],
        "gaps": [
            {"first": gap.first, "second": gap.second, **where(gap.at), **row}
            for gap in answer.gaps
            for row in _worth(gap.worth)
        ],
        "crossings": [
            {**asdict(crossing), "at": at}
            for crossing in answer.crossings
            for at in crossing.at or (None,)
        ],
    }


def _levers(answer: LeversAnswer) -> Iterator[Row]:
    for lever in answer.levers:
        about = {
            "of": answer.of,
            "levers": lever.name,
            "cell": lever.strategy,
            "rank": lever.rank,
            "unchanged": lever.unchanged,
            **asdict(lever.price),
            **_ends("gain_per_month", lever.gain_per_month),
            **_ends("for_money", lever.for_money),
            "payback_months": lever.payback_months,
            "payback_low": lever.payback_low,
            "payback_high": lever.payback_high,
        }
        for row in _worth(lever.worth) if lever.worth else [dict.fromkeys(WORTH)]:
            yield {**about, **row}


def _portfolio(answer: LeversAnswer) -> Iterator[Row]:
    chosen = answer.portfolio
    if chosen is not None:
        yield {
            "of": answer.of,
            "levers": " + ".join(chosen.levers),
            "cell": chosen.strategy,
            "budget": chosen.budget,
            **asdict(chosen.price),
            **_ends("added", chosen.added),
            **_ends("measured", chosen.measured),
        }


def _leaving(answer: LeavingAnswer) -> Iterator[Row]:
    for told in answer.measures:
        row = {"metric": told.metric, **asdict(told.above), **_ends("area", told.area)}
        yield {"strategy": told.strategy, "kind": told.kind, **row}
    for one in answer.against:
        for name, worth in (("journeys_less_proxies", one.worth), ("of_answered", one.answered)):
            yield {"strategy": one.strategy, "kind": name, "metric": None, **asdict(worth)}
