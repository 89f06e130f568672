"""Composing a document: inheritance by `extends`, deep overrides, single settings.

Two things must not be confused. An *overlay* says what is to change: a null in it says "delete", so
overlays are composed with each other keeping their nulls (`overlay`). Laying one over what it
changes (`merge`) is the last step, in which nulls delete.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from pathlib import Path
from typing import Any, Final

from sim.errors import InputError
from sim.inputs.document import local_path, missing_file, parse_yaml, read_yaml
from sim.inputs.names import show
from sim.inputs.provenance import is_stated, join, push_down
from sim.inputs.relative import Chain, chain, read_chain

EXTENDS = "extends"
ALL = "*"
"""With a null as its value: the key in an overlay that removes all that was there."""

Places = tuple[tuple[str, ...], ...]
"""Paths in a document below which an overlay stands; `*` is any key."""

EVERYWHERE: Places = ((),)
_ABSENT: Final = object()


def overlay(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the one overlay that does what `layers` do one after the other.

    For every base and any grouping: `merge(base, overlay(a, b)) == merge(merge(base, a), b)`. Where
    a mapping follows a null or a plain value, `"*": null` in it keeps that what was there has gone.
    """
    pushed = (push_down(dict(layer)) for layer in layers)
    composed: dict[str, Any] = reduce(lambda a, b: _lay(a, b, EVERYWHERE), pushed, {})
    return composed


def merge(
    base: Mapping[str, Any], override: Mapping[str, Any], overlays: Places = ()
) -> dict[str, Any]:
    """Return `base` with `override` laid over it; neither is changed.

    Mappings merge key by key; lists and other values are replaced; a null deletes the key, and
    `"*": null` all that the mapping had. A value that is overridden keeps nothing of the provenance
    of the value that it replaces. Below `overlays` both hold overlays, which are composed.
    """
    merged: dict[str, Any] = _lay(push_down(dict(base)), push_down(dict(override)), overlays)
    return merged


def load_document(
    source: Path | Mapping[str, Any],
    find: Callable[[str], Path],
    settings: Iterable[str] = (),
    overlays: Places = (),
) -> dict[str, Any]:
    """Return a file laid over those that it extends, with `settings` (`set_path`) laid over both.

    In the place of the file may be what one in the working directory would say.

    Raises:
        InputError: as `read_yaml`, `resolve_extends` and `set_path`.
    """
    if isinstance(source, Mapping):
        raw = resolve_extends(source, find, Path(), overlays)
    else:
        raw = resolve_extends(read_yaml(source), find, source.parent, overlays)
    return reduce(lambda document, setting: set_path(document, setting, overlays), settings, raw)


def resolve_extends(
    raw: Mapping[str, Any],
    find: Callable[[str], Path],
    folder: Path | None = None,
    overlays: Places = (),
) -> dict[str, Any]:
    """Return `raw` laid over the documents that it extends, the furthest first.

    Args:
        raw: a document that may hold `extends: name`.
        find: gives the file of a name.
        folder: where the document stands; an existing file of that name, relative to it, is taken
            before `find` is asked.
        overlays: where documents of this kind hold overlays.

    Raises:
        InputError: a chain that comes back to a file, a name that is not text, or a missing file.
    """
    layers = [dict(raw)]
    seen: list[Path] = []
    while EXTENDS in layers[-1]:
        name = layers[-1].pop(EXTENDS)
        if name is None:
            break
        if not isinstance(name, str) or not name:
            raise InputError(f"{EXTENDS}: must be a name or a path; got {show(name)}")
        path = _locate(name, find, folder)
        if path in seen:
            chain = " → ".join(entry.name for entry in [*seen, path])
            raise InputError(f"{EXTENDS}: must not come back to itself; got {chain}")
        seen.append(path)
        layers.append(read_yaml(path))
        folder = path.parent
    return reduce(lambda below, above: merge(below, above, overlays), reversed(layers))


def set_path(raw: Mapping[str, Any], setting: str, overlays: Places = ()) -> dict[str, Any]:
    """Return `raw` with one value replaced, for `setting` such as `teams.frontline.agents=12`.

    The value is read as YAML; null deletes the key, or, in one of the `overlays`, stands there to
    delete; a number in the path indexes a list; a name that holds a dot stands in quotes. Parents
    that do not exist are made, and left to validation to judge.

    Raises:
        InputError: no `=`, an empty key, unreadable YAML, or a path through something that is
            neither mapping nor list.
    """
    keys, text = _parts(setting)
    value = parse_yaml(text, f"--set {setting[: len(setting) - len(text) - 1].strip()}")
    result = push_down(dict(raw))
    if not isinstance(result, dict):  # only a document that is itself one stated value
        raise InputError(f"--set {setting}: the document has no keys")
    changed: dict[str, Any] = _replace(result, keys, value, "", overlays)
    return changed


