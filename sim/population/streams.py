"""Addressed random numbers of many addresses at once; see ``draws``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.population.draws import (
    CUSTOMER_WEIGHT,
    DRAW_HALF,
    DRAW_SCALE,
    INDEX_WEIGHT,
    MASK,
    MIX_A,
    MIX_B,
    PURPOSE_WEIGHT,
    mix,
)

Integers = npt.NDArray[np.int64]
Uniforms = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]


def stream_key(seed: int, replication: int) -> int:
    """Return the 64-bit key of one replication."""
    return mix((mix((seed + CUSTOMER_WEIGHT) & MASK) + (replication + 1) * INDEX_WEIGHT) & MASK)


def _words(value: int) -> Words:
    return np.array(value, dtype=np.uint64)  # without a dimension: no conversion at each use


_30, _27, _31, _12 = _words(30), _words(27), _words(31), _words(12)
_A_WORD, _B_WORD, _INDEX_WORD = _words(MIX_A), _words(MIX_B), _words(INDEX_WEIGHT)


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
    u *= DRAW_SCALE
    u += DRAW_HALF
    return u


def lucks(key: int, customer: Integers, index: Integers) -> Words:
    """Return the addresses (customer[i], index[i]) of all uniforms; same values as ``luck_at``."""
    return _mix_in_place(customer_words(key, customer) + index.astype(np.uint64) * _INDEX_WORD)


def draws_at(luck: Words, purpose: int) -> Uniforms:
    """Return the uniforms for a purpose at the addresses luck[i]; same values as ``draw``."""
    return _as_uniforms(_mix_in_place(luck + np.uint64(purpose * PURPOSE_WEIGHT & MASK)))


def customer_words(key: int, customer: Integers) -> Words:
    """Return the part of addresses that customers share, which many draws can be made from."""
    return _mix_in_place(np.uint64(key) + customer.astype(np.uint64) * np.uint64(CUSTOMER_WEIGHT))


def uniforms_at(luck: Words, purpose: int) -> Uniforms:
    """Return the uniforms for a purpose at addresses; same values as ``draw``."""
    return _as_uniforms(_mix_in_place(luck + np.uint64(purpose * PURPOSE_WEIGHT & MASK)))


def uniforms_of(words: Words, index: Integers | int, purpose: int) -> Uniforms:
    """Return the uniforms at (customer of words[i], index[i], purpose)."""
    if isinstance(index, np.ndarray):
        address = words + index.astype(np.uint64) * _INDEX_WORD
    else:
        address = words + np.uint64(index * INDEX_WEIGHT & MASK)
    return uniforms_at(_mix_in_place(address), purpose)


def uniforms(key: int, customer: Integers, index: Integers | int, purpose: int) -> Uniforms:
    """Return the uniforms at (customer[i], index[i], purpose); same values as ``uniform``."""
    return uniforms_of(customer_words(key, customer), index, purpose)
