"""Small building blocks shared by the scenario's sections."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.inputs import StrictModel

Share = Annotated[float, Field(ge=0, le=1)]
# Beyond these bounds nothing is meant, and exponentials of products would overflow.
NonNegative = Annotated[float, Field(ge=0, le=1e12)]
Positive = Annotated[float, Field(gt=0, le=1e12)]
Weight = Annotated[float, Field(ge=0, le=100)]
Level = Annotated[float, Field(ge=-100, le=100)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Duration(StrictModel):
    """A random duration in seconds.

    ``kind`` names the law: ``constant``, ``exponential``, ``lognormal`` (mean and cv), ``weibull``
    (mean and shape) or ``never`` (infinite). ``short_share`` of the draws are short instead:
    uniform with mean ``short_mean_s`` (calls that end in seconds, Brown et al. 2005). Nothing
    lasts longer than ``longest_s``.
    """

    kind: Literal["constant", "exponential", "lognormal", "weibull", "never"] = "exponential"
    mean_s: NonNegative = 0.0
    cv: NonNegative = 1.0
    shape: Annotated[float, Field(ge=0.05, le=100)] = 1.0
    short_share: Annotated[float, Field(ge=0, lt=1)] = 0.0
    short_mean_s: NonNegative = 5.0
    longest_s: Positive | None = None

    @model_validator(mode="after")
    def _mean_given(self) -> Duration:
        if self.kind != "never" and "mean_s" not in self.model_fields_set:
            raise ValueError(f"a {self.kind} duration needs 'mean_s'")
        return self


Hour = Annotated[float, Field(ge=0, le=48)]
"""An end by the clock of the day that it belongs to: 30 is 6:00 of the next day."""


def end_by_clock(start_h: float, end_h: float) -> float:
    """Return the end of a span in hours from its day's midnight.

    An end by the clock that lies before the start is one of the next day: 22 to 6 ends at 30.
    """
    return end_h + 24 if end_h < start_h else end_h


def _check_span(start: str, start_h: float, end: str, end_h: float) -> None:
    if not 0 < end_by_clock(start_h, end_h) - start_h <= 24:
        raise ValueError(
            f"{end} ({end_h:g}) must be after {start} ({start_h:g}) by at most 24 hours; "
            "one past midnight is written as 6 or 30"
        )


class Opening(StrictModel):
    """Opening hours on some days of the week, local hours; they may run past midnight.

    ``days`` are those on which they begin: 22 to 6 (or 30) on Sunday ends on Monday.
    """

    days: tuple[Day, ...] = DAYS
    open_h: Annotated[float, Field(ge=0, lt=24)] = 0.0
    close_h: Hour = 24.0

    @property
    def until_h(self) -> float:
        """The closing in hours from the midnight before the opening."""
        return end_by_clock(self.open_h, self.close_h)

    @model_validator(mode="after")
    def _ordered(self) -> Opening:
        _check_span("open_h", self.open_h, "close_h", self.close_h)
        return self


class Break(StrictModel):
    """A pause inside a shift, hours after the shift's start; paid, but not available."""

    after_h: NonNegative
    minutes: Positive


class Shift(StrictModel):
    """Agents working the same hours on the same days.

    A night shift runs past midnight (22 to 6, or to 30); ``days`` are those on which it begins.
    """

    agents: Annotated[int, Field(ge=1, le=1_000_000)]
    days: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri")
    start_h: Annotated[float, Field(ge=0, lt=24)] = 8.0
    end_h: Hour = 16.0
    breaks: tuple[Break, ...] = ()

    @property
    def until_h(self) -> float:
        """The end in hours from the midnight before the start."""
        return end_by_clock(self.start_h, self.end_h)

    @model_validator(mode="after")
    def _ordered(self) -> Shift:
        _check_span("start_h", self.start_h, "end_h", self.end_h)
        at = 0.0
        for pause in self.breaks:
            if pause.after_h < at:
                raise ValueError("breaks must be in order and must not overlap")
            at = pause.after_h + pause.minutes / 60
        if at > self.until_h - self.start_h:
            raise ValueError("breaks must lie inside the shift")
        return self
