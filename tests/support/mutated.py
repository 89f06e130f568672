"""Ways in which people, editors and disks spoil a YAML file, as Hypothesis strategies."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import yaml
from hypothesis import strategies as st

# The quick ones of libyaml where they are, as in the product.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
Path = tuple[str | int, ...]
Document = dict[str, Any]

TEXTS = (
    "", " ", "~", "no", "é", "e\u0301", "\u202e", "\u0000", "\ufeff", "\U0001f4de", "9" * 400,
    "x" * 2000, "<script>alert(1)</script>", "{{ 7 * 7 }}", "%s %d {0}", "../../etc/passwd",
    "a/b", "a\nb: c", "phone", "entry", "lognormal", "os:system", "policies.base:Policy", ".yaml",
    "helpdesk.yaml",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 2, 24, 10**6, 2**31, 2**63, 2**64, -(10**12), 10**30, 10**400, 0.0, -0.0, 0.5, -0.5,
    1.5, 1e-300, 5e-324, 1e9, 1e15, 1e300, 1.7e308, -1e300, float("inf"), float("-inf"),
    float("nan"),
)  # fmt: skip
CHANGES = ("put", "put", "put", "scale", "delete", "rename", "insert", "wrap", "copy")
FAULTS = ("cut", "junk", "junk", "double", "lose", "indent", "bytes", "encoding")
SCALARS = (
    st.none()
    | st.booleans()
    | st.sampled_from(NUMBERS)
    | st.sampled_from(TEXTS)
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "status", "kind", "use", "a", "é"]), inner)
        | st.builds(lambda v: {"value": v, "status": "fitted", "source": "x"}, inner)
        | st.builds(lambda v: {"value": v, "status": "guessed"}, inner)
    ),
    max_leaves=4,
)


def places(value: Any, path: Path = ()) -> list[Path]:
    """Return the path of every value below a nested one."""
    children: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    below = [found for key, child in children for found in places(child, (*path, key))]
    return ([path] if path else []) + below


def at(node: Any, path: Path) -> Any:
    """Return the value at a path."""
    for key in path:
        node = node[key]
    return node


def changed(node: Any, path: Path, change: Callable[[Any, Any], Any]) -> Any:
    """Return `node` with the container of a path's end replaced by `change(container, key)`."""
    if len(path) == 1:
        return change(node, path[0])
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[path[0]] = changed(node[path[0]], path[1:], change)
    return copy


def put(node: Any, path: Path, value: Any) -> Any:
    """Return `node` with another value at a path."""

    def change(container: Any, key: Any) -> Any:
        copy = dict(container) if isinstance(container, dict) else list(container)
        copy[key] = value
        return copy

    return changed(node, path, change)


def delete(node: Any, path: Path) -> Any:
    """Return `node` without a key or an entry."""

    def change(container: Any, key: Any) -> Any:
        if isinstance(container, dict):
            return {k: v for k, v in container.items() if k != key}
        return [v for i, v in enumerate(container) if i != key]

    return changed(node, path, change)


def rename(node: Any, path: Path, name: str) -> Any:
    """Return `node` with another key for a value; entries of lists stay."""

    def change(container: Any, key: Any) -> Any:
        if not isinstance(container, dict):
            return container
        return {name if k == key else k: v for k, v in container.items()}

    return changed(node, path, change)


