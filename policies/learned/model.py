"""Learned policies on disk: plain arrays and a header in one safetensors file.

A file holds what is needed to decide (weights, the names of features and actions that they stand
for) and to judge (algorithm, scenario's digests, training record). The arrays are float32, named in
``Model``.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import TypeAdapter, ValidationError

from sim.decisions.actions import KIND_NAMES, KINDS, action_table
from sim.decisions.features import feature_table
from sim.errors import InputError
from sim.inputs import local_path, nearest
from sim.inputs.files import read_bytes
from sim.inputs.tensors import SUFFIX, Array, Arrays, Layout, load_tensors, save_tensors
from sim.scenario import Scenario

LAYOUT = Layout(
    what="a learned policy",
    format="optichannel-policy",
    version=2,
    members=r"(weights|bias)(\.\d{1,2})?|mean|scale|clip|relu",
    dtypes=("F32",),
    renew=f"convert it: optichannel convert OLD.npz NEW{SUFFIX}",
)
SHIPPED = Path(__file__).parent / "models"


@dataclass(frozen=True, kw_only=True)
class Header:
    """What a learned policy is for.

    ``form``: ``linear`` (one score an action) or ``network`` (a perceptron of the actions'
    scores). ``decides``: kinds of decision it was trained for. ``matched``: whether its regime
    matched identities. ``base``: the rule ({use, params}) that takes all other decisions, and, if
    ``margin`` is not None, also those where no action's score exceeds the rule's by more than it.
    ``adds``: scores are added to the rule's own values of the actions (``Policy.action_values``),
    in that decision's unit. ``training``: the record of the training, as plain values.
    """

    form: Literal["linear", "network"]
    algorithm: str
    scenario: str
    scenario_digest: str
    structure_digest: str
    features: tuple[str, ...]
    actions: tuple[str, ...]
    decides: tuple[str, ...]
    matched: bool
    base: dict[str, Any]
    margin: float | None = None
    adds: bool = False
    training: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """A learned policy: its header and arrays.

    ``linear``: ``weights`` (actions, features) and ``bias`` (actions,). ``network``: ``weights.i``
    (outputs, inputs) and ``bias.i`` of layer i = 0, 1, … with tanh (or ReLU if ``relu`` is [1])
    between. Both: ``mean`` and ``scale`` (features,): inputs are (x − mean) × scale, within ±
    ``clip``.
    """

    header: Header
    arrays: Arrays

    def layers(self) -> list[tuple[Array, Array]]:
        """Return weights and biases from input to output."""
        if self.header.form == "linear":
            return [(self.arrays["weights"], self.arrays["bias"])]
        n = sum(name.startswith("weights.") for name in self.arrays)
        return [(self.arrays[f"weights.{i}"], self.arrays[f"bias.{i}"]) for i in range(n)]


def feature_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of a scenario's features, in order."""
    return tuple(feature.name for feature in feature_table(scenario))


