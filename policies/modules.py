"""A user's own modules: those beside a config, and all that they import in turn.

An import path is `package.module:Class`, or `folder/package.module:Class` for a module that stands
in a folder of its own, such as the config's. What a policy imports is read from the source, never
by running it. Imports by a name that is computed are not seen.
"""

from __future__ import annotations

import ast
import importlib
import os
import pkgutil
import site
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, all_suffixes
from importlib.util import find_spec, resolve_name, spec_from_file_location
from pathlib import Path
from typing import NamedTuple

from sim.errors import InputError

MAIN = "__main__"
COVERED = ("sim", "policies")
"""Packages of ours whose whole source is part of what every run is."""
OURS = (*COVERED, "experiments")


class ImportPath(NamedTuple):
    """The parts of `folder/package.module:Class`; `folder` is empty where none is given."""

    folder: str
    module: str
    name: str


class Found(NamedTuple):
    """Where a module is: its file (None: a folder without `__init__`) and a package's folders."""

    file: Path | None
    folders: tuple[str, ...]


def parse(path: str) -> ImportPath:
    """Return the parts of an import path, the module's name empty where there is none."""
    place, _, name = path.rpartition(":")
    folder, module = os.path.split(place)
    return ImportPath(folder, module, name)


def without_folder(path: str) -> str:
    """Return an import path without the folder; other names stay as they are."""
    _, module, name = parse(path)
    return f"{module}:{name}" if module else path


def from_folder(path: str, folder: Path) -> str:
    """Return an import path with the absolute folder of its module, if that is found in `folder`.

    Args:
        path: what a config says after `use`; names of shipped policies stay as they are.
        folder: the config's.
    """
    given, module, name = parse(path)
    top = module.partition(".")[0]
    if not module or top == MAIN or _is_reserved(top):
        return path
    there = (folder / given).resolve()
    if given or _within([str(there)], top):
        return f"{there.as_posix()}/{module}:{name}"
    return path


def imported(path: str) -> dict[str, Path]:
    """Return the files of a policy's module and of all that it imports, by module.

    Left out are Python's own modules, what is installed in site-packages (except the policy's own
    package) and `COVERED`. A script's module is `__main__`.

    Raises:
        InputError: a module is both beside the config and elsewhere.
    """
    folder, module, _ = parse(path)
    importlib.invalidate_caches()
    files: dict[str, Path] = {}
    seen: set[str] = set()
    todo = [module]
    while todo:
        name = todo.pop()
        for part in _with_packages(name):
            if part in seen:
                continue
            seen.add(part)
            found = _locate(part, folder)
            if found is None or not _is_followed(part, found, module):
                break
            if found.file is not None:
                files[part] = found.file
                todo += _with_stars(_imports(part, found), folder)
    return files


def admit(path: str) -> None:
    """Let this process import what stands beside a config: a policy's modules and no others.

    Raises:
        InputError: a module is both beside the config and elsewhere.
    """
    folder, module, _ = parse(path)
    if not folder or path in _BESIDE.admitted:
        return
    if _BESIDE not in sys.meta_path:
        sys.meta_path.append(_BESIDE)  # last, so that nothing that is installed is hidden
    for top in {module.partition(".")[0], *(name.partition(".")[0] for name in imported(path))}:
        beside = None if _is_reserved(top) else _within([folder], top)
        if beside is not None:
            _BESIDE.known[top] = beside
    _BESIDE.admitted.add(path)


class _Beside(MetaPathFinder):
    """Finds top-level modules that were admitted; Python finds a package's own modules itself."""

    def __init__(self) -> None:
        self.known: dict[str, Found] = {}
        self.admitted: set[str] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: object = None
    ) -> ModuleSpec | None:
        """Return the spec of a module that was admitted."""
        found = self.known.get(fullname)
        if found is None:
            return None
        folders = list(found.folders) or None
        if found.file is not None:
            return spec_from_file_location(fullname, found.file, submodule_search_locations=folders)
        spec = ModuleSpec(fullname, None, is_package=True)
        spec.submodule_search_locations = folders
        return spec


_BESIDE = _Beside()


def _with_packages(name: str) -> Iterator[str]:
    """Yield `a`, `a.b`, `a.b.c` of `a.b.c`: importing the last runs all of them."""
    parts = name.split(".")
    return (".".join(parts[:n]) for n in range(1, len(parts) + 1))


