"""What every statistic does first: check its input and put it into one shape.

One rule for the whole package. A NaN is a figure that is undefined in its replication (the mean
wait of a channel that nobody used): it is left out and the `n` of the result says so. An infinite
value, a wrong shape or unequal lengths are mistakes and raise `InputError`.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.errors import InputError

FloatArray = npt.NDArray[np.float64]

ROUNDING = 16 * float(np.finfo(np.float64).eps)
"""Differences below this share of the values compared are rounding, not effects."""


def as_sample(values: npt.ArrayLike, name: str = "values") -> FloatArray:
    """One number per replication, shape (n,), NaN kept.

    Raises:
        InputError: `values` are not numbers, not one-dimensional, or infinite somewhere.
    """
    array = as_numbers(values, name)
    if array.ndim != 1:
        raise InputError(f"{name}: needs one number per replication, got shape {array.shape}")
    return array


def as_numbers(values: npt.ArrayLike, name: str) -> FloatArray:
    """Floats of any shape, none infinite.

    Raises:
        InputError: `values` are not numbers, or infinite somewhere.
    """
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name}: needs numbers, got {_short(values)}") from error
    if np.isinf(array).any():
        raise InputError(f"{name}: values must be finite or NaN (undefined), found an infinite one")
    return array


def defined(values: npt.ArrayLike, name: str = "values") -> FloatArray:
    """The values that are not NaN, shape (n,)."""
    array = as_sample(values, name)
    return array[~np.isnan(array)]


def defined_pairs(
    a: npt.ArrayLike, b: npt.ArrayLike, names: tuple[str, str] = ("a", "b")
) -> tuple[FloatArray, FloatArray]:
    """The replications in which both values are defined, two arrays of shape (n,).

    Raises:
        InputError: the lengths differ, so the values cannot belong to the same replications.
    """
    first, second = as_sample(a, names[0]), as_sample(b, names[1])
    if first.size != second.size:
        raise InputError(
            f"{names[0]} and {names[1]}: pairs need the same replications, "
            f"got {first.size} and {second.size} values"
        )
    both = ~(np.isnan(first) | np.isnan(second))
    return first[both], second[both]


def differences(a: FloatArray, b: FloatArray) -> FloatArray:
    """`a - b` with mere rounding set to zero, so that equal strategies never differ "surely"."""
    result = a - b
    scale = np.maximum(np.abs(a), np.abs(b))
    return np.where(np.abs(result) <= ROUNDING * scale, 0.0, result)


def share(value: float, name: str) -> float:
    """A number strictly between 0 and 1, as a level or an error rate must be.

    Raises:
        InputError: it is not.
    """
    if not 0 < value < 1:
        raise InputError(f"{name}: must lie strictly between 0 and 1, got {value!r}")
    return float(value)


def mean_of(values: FloatArray) -> float:
    """The mean; NaN of no values, and exact for a constant."""
    if values.size == 0:
        return float("nan")
    # Averaging around the first value keeps the mean of equal values free of rounding.
    return float(values[0] + np.mean(values - values[0]))


def variance_of(values: FloatArray, step: float = 0.0) -> float:
    """The unbiased variance; NaN of fewer than two values, exactly 0 for a constant.

    Counts and shares lie on a lattice of width `step` (1 ÷ customers for the share of customers
    kept), where equal values are no proof that nothing varies. The n values sum up a number of
    cases, and its variance is estimated as if one case more had been seen: step² ÷ n is added
    (in the spirit of Agresti & Coull, The American Statistician 52, 1998). Whatever n, it is at
    least that of the rounding to the lattice, step² ÷ 12.
    """
    if values.size < 2:
        return float("nan")
    seen = float(np.var(values - values[0], ddof=1))
    return max(seen + step**2 / values.size, step**2 / 12)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
