"""Write the generated part of the documentation: `python docs/generate.py [--check]`.

`docs/reference/` comes from the models, tables and commands of the code, `docs/model.md` from the
docstrings of `sim.behaviour`, `docs/results/rows.md` from the recorded answers. With `--check`
nothing is written; exit code 1 names what is stale.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS), str(DOCS.parent)]

from generator import docstrings, input_files, rows, tables  # noqa: E402

PAGES: dict[str, Callable[[], str]] = {
    "reference/scenario.md": input_files.scenario,
    "reference/experiment.md": input_files.experiment,
    "reference/training.md": input_files.training,
    "reference/tuning.md": input_files.tuning,
    "reference/prediction.md": input_files.prediction,
    "reference/metrics.md": tables.metrics,
    "reference/register.md": tables.register,
    "reference/results.md": tables.results,
    "reference/data-dictionary.csv": tables.data_dictionary,
    "reference/policies.md": tables.policies,
    "reference/observation.md": tables.observation,
    "reference/commands.md": tables.commands,
    "reference/rooms.md": tables.rooms,
    "reference/api.md": docstrings.api,
    "model.md": docstrings.model,
    "results/rows.md": rows.rows,
}


def stale() -> dict[str, str]:
    """Return the pages that are not as the code would have them, with their new text."""
    made = {name: make().rstrip() + "\n" for name, make in PAGES.items()}
    return {name: text for name, text in made.items() if text != _written(DOCS / name)}


def _written(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` name those that are stale; return the exit code."""
    pages = stale()
    if "--check" not in arguments:
        for name, text in pages.items():
            (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
            (DOCS / name).write_text(text, encoding="utf-8")
    elif pages:
        print(f"stale: {', '.join(pages)}\nrenew with: python docs/generate.py")
        return 1
    print("\n".join(pages) or "all pages are current")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