def _locate(name: str, folder: str) -> Found | None:
    """Return where a module is, without importing it or its packages."""
    package, _, last = name.rpartition(".")
    if package:
        above = _locate(package, folder)
        return None if above is None else _within(above.folders, last)
    if name == MAIN:
        script = getattr(sys.modules[MAIN], "__file__", None)
        return None if script is None else Found(Path(script), ())
    elsewhere = _elsewhere(name)
    beside = _within([folder], name) if folder and not _is_reserved(name) else None
    if beside is None or beside.file is None:  # as in Python, a mere folder is found last
        return elsewhere or beside
    if elsewhere and elsewhere.file and elsewhere.file.resolve() != beside.file.resolve():
        raise InputError(
            f"policy: module '{name}' is both beside the config ({beside.file}) and elsewhere "
            f"({elsewhere.file}): rename one, or start a new process if both were used in this one"
        )
    return beside


def _elsewhere(name: str) -> Found | None:
    """Return where Python finds a top-level module, if not by way of a config's folder."""
    admitted = _BESIDE.known.pop(name, None)
    try:
        spec = find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return None
    finally:
        if admitted is not None:
            _BESIDE.known[name] = admitted
    if spec is None:
        return None
    file = Path(spec.origin) if spec.origin and spec.has_location else None
    return Found(file, tuple(spec.submodule_search_locations or ()))


def _within(folders: Sequence[str], name: str) -> Found | None:
    """Return where a module is below one of `folders`."""
    for folder in folders:
        package = Path(folder, name)
        if (package / "__init__.py").is_file():
            return Found(package / "__init__.py", (str(package),))
        for suffix in all_suffixes():
            file = Path(folder, name + suffix)
            if file.is_file():
                return Found(file, ())
    plain = tuple(str(Path(f, name)) for f in folders if Path(f, name).is_dir())
    return Found(None, plain) if plain else None


def _is_reserved(top: str) -> bool:
    """Whether a name always means Python's own module or one of ours."""
    return top in sys.stdlib_module_names or top in OURS


def _is_followed(name: str, found: Found, module: str) -> bool:
    top = name.partition(".")[0]
    if top in COVERED or top in sys.stdlib_module_names:
        return False
    if top in (module.partition(".")[0], "experiments") or found.file is None:
        return True
    return not any(found.file.resolve().is_relative_to(place) for place in _installed())


@cache
def _installed() -> tuple[Path, ...]:
    """Return the folders of Python's own and of installed modules."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    places = [sysconfig.get_path(name) for name in names]
    return tuple(
        Path(place).resolve()
        for place in (*places, *site.getsitepackages(), site.getusersitepackages())
    )


def _imports(name: str, found: Found) -> set[str]:
    """Return the names that a module's source imports; some may be no modules but what is in them.

    Imports in functions count too, and those by `import_module` and `__import__` of a stated name.
    """
    if found.file is None or found.file.suffix != ".py":
        return set()
    try:
        tree = ast.parse(found.file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return set()  # importing it says what is wrong
    package = name if found.folders else name.rpartition(".")[0]
    if name == MAIN:
        package = getattr(sys.modules[MAIN], "__package__", None) or ""
    return {each for node in ast.walk(tree) for each in _imports_of(node, package)}


def _with_stars(names: set[str], folder: str) -> Iterator[str]:
    """Yield the names, for `package.*` all its modules, of which `__all__` may name some."""
    for name in names:
        if not name.endswith(".*"):
            yield name
        elif (package := _locate(name[:-2], folder)) is not None:
            for module in pkgutil.iter_modules(package.folders):
                yield f"{name[:-2]}.{module.name}"


def _imports_of(node: ast.AST, package: str) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        base = _absolute("." * node.level + (node.module or ""), package)
        return {base, *(f"{base}.{alias.name}" for alias in node.names)} if base else set()
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        given = node.args[0].value
        if called in ("import_module", "__import__") and isinstance(given, str):
            return {found} if (found := _absolute(given, package)) else set()
    return set()


def _absolute(name: str, package: str) -> str:
    try:
        return resolve_name(name, package)
    except (ImportError, ValueError):
        return ""
