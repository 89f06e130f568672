"""Small building blocks shared by the scenario's sections."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.strict import StrictModel

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


class Opening(StrictModel):
    """Opening hours on some days of the week, local hours 0-24."""

    days: tuple[Day, ...] = DAYS
    open_h: Annotated[float, Field(ge=0, le=24)] = 0.0
    close_h: Annotated[float, Field(ge=0, le=24)] = 24.0

    @model_validator(mode="after")
    def _ordered(self) -> Opening:
        if self.close_h <= self.open_h:
            raise ValueError(f"close_h ({self.close_h}) must be after open_h ({self.open_h})")
        return self


class Break(StrictModel):
    """A pause inside a shift, hours after the shift's start; paid, but not available."""

    after_h: NonNegative
    minutes: Positive


class Shift(StrictModel):
    """Agents working the same hours on the same days."""

    agents: Annotated[int, Field(ge=1, le=1_000_000)]
    days: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri")
    start_h: Annotated[float, Field(ge=0, lt=24)] = 8.0
    end_h: Annotated[float, Field(gt=0, le=24)] = 16.0
    breaks: tuple[Break, ...] = ()

    @model_validator(mode="after")
    def _ordered(self) -> Shift:
        if self.end_h <= self.start_h:
            raise ValueError(f"end_h ({self.end_h}) must be after start_h ({self.start_h})")
        at = 0.0
        for pause in self.breaks:
            if pause.after_h < at:
                raise ValueError("breaks must be in order and must not overlap")
            at = pause.after_h + pause.minutes / 60
        if at > self.end_h - self.start_h:
            raise ValueError("breaks must lie inside the shift")
        return self