def keys_of(path: str, where: str) -> list[str]:
    """Return the keys of a dotted path; a name that holds a dot stands in quotes.

    Raises:
        InputError: begins with `where`; an empty key, or quotes that do not close.
    """
    try:
        keys, rest = _parts(f"{path}=")
    except InputError:
        raise InputError(f"{where}: must have the form key.key; got {show(path)}") from None
    if rest:
        raise InputError(f"{where}: must have the form key.key; got {show(path)}")
    return keys


_KEY = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([^.="'\s][^.=]*?))\s*([.=])""")


def _parts(setting: str) -> tuple[list[str], str]:
    """Return the keys of `key."other key"=value`, and the value's text."""
    keys, end, place = [], ".", 0
    while end == ".":
        key = _KEY.match(setting, place)
        name = next((group for group in key.groups()[:3] if group), "") if key else ""
        if key is None or not name:
            raise InputError(
                f"--set {setting}: must have the form key.path=value; "
                "a name with a dot in it stands in quotes"
            )
        keys.append(name)
        end, place = key[4], key.end()
    return keys, setting[place:]


def _locate(name: str, find: Callable[[str], Path], folder: Path | None) -> Path:
    near = (folder or Path()) / local_path(name)
    if folder is not None and near.is_file():
        return near.resolve()
    try:
        path = find(name)
    except InputError as error:
        raise InputError(f"{EXTENDS}: {error}") from None
    if not path.exists():
        raise missing_file(path)
    return path.resolve()


def _lay(base: Any, override: Any, places: Places) -> Any:
    """Lay a value over another; below `places` (here: at `()`) both are overlays."""
    composing = () in places
    if is_stated(override):
        return {**override, "value": _change(base, override["value"], composing)}
    if not isinstance(override, dict):
        return _change(base, override, composing)
    if composing and override.get(ALL, _ABSENT) is None:
        return override
    if not isinstance(base, dict) or is_stated(base):
        if composing:
            return override if base is _ABSENT else {ALL: None, **override}
        base = {}
    emptied = not composing and override.get(ALL, _ABSENT) is None
    result = {} if emptied else dict(base)
    for key, value in override.items():
        if value is None and not composing:
            result.pop(key, None)
        else:
            result[key] = _lay(result.get(key, _ABSENT), value, _below(places, key))
    return result


def _change(base: Any, value: Any, composing: bool) -> Any:
    """Return a plain value, or what stands for a relative change of the one below it."""
    changes = read_chain(value)
    if changes is None:
        return value
    if base is _ABSENT:
        return str(changes if composing else Chain(changes.changes, changes.start))
    return chain(base["value"] if is_stated(base) else base, changes, composing=composing)


def _below(places: Places, key: str) -> Places:
    """Return `places` as they stand below `key`; below an overlay all is overlay."""
    if () in places:
        return EVERYWHERE
    return tuple(place[1:] for place in places if place[0] in (key, ALL))


def _replace(node: Any, keys: list[str], value: Any, path: str, places: Places) -> Any:
    if not keys:
        return _lay(node, value, places) if read_chain(value) else value
    key, rest = keys[0], keys[1:]
    below = join(path, key)
    if is_stated(node):
        # What is set has no stated origin, though its neighbours in the list keep theirs.
        inner = (
            value if value is None or is_stated(value) else {"value": value, "status": "assumed"}
        )
        return {**node, "value": _replace(node["value"], keys, inner, path, ())}
    if isinstance(node, list):  # replaced whole when laid over another, so no overlay any more
        if not key.isdigit() or int(key) >= len(node):
            rule = f"must be a number from 0 to {len(node) - 1}"
            raise InputError(f"--set {below}: {rule}; got {show(key)}")
        place = int(key)
        return [
            *node[:place],
            _replace(node[place], rest, value, below, ()),
            *node[place + 1 :],
        ]
    composing = () in places
    if node is None:  # said to be deleted, which what is now set below it must not undo
        node = {ALL: None} if composing else {}
    if node is not _ABSENT and not isinstance(node, dict):
        raise InputError(f"--set {below}: '{path}' holds {show(node)}, which has no keys")
    result = dict(node) if isinstance(node, dict) else {}
    if value is None and not rest and not composing:
        result.pop(key, None)
    else:
        child = result.get(key, _ABSENT)
        result[key] = _replace(child, rest, value, below, _below(places, key))
    return result
