"""Predictors: scores fitted on pilots of a firm, frozen in a file; what a firm could have learned.

Scores: how probably a customer leaves, how probably a channel resolves a need, which concern is the
customer's. Each regime has weights of its own, as it sees other signals. A file is safetensors with
a header; it is used for the firm and regimes only that it was fitted for.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.errors import InputError
from sim.inputs import local_path
from sim.inputs.files import read_bytes
from sim.inputs.tensors import Arrays, Layout, load_tensors, save_tensors
from sim.scenario import Scenario
from sim.scenario.knowledge import Regime

Floats = npt.NDArray[np.float64]

CHURN_FEATURES = (
    "log1p(tenure)",
    "feeling",
    "failures",
    "contacts",
    "usage",
    "inactive",
    "log1p(margin)",
)
"""Of the score of leaving, beside one weight for each segment; see ``sim.core.believing``."""
RESOLUTION_FEATURES = (
    "one",
    "believed",
    "automated",
    "automated × ability",
    "fit",
    "need",
    "automated × need",
    "log(attempt)",
    "1 - accuracy",
    "failures",
)
"""Of the score of resolving, of an attempt on a channel.

``believed``: the log-odds that the belief gives it, to be understood or reached included.
"""
LAYOUT = Layout(
    what="a predictor",
    format="optichannel-predictor",
    version=1,
    members=r"(churn|resolution|reasons|intents|notes)\.\d{1,2}",
    dtypes=("F64",),
    max_bytes=10_000_000,
    renew="fit it again: optichannel predict",
)
PREDICTOR = "predictor"
"""The parameter by which policies name the file."""
FOREIGN = "a predictor fitted for another firm or regime"
OF_EVIDENCE = (
    *("signals", "visible", "match_rate", "wrong_match_rate", "latency", "acts"),
    "intent_accuracy",
)
"""What of a regime decides what evidence there is."""


class Weights(NamedTuple):
    """The weights of one regime.

    ``churn``: by segment, then ``CHURN_FEATURES``; ``resolution``: ``RESOLUTION_FEATURES``;
    ``reasons`` (concerns,): log-probability that leavers state one, knowing nothing else;
    ``intents`` (concerns, concerns + 1): log-probability that a need hints at a concern (last: at
    none), were a concern the reason, times how far it is trusted; ``notes`` (concerns, concerns):
    that a note does.
    """

    churn: Floats
    resolution: Floats
    reasons: Floats
    intents: Floats
    notes: Floats


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a predictor was fitted for, and on what.

    ``regimes``: digests by name, in the order of the arrays' numbers. ``fitted``: seeds, days and
    what was measured on held-out ones, as plain values.
    """

    scenario: str
    firm_digest: str
    regimes: dict[str, str]
    segments: tuple[str, ...]
    concerns: tuple[str, ...]
    churn_features: tuple[str, ...] = CHURN_FEATURES
    resolution_features: tuple[str, ...] = RESOLUTION_FEATURES
    fitted: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Predictor:
    """A predictor's header, and weights by regime in the header's order."""

    header: Header
    weights: tuple[Weights, ...]

    def weights_for(self, regime: Regime) -> Weights:
        """Return the weights of a regime.

        Raises:
            InputError: it was not fitted for one that sees the same signals.
        """
        digests = list(self.header.regimes.values())
        digest = regime_digest(regime)
        if digest not in digests:
            known = ", ".join(self.header.regimes)
            raise InputError(f"predictor: {FOREIGN}; it knows {known}")
        return self.weights[digests.index(digest)]


def firm_digest(scenario: Scenario) -> str:
    """Return the SHA-256 of what a scenario says, apart from texts, size and regimes."""
    apart = {"title", "description", "population", "regimes", "teams"}
    content = scenario.model_dump(mode="json", exclude=apart)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def regime_digest(regime: Regime) -> str:
    """Return the SHA-256 of what of a regime decides what evidence there is."""
    content = regime.model_dump(mode="json", include=set(OF_EVIDENCE))
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def predictor_digest(file: str) -> str:
    """Return the SHA-256 of a predictor's file; InputError where there is none."""
    return hashlib.sha256(read_bytes(_found(file), LAYOUT.max_bytes)).hexdigest()


def save_predictor(predictor: Predictor, path: Path) -> None:
    """Write a predictor; the same one gives the same bytes."""
    arrays = {
        f"{name}.{i}": np.asarray(array, dtype=np.float64)
        for i, weights in enumerate(predictor.weights)
        for name, array in weights._asdict().items()
    }
    save_tensors(path, LAYOUT, asdict(predictor.header), arrays)


def load_predictor(file: str, scenario: Scenario) -> Predictor:
    """Return a predictor of a scenario.

    Raises:
        InputError: no such file, a damaged one, or one fitted for another firm.
    """
    path = _found(file)
    header, arrays = load_tensors(path, LAYOUT)
    known = _header(path, header)
    concerns = tuple(scenario.concerns.kinds) if scenario.mechanisms.concerns else ()
    same = (
        known.firm_digest == firm_digest(scenario)
        and known.segments == tuple(scenario.segments)
        and known.concerns == concerns
        and known.churn_features == CHURN_FEATURES
        and known.resolution_features == RESOLUTION_FEATURES
    )
    if not same:
        raise InputError(f"{path}: {FOREIGN}: '{known.scenario}'")
    weights = [_weights(path, arrays, i, known) for i in range(len(known.regimes))]
    return Predictor(known, tuple(weights))


def _found(file: str) -> Path:
    path = local_path(file)
    if not path.is_file():
        raise InputError(f"predictor: must be a file, as optichannel predict writes; got '{file}'")
    return path


def _header(path: Path, header: dict[str, Any]) -> Header:
    names = ("segments", "concerns", "churn_features", "resolution_features")
    try:
        lists = {name: tuple(map(str, header[name])) for name in names}
        regimes = {str(k): str(v) for k, v in header["regimes"].items()}
        return Header(
            scenario=str(header["scenario"]),
            firm_digest=str(header["firm_digest"]),
            regimes=regimes,
            fitted=dict(header["fitted"]),
            **lists,
        )
    except (KeyError, TypeError, AttributeError, ValueError):
        raise InputError(
            f"{path}: is not a predictor, or is damaged: its header lacks something"
        ) from None


def _weights(path: Path, arrays: Arrays, i: int, header: Header) -> Weights:
    n = len(header.concerns)
    shapes = {
        "churn": (len(header.segments) + len(CHURN_FEATURES),),
        "resolution": (len(RESOLUTION_FEATURES),),
        "reasons": (n,),
        "intents": (n, n + 1),
        "notes": (n, n),
    }
    for name, shape in shapes.items():
        array = arrays.get(f"{name}.{i}")
        if array is None or array.shape != shape or not np.isfinite(array).all():
            raise InputError(
                f"{path}: is not a predictor, or is damaged: '{name}.{i}' must be finite "
                f"numbers of shape {shape}"
            )
    return Weights(*(arrays[f"{name}.{i}"] for name in shapes))
