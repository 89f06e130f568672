"""Composing a document: inheritance by `extends`, deep overrides, single settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.strict.document import missing_file, parse_yaml, read_yaml
from sim.strict.names import show
from sim.strict.provenance import is_stated, join, push_down

EXTENDS = "extends"


def merge(base: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with `override` laid over it; neither is changed.

    Mappings merge key by key; lists and other values are replaced; a null deletes the key. A value
    that is overridden keeps nothing of the provenance of the value that it replaces.
    """
    merged: dict[str, Any] = _merge(push_down(dict(base)), push_down(dict(override)))
    return merged


def resolve_extends(
    raw: Mapping[str, Any], find: Callable[[str], Path], folder: Path | None = None
) -> dict[str, Any]:
    """Return `raw` laid over the documents that it extends, the furthest first.

    Args:
        raw: a document that may hold `extends: name`.
        find: gives the file of a name.
        folder: where the document stands; an existing file of that name, relative to it, is taken
            before `find` is asked.

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
    result = layers.pop()
    for layer in reversed(layers):
        result = merge(result, layer)
    return result


def set_path(raw: Mapping[str, Any], setting: str) -> dict[str, Any]:
    """Return `raw` with one value replaced, for `setting` such as `teams.frontline.agents=12`.

    The value is read as YAML; null deletes the key; a number in the path indexes a list. Parents
    that do not exist are made, and left to validation to judge.

    Raises:
        InputError: no `=`, an empty key, unreadable YAML, or a path through something that is
            neither mapping nor list.
    """
    path, equals, text = setting.partition("=")
    keys = path.strip().split(".")
    if not equals or not all(keys):
        raise InputError(f"--set {setting}: must have the form key.path=value")
    value = parse_yaml(text, f"--set {path.strip()}")
    result = push_down(dict(raw))
    if not isinstance(result, dict):  # only a document that is itself one stated value
        raise InputError(f"--set {setting}: the document has no keys")
    changed: dict[str, Any] = _replace(result, keys, value, "")
    return changed


def _locate(name: str, find: Callable[[str], Path], folder: Path | None) -> Path:
    if folder is not None and (folder / name).is_file():
        return (folder / name).resolve()
    try:
        path = find(name)
    except InputError as error:
        raise InputError(f"{EXTENDS}: {error}") from None
    if not path.exists():
        raise missing_file(path)
    return path.resolve()


def _merge(base: Any, override: Any) -> Any:
    mappings = isinstance(base, dict) and isinstance(override, dict)
    if not mappings or is_stated(base) or is_stated(override):
        # An override of a key that does not exist yet may still hold nulls, which delete nothing.
        fresh = isinstance(override, dict) and not is_stated(override)
        return _merge({}, override) if fresh else override
    result = dict(base)
    for key, value in override.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merge(result.get(key), value)
    return result


def _replace(node: Any, keys: list[str], value: Any, path: str) -> Any:
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    below = join(path, key)
    if is_stated(node):
        # What is set has no stated origin, though its neighbours in the list keep theirs.
        inner = (
            value if value is None or is_stated(value) else {"value": value, "status": "assumed"}
        )
        return {**node, "value": _replace(node["value"], keys, inner, path)}
    if isinstance(node, list):
        if not key.isdigit() or int(key) >= len(node):
            rule = f"must be a number from 0 to {len(node) - 1}"
            raise InputError(f"--set {below}: {rule}; got {show(key)}")
        place = int(key)
        return [
            *node[:place],
            _replace(node[place], rest, value, below),
            *node[place + 1 :],
        ]
    if node is not None and not isinstance(node, dict):
        raise InputError(f"--set {below}: '{path}' holds {show(node)}, which has no keys")
    result = dict(node or {})
    if value is None and not rest:
        result.pop(key, None)
    else:
        result[key] = _replace(result.get(key), rest, value, below)
    return result
