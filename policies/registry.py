"""Policies by name, or a user's own by import path."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeGuard

from pydantic.fields import FieldInfo

from policies.base import Policy
from policies.modules import MAIN, admit, parse
from sim.decisions.actions import KIND_NAMES
from sim.errors import InputError
from sim.inputs import nearest
from sim.scenario import Scenario

_SHIPPED = {
    "best_channel": "BestChannel",
    "bot_first": "BotFirst",
    "cheapest_channel": "CheapestChannel",
    "cmu_theta": "CMuTheta",
    "customer_choice": "CustomerChoice",
    "least_expected_wait": "LeastExpectedWait",
    "longest_idle": "LongestIdle",
    "oracle": "Oracle",
    "random": "Random",
    "silo": "Silo",
    "thresholds": "Thresholds",
    "value_at_risk": "ValueAtRisk",
}


_FROM_FILE = {"learned": "Learned"}
"""Policies that need a file of the user's, so that there is nothing to try them with."""
_MODULES = {name: f"policies.rules.{name}" for name in _SHIPPED} | {
    "learned": "policies.learned.policy"
}


class Description(NamedTuple):
    """What a policy is, for lists: its name, its idea in a line, and what may be set."""

    name: str
    summary: str
    decides: tuple[str, ...]
    reads: tuple[str, ...]
    parameters: dict[str, FieldInfo]
    bound: bool


def names() -> list[str]:
    """Return the names of the shipped rules, sorted (not ``learned``, which needs a file)."""
    return sorted(_SHIPPED)


def find(name: str) -> type[Policy]:
    """Return the class of a shipped policy, or of a user's own by import path.

    The module of an import path (``policies.modules``) is imported, so its code runs.

    Raises:
        InputError: no such name, module or class, or the class is not a ``Policy``.
    """
    if ":" in name:
        _, module_name, class_name = parse(name)
        if module_name == MAIN:
            return _of_script(name, class_name)
        admit(name)
    elif name in _SHIPPED or name in _FROM_FILE:
        module_name, class_name = _MODULES[name], (_SHIPPED | _FROM_FILE)[name]
    else:
        raise InputError(
            "policy: must be a shipped policy or an import path 'package.module:Class'; "
            f"got '{name}'{nearest(name, _SHIPPED | _FROM_FILE)}"
        )
    policy = getattr(_module(name, module_name), class_name, None)
    if policy is None:
        known = [k for k, v in vars(_module(name, module_name)).items() if _is_policy(v)]
        raise InputError(
            f"policy: '{name}': module '{module_name}' has no '{class_name}'"
            f"{nearest(class_name, known)}"
        )
    if not _is_policy(policy):
        raise InputError(f"policy: '{name}' must be a subclass of policies.base.Policy")
    return policy


def of_script() -> dict[str, type[Policy]]:
    """Return the policies found so far in the script that runs, which no other process can import.

    By import path (``__main__:Class``); a worker process is given them with its work.
    """
    return dict(_SCRIPT)


def receive(policies: Mapping[str, type[Policy]]) -> None:
    """Make known in a worker process what ``of_script`` gave in the process of the script."""
    _SCRIPT.update(policies)


def make(name: str, scenario: Scenario, params: Mapping[str, Any] | None = None) -> Policy:
    """Return a new policy for a scenario.

    Args:
        name: a shipped policy's name, or ``package.module:Class``.
        scenario: the firm that it decides for.
        params: values of its declared parameters; the others keep their defaults.

    Raises:
        InputError: the policy cannot be found, or a parameter is unknown or out of bounds.
    """
    return find(name)(scenario, **dict(params or {}))


def describe() -> list[Description]:
    """Return a description of every shipped policy, by name."""
    return [_describe(name, find(name)) for name in names()]


def _describe(name: str, policy: type[Policy]) -> Description:
    return Description(
        name,
        (policy.__doc__ or "").strip().split("\n")[0],
        tuple(KIND_NAMES[kind] for kind in sorted(policy.decides)),
        tuple(sorted(policy.reads)),
        policy.parameters(),
        policy.bound,
    )


def _module(name: str, module: str) -> Any:
    if module.endswith(".py"):
        raise InputError(f"policy: '{name}': a module is named without '.py'")
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module}.".startswith(f"{error.name}."):
            raise InputError(f"policy: '{name}': importing it failed: {error}") from error
        raise InputError(
            f"policy: '{name}': no module '{error.name}' "
            "(is it beside the config, installed, or on PYTHONPATH?)"
        ) from None
    except (ImportError, ValueError, SyntaxError, TypeError) as error:
        raise InputError(f"policy: '{name}': importing '{module}' failed: {error}") from error


_SCRIPT: dict[str, type[Policy]] = {}


def _of_script(name: str, class_name: str) -> type[Policy]:
    script = sys.modules[MAIN]
    policy = getattr(script, class_name, None)
    if _is_policy(policy):
        if getattr(script, "__file__", None) is None:
            raise InputError(
                f"policy: '{name}' is in no file, so a later run could not tell whether it "
                "changed: put it into a module beside the config"
            )
        _SCRIPT[name] = policy
    if name not in _SCRIPT:
        known = [key for key, value in vars(script).items() if _is_policy(value)]
        raise InputError(
            f"policy: '{name}': the script has no policy '{class_name}'{nearest(class_name, known)}"
        )
    return _SCRIPT[name]


def _is_policy(value: object) -> TypeGuard[type[Policy]]:
    return isinstance(value, type) and issubclass(value, Policy)
