"""Parameters of a policy: class attributes that are pydantic fields, checked by one strict model.

``wait_s: float = Field(60.0, ge=0, le=600, description="longest expected wait")`` declares one.
Words are a ``Literal``. Where pydantic has no word for it, a marker in the annotation says that
a mapping's keys are names of the scenario (``ByIntent[float]``) or that a number is searched on a
logarithmic scale (``LogScaled``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import (
    Annotated,
    Any,
    ClassVar,
    Literal,
    NoReturn,
    Protocol,
    TypeVar,
    cast,
    get_type_hints,
)
from weakref import WeakKeyDictionary

from pydantic import create_model
from pydantic.errors import PydanticUserError
from pydantic.fields import FieldInfo

from sim.errors import InputError
from sim.inputs import StrictModel, nearest, validate
from sim.scenario import Scenario

Value = TypeVar("Value")
Mark = TypeVar("Mark")


@dataclass(frozen=True)
class KeyedBy:
    """Marks a mapping whose keys are names in a section of the scenario."""

    section: Literal["intents", "segments", "channels"]


@dataclass(frozen=True)
class LogScale:
    """Marks a number that a tuner searches on a logarithmic scale."""


ByIntent = Annotated[dict[str, Value], KeyedBy("intents")]
BySegment = Annotated[dict[str, Value], KeyedBy("segments")]
ByChannel = Annotated[dict[str, Value], KeyedBy("channels")]
LogScaled = Annotated[float, LogScale()]


class Declares(Protocol):
    """What has parameters: a policy's class, with type and field of each by name."""

    declares: ClassVar[dict[str, tuple[Any, FieldInfo]]]


class _Parameters(StrictModel, validate_default=True):
    """Base of the models that check what a policy is given."""


def declared(cls: type) -> dict[str, tuple[Any, FieldInfo]]:
    """Return type and field of each parameter of a class by name, those of base classes first.

    Raises:
        InputError: a parameter without a type that is known in its module, or hidden by what is
            none.
    """
    fields: dict[str, tuple[Any, FieldInfo]] = {}
    for parent in reversed(cls.__mro__):
        own = {name: v for name, v in vars(parent).items() if isinstance(v, FieldInfo)}
        hidden = next((name for name in vars(parent) if name in fields and name not in own), None)
        if hidden is not None:
            raise InputError(
                f"{parent.__name__}.{hidden}: hides a parameter: declare it as a Field too"
            )
        types = _types(parent, own)
        fields |= {name: (types[name], field) for name, field in own.items()}
    return fields


def _types(owner: type, fields: Mapping[str, FieldInfo]) -> dict[str, Any]:
    """Return the types of a class's own fields; its other annotations need not be known."""
    stated = vars(owner).get("__annotations__", {})
    for name in fields:
        if name not in stated:
            raise InputError(
                f"{owner.__name__}.{name}: a parameter needs a type: {name}: float = Field(…)"
            )
    space = {"__module__": owner.__module__, "__annotations__": {k: stated[k] for k in fields}}
    try:
        return get_type_hints(type(owner.__name__, (), space), include_extras=True)
    except (NameError, TypeError) as error:
        raise InputError(f"{owner.__name__}: a parameter's type is not known: {error}") from None


_MODELS: WeakKeyDictionary[type[Declares], type[StrictModel]] = WeakKeyDictionary()
"""Beside the policies, not in them: a script's classes are sent to workers, models cannot be."""


def model_of(policy: type[Declares]) -> type[StrictModel]:
    """Return the model of the parameters that a policy ``declares``.

    Raises:
        InputError: a type that pydantic cannot check.
    """
    if policy not in _MODELS:
        name, fields = policy.__name__, cast(dict[str, Any], policy.declares)
        try:
            _MODELS[policy] = create_model(name, __base__=_Parameters, **fields)
        except (PydanticUserError, NameError, TypeError) as error:
            reason = str(error).partition("\n")[0]
            raise InputError(f"{name}: its parameters cannot be checked: {reason}") from None
    return _MODELS[policy]


def checked(
    policy: type[Declares], given: Mapping[str, Any], scenario: Scenario, origin: str = ""
) -> dict[str, Any]:
    """Return the value of every parameter of a policy: the one given, or the default.

    Args:
        policy: its class.
        given: values by name.
        scenario: the firm whose names mappings may use.
        origin: what messages begin with; by default the class's name.

    Raises:
        InputError: an unknown parameter or a value that does not fit.
    """
    where, model = origin or policy.__name__, model_of(policy)
    values = dict(validate(model, given, where))
    for name, field in model.model_fields.items():
        keyed = mark_of(field, KeyedBy)
        if keyed is not None:
            _check_keys(f"{where}: {name}", values[name], keyed.section, scenario)
    return values


def _check_keys(where: str, given: Iterable[str], section: str, scenario: Scenario) -> None:
    known = getattr(scenario, section)
    for key in given:
        if key not in known:
            raise InputError(
                f"{where}.{key}: not in {section} of scenario '{scenario.name}'"
                f"{nearest(key, known)}"
            )


def mark_of(field: FieldInfo, kind: type[Mark]) -> Mark | None:
    """Return a field's marker of a kind, None without."""
    return next((mark for mark in field.metadata if isinstance(mark, kind)), None)


def parameter(*_: object, **__: object) -> NoReturn:
    """Refuse the old declaration.

    Raises:
        InputError: always; says how a parameter is declared now.
    """
    raise InputError(
        "parameter(…) is now pydantic's Field: wait_s: float = Field(60.0, ge=0, le=600, "
        "description='…'), with ge for low, le for high, description for help "
        "(docs/how-to/write-a-policy.md)"
    )
