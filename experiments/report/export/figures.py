"""A run's figures by name, and as files."""

from __future__ import annotations

from pathlib import Path

from experiments.report.export.canvas import FORMATS, image
from experiments.report.figure import Figure
from experiments.report.page import prepare
from experiments.store.results import RunResults
from sim.errors import InputError
from sim.inputs import nearest
from sim.inputs.files import write_atomically
from sim.metrics.metrics import METRICS

WIDTH_MM = 160.0
"""The text of an A4 page with usual margins; a column of a journal has about 85."""


def figures(results: RunResults) -> dict[str, Figure]:
    """Return the figures of a run's page by name, in the page's order."""
    view = prepare(results, METRICS)
    return {f.id: f for section in view.sections.values() for f in section.figures}


def save_figure(
    results: RunResults, name: str, path: str | Path, *, width_mm: float = WIDTH_MM
) -> Path:
    """Write a figure of a run's page as SVG, PDF or PNG (300 dots an inch).

    Args:
        results: the run's, as `RunResults.load` or `run` give it.
        name: the figure's; `optichannel figure RUN` lists them.
        path: the file; its suffix says the format.
        width_mm: width on paper, in millimetres.

    Raises:
        InputError: no such figure or format, a width that is none, matplotlib is missing, or the
            file cannot be written.
    """
    file, known = Path(path), figures(results)
    form = file.suffix.lower().removeprefix(".")
    if form not in FORMATS:
        raise InputError(
            f"out: must end in {', '.join(f'.{form}' for form in FORMATS)}; got '{path}'"
        )
    if name not in known:
        raise InputError(
            f"figure: must be one of {', '.join(known) or 'none: the run has no figure'}; "
            f"got '{name}'{nearest(name, known)}"
        )
    if not 30 <= width_mm <= 1000:
        raise InputError(f"width: must be from 30 to 1000 mm; got {width_mm:g}")
    write_atomically(file, image(known[name], form, width_mm))
    return file
