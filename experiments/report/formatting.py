"""Numbers for people: rounded to what their interval supports, with units and currency."""

from __future__ import annotations

import html
import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from sim.units import DAY_S, HOUR_S, MINUTE_S

MINUS = "\u2212"
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "ILS": "₪", "JPY": "¥", "INR": "₹"}
MOST_DECIMALS = 6
"""Decimals after which a value counts as nothing."""

_DURATIONS = {"s": 1.0, "min": 60.0}
_TIMES = (
    ("s", 1.0, 600.0),
    ("min", MINUTE_S, 3 * HOUR_S),
    ("h", HOUR_S, 3 * DAY_S),
    ("days", DAY_S, math.inf),
)
"""Units of time, their seconds, and the longest time (s) that reads well in them."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How the values of one metric are shown: shown = value × factor, with affixes.

    `suffix` follows each number; `unit` is for axes and column heads.
    """

    factor: float
    prefix: str
    suffix: str
    unit: str

    def show(self, value: float | None, decimals: int, *, signed: bool = False) -> str:
        """One value with sign, prefix and suffix; an en dash where there is none."""
        if value is None or not math.isfinite(value):
            return "–"
        shown = round(value * self.factor, decimals)
        sign = MINUS if shown < 0 else "+" if signed and shown > 0 else ""
        return f"{sign}{self.prefix}{abs(shown):,.{max(decimals, 0)}f}{self.suffix}"

    def interval(
        self, low: float | None, high: float | None, decimals: int, *, signed: bool = False
    ) -> str:
        """`low to high`, or an empty text where there is no interval."""
        if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
            return ""
        # "24 to 38 %" but "$1.2M to $1.4M": a unit is said once, a magnitude stays with its number.
        once = not self.prefix and self.suffix
        first = Scale(self.factor, self.prefix, "", self.unit) if once else self
        start = first.show(low, decimals, signed=signed)
        return f"{start} to {self.show(high, decimals, signed=signed)}"

    def decimals(self, values: Sequence[float | None], halves: Sequence[float | None]) -> int:
        """As `decimals_for`; of money whole amounts or cents, as nobody writes $4.1."""
        decimals = decimals_for(values, halves, self.factor)
        return 2 * bool(decimals) if self.prefix and self.factor == 1 else decimals


PERCENT = Scale(100.0, "", "%", "%")
PLAIN = Scale(1.0, "", "", "")


def is_money(unit: str, currency: str) -> bool:
    """Whether `unit` is an amount of money (`currency`, `currency/customer`, `USD per day`…)."""
    return _words(unit)[:1] in (["currency"], [currency.lower()], ["money"])


def per(unit: str) -> str:
    """What a unit is counted per: `per customer` for `currency/customer`; else empty."""
    words = _words(unit)
    return f"per {' '.join(words[words.index('per') + 1 :])}" if "per" in words else ""


def scale_for(unit: str, values: Sequence[float | None], currency: str) -> Scale:
    """The scale on which `values` (in `unit`) read best.

    Seconds and minutes may change to larger units. Hours stay hours, as they may be a sum (of
    agents' hours) rather than a duration.
    """
    if unit in {"share", "probability"}:
        return PERCENT
    if is_money(unit, currency):
        return _money_scale(unit, values, currency)
    seconds = _DURATIONS.get(unit)
    if seconds is not None:
        return _time_scale(seconds, values)
    if unit in {"h", "days"}:
        return Scale(1.0, "", f" {unit}", unit)
    text = " ".join(_words(unit)) if unit not in {"count", "score", "ratio", "AUC", "1"} else ""
    return Scale(1.0, "", "", text)


def difference_scale(scale: Scale) -> Scale:
    """The scale for differences of values on `scale`: shares become percentage points."""
    return Scale(scale.factor, "", " pp", "percentage points") if scale.suffix == "%" else scale


def decimals_for(values: Sequence[float | None], halves: Sequence[float | None], f: float) -> int:
    """Decimals that show one or two significant digits of the intervals' typical half-width.

    Two where the first digit is 1 or 2, as one would be too coarse there. Without intervals:
    three significant digits of the largest value. `f` is the scale's factor.
    """
    widths = sorted(abs(h * f) for h in halves if h is not None and math.isfinite(h) and h)
    if widths:
        return _clip(-math.floor(math.log10(widths[len(widths) // 2] / 3)))
    sizes = [abs(v * f) for v in values if v is not None and math.isfinite(v) and v]
    return _clip(2 - math.floor(math.log10(max(sizes)))) if sizes else 0


def half_width(low: float | None, high: float | None) -> float | None:
    """Half the width of an interval, None where there is none."""
    return None if low is None or high is None else (high - low) / 2


def visible(value: float, decimals: int, f: float) -> int:
    """`decimals`, or as many more as show a digit of `value`, at most `MOST_DECIMALS`.

    `f` is the scale's factor.
    """
    size = abs(value * f)
    if not size or round(size, decimals):
        return decimals
    return min(max(decimals, -math.floor(math.log10(size))), MOST_DECIMALS)


def number(value: float, digits: int = 4) -> str:
    """A figure without a unit: `digits` significant digits, whole where it has more before the dot.

    For tables whose rows are figures of different kinds; those of metrics have a `Scale`.
    """
    text = f"{value:.{digits}g}" if abs(value) < 10**digits else f"{value:,.0f}"
    return text.replace("-", MINUS, 1) if value < 0 else text


def interval(low: float, high: float, digits: int = 4) -> str:
    """`low to high`, each as `number` has it."""
    return f"{number(low, digits)} to {number(high, digits)}"


def title(name: str) -> str:
    """`bot_first` as `Bot first`; names with capitals of their own are left alone."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def safe(text: str) -> str:
    """`text` with its markup escaped, for texts that Plotly would read as HTML."""
    return html.escape(text, quote=False)


def wrapped(text: str, width: int = 18) -> str:
    """An axis label in lines of about `width` characters, markup escaped."""
    return "<br>".join(safe(line) for line in textwrap.wrap(text, width)[:3])


def unbroken(text: str) -> str:
    """`text` without a line's end after a sign."""
    return text.replace(MINUS, f"{MINUS}\u2060").replace("+", "+\u2060")


def listing(names: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _words(unit: str) -> list[str]:
    return unit.lower().replace("/", " per ").replace("_", " ").split()


def _clip(decimals: int) -> int:
    return min(max(decimals, 0), 4)


def _largest(values: Sequence[float | None], factor: float) -> float:
    return max((abs(v) * factor for v in values if v is not None and math.isfinite(v)), default=0)


def _money_scale(unit: str, values: Sequence[float | None], currency: str) -> Scale:
    prefix = SYMBOLS.get(currency, f"{currency} ")
    label = " ".join(filter(None, [currency, per(unit)]))
    for factor, suffix, word, least in ((1e-6, "M", "million ", 1), (1e-3, "k", "thousand ", 10)):
        if _largest(values, factor) >= least:
            return Scale(factor, prefix, suffix, word + label)
    return Scale(1.0, prefix, "", label)


def _time_scale(seconds: float, values: Sequence[float | None]) -> Scale:
    longest = _largest(values, seconds)
    name, size = next((name, size) for name, size, most in _TIMES if longest < most)
    return Scale(seconds / size, "", f" {name}", name)
