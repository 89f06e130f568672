"""The answers of a run together, as its manifest keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from experiments.questions.results.effects import EffectsAnswer
from experiments.questions.results.factorial import FactorialAnswer
from experiments.questions.results.leaving import LeavingAnswer
from experiments.questions.results.levers import LeversAnswer
from experiments.questions.results.sweep import SweepAnswer
from sim.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The answers to all questions of a run; None where a question was not asked.

    `simulated` counts the strategies that were run for them beside the declared ones; `derived`
    all that they speak of: equal ones were run once.
    """

    effects: EffectsAnswer | None = None
    factorial: FactorialAnswer | None = None
    sweep: SweepAnswer | None = None
    levers: LeversAnswer | None = None
    leaving: LeavingAnswer | None = None
    derived: int = 0
    simulated: int = 0

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Answers | None:
        """Return the answers in a run's manifest; None where the run was asked nothing.

        Raises:
            InputError: they are not as a run writes them.
        """
        kept = manifest.get("answers")
        try:
            return TypeAdapter(cls).validate_python(kept) if kept else None
        except ValidationError as error:
            first = error.errors()[0]
            path = ".".join(map(str, first["loc"]))
            raise InputError(
                f"answers: {path}: is not as a run writes it: {first['msg']}"
            ) from None

    def plain(self) -> dict[str, Any]:
        """Return the answers as plain values, as the manifest and `--json` have them."""
        return asdict(self)