@st.composite
def structures(draw: st.DrawFn, document: Document) -> tuple[Document, Path]:
    """Draw a document with one value, key or entry spoilt, and where (old and new key)."""
    path = draw(st.sampled_from(places(document)))
    old, key = at(document, path), str(path[-1])
    kind = draw(st.sampled_from(CHANGES))
    if kind == "scale" and isinstance(old, (int, float)) and not isinstance(old, bool):
        factor = draw(st.sampled_from([-1, 0, 10, 1e-6, 1e6, 1e18]))
        return put(document, path, old * factor), path
    if kind == "delete":
        return delete(document, path), path
    if kind == "rename":
        cut = draw(st.integers(0, max(0, len(key) - 1)))
        names = [key[:cut] + key[cut + 1 :], key.upper(), key + "s", key.replace("_", "-"), "é", ""]
        name = draw(st.sampled_from(names))
        return rename(document, path, name), (*path, name)
    if kind == "insert" and isinstance(old, dict):
        key = draw(st.sampled_from([*old, *map(str, path), "extends", "provenance", "<<", "new"]))
        return put(document, (*path, key), draw(VALUES)), (*path, key)
    if kind == "wrap":
        shapes = [[old], {"value": old}, {"value": old, "status": "fitted"}, [old, old], str(old)]
        return put(document, path, draw(st.sampled_from(shapes))), path
    if kind == "copy":
        other = draw(st.sampled_from(places(document)))
        return put(document, path, at(document, other)), path
    return put(document, path, draw(VALUES)), path


def dumped(document: Document) -> bytes:
    """Return a document as a YAML file."""
    text: str = yaml.dump(document, Dumper=_DUMPER, allow_unicode=True, sort_keys=False)
    return text.encode("utf-8")


@lru_cache
def parsed(text: bytes) -> Document:
    """Return the document in a YAML file; nobody changes it."""
    document: Document = yaml.load(text, Loader=_LOADER)
    return document


BOMB = b"".join(
    [b"zz0: &z0 [1, 1, 1, 1, 1, 1, 1, 1]\n"]
    + [b"zz%d: &z%d [%s]\n" % (i, i, b", ".join([b"*z%d" % (i - 1)] * 8)) for i in range(1, 12)]
)
JUNK = (
    b"\xff\xfe", b"\x00", b"\x1b[31m", b"\t", b"\xc3", b"&a ", b"*a ", b"<<: *a\n", b"---\n",
    b"...\n", b"!!python/object/apply:os.system ['true'] ", b"!!binary ", b"? ", b"- ", b"{",
    b"[", b"]", b"'", b'"', b"%YAML 9.9\n", b"&r [*r]", b"[" * 3000, b": ", b"#", b"|\n", b">\n",
    b"\r", b"\xe2\x80\xa8", b'"\\ud800"', b'"\\x07"', b".nan", b"1e999", b"\xef\xbb\xbf",
    b"zz: &a {a: *a}\n", BOMB,
)  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn, text: bytes) -> bytes:
    """Draw a file's bytes with something cut off, put in, doubled, lost, moved or recoded."""
    kind = draw(st.sampled_from(FAULTS))
    place = draw(st.integers(0, len(text)))
    if kind == "cut":
        return text[:place]
    if kind == "junk":
        if draw(st.booleans()):  # where a line begins, so that it is read as a key or a value
            place = text.rfind(b"\n", 0, place) + 1
        return text[:place] + draw(st.sampled_from(JUNK)) + text[place:]
    if kind == "bytes":
        return text[:place] + draw(st.binary(min_size=1, max_size=3)) + text[place + 1 :]
    if kind == "encoding":
        name = draw(st.sampled_from(["utf-16", "utf-32", "latin-1", "utf-8-sig"]))
        return text.decode("utf-8", "replace").encode(name, "replace")
    lines = text.splitlines(keepends=True)
    line = draw(st.integers(0, max(0, len(lines) - 1)))
    if kind == "double":
        to = draw(st.integers(0, len(lines)))
        return b"".join([*lines[:to], *lines[line : line + 1], *lines[to:]])
    if kind == "lose":
        return b"".join([*lines[:line], *lines[line + 1 :]])
    moved = [b" " + lines[line]] if lines else []
    return b"".join([*lines[:line], *moved, *lines[line + 1 :]])


@st.composite
def mutated(draw: st.DrawFn, text: bytes) -> tuple[bytes, Path | None]:
    """Draw a spoilt file, and the path that was changed if it is only one."""
    if draw(st.integers(0, 2)) == 0:
        return draw(spoilt(text)), None
    document, path = draw(structures(parsed(text)))
    if draw(st.integers(0, 3)) == 0:
        document, _ = draw(structures(document)) if places(document) else (document, path)
        return dumped(document), None
    return dumped(document), path
