"""A world like another but for what no firm can see, and whether anything shown differs there."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np

from policies import Policy
from sim import Kind, World
from sim.core.rules.book import READS_IN_ORDER
from sim.decisions.features import Features
from sim.decisions.view import READS, View
from sim.register.visibility import LATENT

SEEN = READS - {"hidden"}
TRAITS = (
    *("mood", "expectation", "base", "threshold", "hazard", "hazard_at"),
    *("skill", "skill_bin", "announce", "offer_response"),
)
OWN = ("segment", "margin_per_s", "renewal_day", "saves")  # visible of whom the firm recognises
OF_JOURNEYS = (
    *("intent", "customer", "segment", "attempts", "contacts", "effort", "experience"),
    *("failed_channel", "first_channel", "human", "last_channel", "difficulty", "need"),
)
OF_CONTACTS = ("recognised", "carried", "talk_s", "search_s", "wrap_up_s", "prepared")


def copy_of(world: World) -> World:
    """Return a copy that shares no rows of the register, as forks do."""
    copy: World = pickle.loads(pickle.dumps(world))
    return copy


def twin_of(world: World, seed: int, *, dice: bool) -> World:
    """Return an independent copy with latent state and columns permuted between customers.

    ``dice``: the luck of the contact at hand changes too, with the one draw that views hold.
    """
    twin = copy_of(world)
    luck = np.random.default_rng(seed)
    core = twin.core
    _permute(core, "customers", TRAITS, luck.permutation(core.number_of("customers")))
    known = core.column("contacts", "known_as")
    unknown = np.setdiff1d(np.arange(core.number_of("customers")), known)
    _permute_some(core, "customers", OWN, unknown, luck)
    for table in ("lasting", "habits"):
        if n := core.number_of(table):
            names = list(core.record(table, 0))
            _permute(core, table, names, luck.permutation(n))
    _permute(core, "journeys", OF_JOURNEYS, _among_alike(core, luck))
    _permute(core, "contacts", OF_CONTACTS, luck.permutation(core.number_of("contacts")))
    _throw(core, dice)
    rows = luck.permutation(core.number_of("contact_rows"))
    _permute(core, "contact_rows", sorted(LATENT["contacts"]), rows)
    return twin


def _among_alike(core: Any, luck: np.random.Generator) -> Any:
    """Return an order of journeys in which those of customers who have left stay: that is seen."""
    alive = core.column("customers", "alive")[core.column("journeys", "customer")] == 1
    order = np.arange(len(alive))
    order[alive] = luck.permutation(order[alive])
    return order


def _permute(core: Any, table: str, names: Sequence[str], order: Any) -> None:
    for name in names:
        core.put_column(table, name, core.column(table, name)[order])


def _permute_some(core: Any, table: str, names: Sequence[str], who: Any, luck: Any) -> None:
    order = luck.permutation(who)
    for name in names:
        values = core.column(table, name)
        values[who] = values[order]
        core.put_column(table, name, values)


def _throw(core: Any, dice: bool) -> None:
    """Change all that is still to be drawn; unless ``dice``, not what is drawn for this contact."""
    drawn = core.column("contacts", "luck")
    lucks = drawn ^ 0x5DEECE66D
    c = core.scalar("pending_contact")
    if c >= 0 and not dice:
        lucks[c] = drawn[c]
    core.put_column("contacts", "luck", lucks)
    core.put_column("journeys", "luck", core.column("journeys", "luck") ^ 0x5DEECE66D)


def shown(world: World, policies: Sequence[Policy], *, dice: bool) -> dict[str, Any]:
    """Return all that the pending decision shows: views, features, masks, what policies do."""
    core = world.core
    view = core.view(SEEN)
    if dice:
        view = view._replace(uniform=0.5)
    else:
        core.find_legal()
    found: dict[str, Any] = {"view": view, "legal": core.legal_actions()}
    found["default"] = core.default_action
    found["features"] = core.features().tolist()
    features = Features(world.compiled.scenario, world.compiled.regime)
    found["vector"] = features.of_view(view).tolist()
    external = frozenset(Kind)
    for policy in policies:
        if dice and type(policy).__name__ == "Random":
            continue
        name = type(policy).__name__
        if hasattr(policy, "world"):
            policy.world = world
        found[f"{name} asked"] = policy.decide(_read(view, policy))
        found[f"{name} values"] = _values(policy, view)
        world.who_decides(policy, policy.decides, external)
        if getattr(policy, "native", None) is not None and view.kind in policy.decides:
            rule = int(core.value("decides", view.kind, "rule"))
            found[f"{name} in the loop"] = core.rule_action(rule)
    return found


def _read(view: View, policy: Policy) -> View:
    hidden: dict[str, Any] = {
        group: None for group in (*READS_IN_ORDER, "history") if group not in policy.reads
    }
    return view._replace(**{k: v for k, v in hidden.items() if k in View._fields})


def _values(policy: Policy, view: View) -> Any:
    values = policy.action_values(_read(view, policy))
    return None if values is None else (tuple(values.money), values.unit)


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Return what is shown differently."""
    return [name for name in one if repr(one[name]) != repr(other[name])]