def action_names(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of a scenario's actions, in order."""
    return tuple(action.name for action in action_table(scenario))


def structure_digest(features: tuple[str, ...], actions: tuple[str, ...]) -> str:
    """Return the SHA-256 of what a policy's numbers stand for: features and actions by name."""
    return hashlib.sha256(json.dumps([features, actions]).encode()).hexdigest()


def scenario_digest(scenario: Scenario) -> str:
    """Return the SHA-256 of all a scenario says, its texts apart."""
    content = scenario.model_dump(mode="json", exclude={"title", "description"})
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def shipped_names() -> list[str]:
    """Return the names of the trained policies that ship."""
    return sorted(path.stem for path in SHIPPED.glob(f"*{SUFFIX}"))


def find_model(file: str) -> Path:
    """Return the file of a learned policy, given by path or shipped name.

    Raises:
        InputError: no such file and no such shipped policy.
    """
    if not file:
        raise InputError(
            "learned.file: is required: a learned policy's file, or a shipped one's name"
            + nearest("", shipped_names())
        )
    path = local_path(file)
    if path.is_file():
        return path
    if file in shipped_names():
        return SHIPPED / f"{file}{SUFFIX}"
    raise InputError(
        f"learned.file: must be a file or a shipped policy's name; got '{file}'"
        f"{nearest(file, shipped_names())}"
    )


def file_digest(file: str) -> str:
    """Return the SHA-256 of a learned policy's file; InputError where there is none."""
    return hashlib.sha256(read_bytes(find_model(file), LAYOUT.max_bytes)).hexdigest()


def save_model(model: Model, path: Path) -> None:
    """Write a learned policy; the file is whole or not there.

    Raises:
        InputError: an array is not finite, or the file cannot be written (disk full).
    """
    _check_arrays(model, str(path))
    arrays = {name: np.asarray(a, np.float32) for name, a in model.arrays.items()}
    save_tensors(path, LAYOUT, asdict(model.header), arrays)


def load_model(path: Path) -> Model:
    """Return the learned policy in a file.

    Raises:
        InputError: the file cannot be read, is no learned policy, or is damaged.
    """
    content, arrays = load_tensors(path, LAYOUT)
    model = Model(header_of(content, str(path)), arrays)
    _check_arrays(model, str(path))
    return model


_HEADER = TypeAdapter(Header)


def header_of(content: dict[str, Any], origin: str) -> Header:
    """Return a header from plain values, which anybody may have written.

    Raises:
        InputError: a value is missing or of another type, or does not fit the others.
    """
    wrong = f"{origin}: is not a learned policy, or is damaged: its header"
    try:
        header = _HEADER.validate_python(content)
    except (ValidationError, RecursionError):
        raise InputError(f"{wrong} has wrong values") from None
    if (
        not isinstance(header.base.get("use"), str)
        or not isinstance(header.base.get("params") or {}, dict)
        or set(header.decides) - {KIND_NAMES[kind] for kind in KINDS}
        or not math.isfinite(header.margin or 0.0)
    ):
        raise InputError(f"{wrong} does not say how to decide")
    if header.structure_digest != structure_digest(header.features, header.actions):
        raise InputError(f"{wrong} does not match its digest")
    return header


def _check_arrays(model: Model, origin: str) -> None:
    """Refuse arrays that do not fit together."""
    arrays, header = model.arrays, model.header
    try:
        layers = model.layers()
        width = len(header.features)
        shapes = [arrays["mean"].shape == (width,), arrays["scale"].shape == (width,)]
        shapes.append(arrays["clip"].shape == (1,))
        for weights, bias in layers:
            shapes += [weights.ndim == 2, weights.shape == (len(bias), width)]
            width = len(bias)
        shapes.append(bool(layers) and width == len(header.actions))
    except (KeyError, TypeError) as error:
        raise InputError(f"{origin}: a learned policy lacks its array {error}") from None
    if not all(shapes):
        raise InputError(f"{origin}: the learned policy's arrays do not fit together")
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise InputError(f"{origin}: '{name}' of the learned policy holds NaN or infinity")


def check_fit(header: Header, scenario: Scenario, origin: str, *, exact: bool = False) -> None:
    """Refuse a scenario whose features or actions are not those that the policy knows.

    Args:
        header: what the policy was trained for.
        scenario: the firm that it is to decide for.
        origin: the file, for the message.
        exact: refuse a scenario that differs in anything, be it a number.

    Raises:
        InputError: names what differs.
    """
    for what, known, has in (
        ("features", header.features, feature_names(scenario)),
        ("actions", header.actions, action_names(scenario)),
    ):
        if known != has:
            raise InputError(
                f"{origin}: trained on scenario '{header.scenario}', whose {what} scenario "
                f"'{scenario.name}' does not share: {_first_difference(known, has)}; train anew"
            )
    if exact and header.scenario_digest != scenario_digest(scenario):
        raise InputError(
            f"{origin}: scenario '{scenario.name}' has changed since the training "
            "(exact: true asks for the same in every number)"
        )


def _first_difference(known: tuple[str, ...], has: tuple[str, ...]) -> str:
    missing = [name for name in known if name not in has]
    added = [name for name in has if name not in known]
    if missing:
        return f"it has no '{missing[0]}'{nearest(missing[0], added) if added else ''}"
    return f"'{added[0]}' is new" if added else "they stand in another order"
