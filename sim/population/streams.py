"""Addressed random numbers: a uniform is a function of its address, not of the order of draws.

Address: (seed, replication) → key, then customer, index and purpose. Each component passes through
a 64-bit finaliser (the mixer of SplitMix64: Steele, Lea & Flood 2014), so neighbouring addresses
are unrelated and adding a purpose shifts no other. Uniforms lie strictly between 0 and 1.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_MASK = (1 << 64) - 1
_CUSTOMER = 0x9E3779B97F4A7C15
_INDEX = 0xD1B54A32D192ED03
_PURPOSE = 0x8CB92BA72F3D8DD7
_A, _B = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_SCALE = 2.0**-52
_HALF = 2.0**-53  # the largest uniform, 1 - 2^-53, is a float64; 1 - 2^-54 would round to 1

Integers = npt.NDArray[np.int64]
Uniforms = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]


class Purpose:
    """What a uniform is for, drawn once per (customer, contact).

    Plain integers: reading a member of an ``IntEnum`` costs more than drawing the number.
    """

    CHOICE = 0
    STEER = 1
    PATIENCE = 2
    TALK = 3
    RESOLVE = 4
    SEARCH = 5
    WRAP_UP = 6
    RECOGNISE = 7
    DETECT = 8
    AUTO_TIME = 9
    AUTO_RESOLVE = 10
    RETURN = 11
    DELAY = 12
    SALE = 13
    SURVEY = 14
    SURVEY_NOISE = 15
    TRANSFER = 16
    REDIAL = 17
    TREATMENT = 18
    SIGHT = 19
    ANSWER = 20
    POLICY = 21


CONTACT_PURPOSES = 22


class Trait:
    """Purposes drawn once per customer, agent or day."""

    SEGMENT = 100
    SKILL = 101
    MARGIN = 102
    CHURN_BASE = 103
    CHURN_THRESHOLD = 104
    RENEWAL_DAY = 105
    ANNOUNCE = 106
    OFFER = 107
    NEED_GAP = 108
    INTENT = 109
    PROFICIENCY = 110
    DAY_LEVEL = 111
    HOUR_LEVEL = 112
    ATTENTION = 113


def _mix(z: int) -> int:
    z = ((z ^ (z >> 30)) * _A) & _MASK
    z = ((z ^ (z >> 27)) * _B) & _MASK
    return z ^ (z >> 31)


def stream_key(seed: int, replication: int) -> int:
    """Return the 64-bit key of one replication."""
    return _mix((_mix((seed + _CUSTOMER) & _MASK) + (replication + 1) * _INDEX) & _MASK)


def uniform(key: int, customer: int, index: int, purpose: int) -> float:
    """Return the uniform at one address."""
    h = _mix((key + customer * _CUSTOMER) & _MASK)
    h = _mix((h + index * _INDEX) & _MASK)
    return (_mix((h + purpose * _PURPOSE) & _MASK) >> 12) * _SCALE + _HALF


def _words(value: int) -> Words:
    return np.array(value, dtype=np.uint64)  # without a dimension: no conversion at each use


_30, _27, _31, _12 = _words(30), _words(27), _words(31), _words(12)
_A_WORD, _B_WORD = _words(_A), _words(_B)


def _mix_in_place(z: Words) -> Words:
    z ^= z >> _30
    z *= _A_WORD
    z ^= z >> _27
    z *= _B_WORD
    z ^= z >> _31
    return z


def _as_uniforms(z: Words) -> Uniforms:
    """Return the uniforms of mixed words, which are spent."""
    z >>= _12
    u: Uniforms = z.astype(np.float64)
    u *= _SCALE
    u += _HALF
    return u


def _addresses(key: int, customer: Integers, index: Integers | int) -> Words:
    h = _mix_in_place(np.uint64(key) + customer.astype(np.uint64) * np.uint64(_CUSTOMER))
    i = np.atleast_1d(np.asarray(index)).astype(np.uint64)
    return _mix_in_place(h + i * np.uint64(_INDEX))


def uniforms(key: int, customer: Integers, index: Integers | int, purpose: int) -> Uniforms:
    """Return the uniforms at (customer[i], index[i], purpose); same values as ``uniform``."""
    address = _addresses(key, customer, index)
    address += np.uint64(purpose * _PURPOSE & _MASK)
    return _as_uniforms(_mix_in_place(address))


_PURPOSES = np.array([p * _PURPOSE & _MASK for p in range(CONTACT_PURPOSES)], dtype=np.uint64)


def contact_uniforms(key: int, customer: Integers, index: Integers) -> Uniforms:
    """Return all uniforms of contacts: shape (len(customer), CONTACT_PURPOSES)."""
    return _as_uniforms(_mix_in_place(_addresses(key, customer, index)[:, None] + _PURPOSES))


def contact_draws(key: int, customer: int, index: int) -> list[float]:
    """Return the uniforms of one contact, as ``contact_uniforms`` does for many."""
    h = _mix((key + customer * _CUSTOMER) & _MASK)
    h = _mix((h + index * _INDEX) & _MASK)
    values: list[float] = _as_uniforms(_mix_in_place(_PURPOSES + np.uint64(h))).tolist()
    return values
