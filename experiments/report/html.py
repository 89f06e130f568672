"""The one maker of HTML pages: a template that extends `base.html.j2`, its values, one file.

The base has the shared style and structure; `macros.html.j2` has tables, figures and drawings.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from experiments.report.formatting import interval, number, unbroken
from sim.inputs.files import write_atomically

PACKAGE = "experiments.report"


def render(template: str, package: str = PACKAGE, /, **values: Any) -> str:
    """Return a page as HTML; every text of it is escaped, an unknown name is an error.

    Args:
        template: the file's name in the folder `templates` of `package`.
        package: who owns the template; `base.html.j2` and `macros.html.j2` are found from all.
        values: what the template shows; the base needs `title`.
    """
    return _environment(package).get_template(template).render(values)


def write(path: Path, page: str) -> None:
    """Write a page; it appears whole or not at all. Raises InputError."""
    write_atomically(path, page.encode())


@cache
def _environment(package: str) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(name) for name in dict.fromkeys((package, PACKAGE))]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(number=number, interval=interval)
    environment.filters["unbroken"] = unbroken
    return environment
