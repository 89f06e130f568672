"""The base of all policies: what is declared, what is decided, how it is copied."""

from __future__ import annotations

import copy
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

from pydantic.fields import FieldInfo

from policies.actions import Actions
from policies.parameters import checked, declared, model_of
from sim.decisions.actions import Kind
from sim.decisions.view import READS, Leg, View
from sim.errors import InputError
from sim.scenario import Scenario

_METHODS = {
    Kind.ENTRY: "entry",
    Kind.ESCALATION: "escalation",
    Kind.DISPATCH: "dispatch",
    Kind.WRAP_UP: "wrap_up",
    Kind.CANCEL: "cancel",
}


class ActionValues(NamedTuple):
    """What a rule thinks that each of a view's actions is worth.

    ``money``: by legal action, in their order, relative to one another. ``unit``: the money of one
    unit of satisfaction in this decision, by which learners scale what they add.
    """

    money: Sequence[float]
    unit: float


class Policy:
    """A rule that decides; subclass it and override one method for each kind of decision.

    Every method gets a frozen ``View`` and returns one of ``view.actions``; the default rule's
    choice is ``view.default``. Parameters are class attributes whose value is a pydantic field::

        class Patient(Policy):
            wait_s: float = Field(60.0, ge=0, le=600, description="longest expected wait")

    Each becomes a plain attribute of the instance, checked (``policies.parameters``).

    ``reads`` names the groups of the view that the policy needs (``profile``, ``loads``,
    ``candidates``, ``intents``, ``history``, ``belief``, ``hidden``): others are None, and cost
    nothing. A policy with ``hidden`` must set ``bound``: it shows what perfect information is
    worth and is no advice.

    ``decides`` holds the kinds whose methods are overridden (all kinds where ``decide`` itself
    is). A policy that changes while it decides must set ``stateful``, so that a forked world gets
    a copy of its own. ``files`` names what it reads besides its scenario (tables, weights), as
    paths relative to the folder of its module; ``prepare`` may set it. A run is told from another
    by their contents, and by the source of all modules that the policy imports.

    Raises:
        InputError: an unknown parameter, or one out of its bounds.
    """

    reads: frozenset[str] = frozenset()
    decides: ClassVar[frozenset[Kind]] = frozenset()
    bound: ClassVar[bool] = False
    stateful: ClassVar[bool] = False
    declares: ClassVar[dict[str, tuple[Any, FieldInfo]]] = {}
    files: tuple[str, ...] = ()

    def __init__(self, scenario: Scenario, **params: Any) -> None:
        self.__dict__.update(checked(type(self), params, scenario))
        self.act = Actions(scenario)
        self.prepare(scenario)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.declares = declared(cls)
        unknown = cls.reads - READS
        if unknown:
            raise InputError(
                f"{cls.__name__}.reads: must be among {', '.join(sorted(READS))}; "
                f"got {', '.join(sorted(unknown))}"
            )
        if "decides" not in vars(cls):
            whole = cls.decide is not Policy.decide
            cls.decides = frozenset(
                kind
                for kind, name in _METHODS.items()
                if whole or getattr(cls, name) is not getattr(Policy, name)
            )
        if cls.observe is not Policy.observe and cls.stateful is False:
            raise InputError(f"{cls.__name__}: must set 'stateful', as it listens ('observe')")
        given = cls.decides if isinstance(cls.decides, frozenset) else frozenset()
        if Kind.SIGNAL in given or callable(getattr(cls, "signal", None)):
            raise InputError(
                f"{cls.__name__}: nobody is asked at a signal yet; a policy decides among "
                f"{', '.join(_METHODS.values())}"
            )

    @classmethod
    def parameters(cls) -> dict[str, FieldInfo]:
        """Return the declared parameters by name, those of base classes first."""
        return dict(model_of(cls).model_fields)

    @property
    def values(self) -> dict[str, Any]:
        """The parameters' values; ``type(policy)(scenario, **policy.values)`` is the same rule."""
        return {name: getattr(self, name) for name in self.parameters()}

    def file_paths(self) -> list[Path]:
        """Return the paths of the declared ``files``."""
        if isinstance(self.files, str):
            raise InputError(f"{type(self).__name__}.files: must be a tuple of paths")
        module = getattr(sys.modules.get(type(self).__module__), "__file__", None)
        folder = Path() if module is None else Path(module).parent
        return [folder / name for name in self.files]

    def prepare(self, scenario: Scenario) -> None:
        """Build from the scenario what ``decide`` looks up, so that deciding is quick."""

    def observe(self, leg: Leg) -> None:
        """Hear of a contact's leg that is over, before the next decision; override to listen.

        Legs come in the order in which they ended, once the regime shows them, with what its
        columns make visible; the policy must be ``stateful``.
        """

    @property
    def listener(self) -> Policy | None:
        """Who hears of legs, if anybody: this policy where it overrides ``observe``."""
        return self if type(self).observe is not Policy.observe else None

    def reset(self, seed: int) -> None:
        """Forget what happened; a policy with luck of its own starts it at ``seed``."""

    def fork(self) -> Self:
        """Return a policy that goes on identically in a copy of the world."""
        return copy.deepcopy(self) if self.stateful else self

    def decide(self, view: View) -> int:
        """Return the index of a legal action, from the method of the view's kind."""
        kind = view.kind
        if kind == 0:
            return self.entry(view)
        if kind == 2:
            return self.dispatch(view)
        if kind == 3:
            return self.wrap_up(view)
        if kind == 1:
            return self.escalation(view)
        return self.cancel(view)

    def action_values(self, view: View) -> ActionValues | None:
        """Return what the view's actions are worth to this rule; None where it does not say."""
        return None

    def entry(self, view: View) -> int:
        """A contact begins: on which channel? The default is the customer's own choice."""
        return view.default

    def escalation(self, view: View) -> int:
        """Automation is failing: go on, end, or hand over to which channel?"""
        return view.default

    def dispatch(self, view: View) -> int:
        """An agent is free: which queue (``view.candidates``)? Or several teams: which one?"""
        return view.default

    def wrap_up(self, view: View) -> int:
        """A contact has failed: nothing, recover, survey, message or offer?"""
        return view.default

    def cancel(self, view: View) -> int:
        """A customer calls to leave: release, or which offer?"""
        return view.default
