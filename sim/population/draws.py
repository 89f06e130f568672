"""Addressed random numbers, one at a time: a uniform is a function of its address.

Address: (seed, replication) → key, then customer, index and purpose. Each component passes through
a 64-bit finaliser (the mixer of SplitMix64: Steele, Lea & Flood 2014), so neighbouring addresses
are unrelated and adding a purpose shifts no other. Uniforms lie strictly between 0 and 1.
"""

from __future__ import annotations

from typing import Final

from sim.native_types import U64, Float

MASK: Final = 0xFFFFFFFFFFFFFFFF
CUSTOMER_WEIGHT: Final = 0x9E3779B97F4A7C15
INDEX_WEIGHT: Final = 0xD1B54A32D192ED03
PURPOSE_WEIGHT: Final = 0x8CB92BA72F3D8DD7
MIX_A: Final = 0xBF58476D1CE4E5B9
MIX_B: Final = 0x94D049BB133111EB
DRAW_SCALE: Final = 2.0**-52
DRAW_HALF: Final = 2.0**-53  # the largest uniform, 1 - 2^-53, is a float; 1 - 2^-54 rounds to 1

# What a uniform is for, drawn once per attempt of a customer.
FOR_CHOICE: Final = 0
FOR_STEER: Final = 1
FOR_PATIENCE: Final = 2
FOR_TALK: Final = 3
FOR_RESOLVE: Final = 4
FOR_SEARCH: Final = 5
FOR_WRAP_UP: Final = 6
FOR_RECOGNISE: Final = 7
FOR_DETECT: Final = 8
FOR_AUTO_TIME: Final = 9
FOR_AUTO_RESOLVE: Final = 10
FOR_RETURN: Final = 11
FOR_DELAY: Final = 12
FOR_SALE: Final = 13
FOR_SURVEY: Final = 14
FOR_SURVEY_NOISE: Final = 15
FOR_TRANSFER: Final = 16
FOR_REDIAL: Final = 17
FOR_TREATMENT: Final = 18
FOR_SIGHT: Final = 19
FOR_ANSWER: Final = 20
FOR_POLICY: Final = 21
FOR_MATCH: Final = 22
FOR_STRANGER: Final = 23  # for whom a customer is taken in error
FOR_CODING: Final = 24
FOR_SENTIMENT: Final = 25
FOR_SENTIMENT_NOISE: Final = 26
FOR_SOCIAL: Final = 27
FOR_NOTE: Final = 28
FOR_NOTE_KIND: Final = 29
FOR_LEARNING: Final = 30

# Drawn once per customer, agent or day.
TRAIT_SEGMENT: Final = 100
TRAIT_SKILL: Final = 101
TRAIT_MARGIN: Final = 102
TRAIT_CHURN_BASE: Final = 103
TRAIT_CHURN_THRESHOLD: Final = 104
TRAIT_RENEWAL_DAY: Final = 105
TRAIT_ANNOUNCE: Final = 106
TRAIT_OFFER: Final = 107
TRAIT_NEED_GAP: Final = 108
TRAIT_INTENT: Final = 109
TRAIT_PROFICIENCY: Final = 110
TRAIT_DAY_LEVEL: Final = 111
TRAIT_HOUR_LEVEL: Final = 112
TRAIT_ATTENTION: Final = 113
TRAIT_OUTAGE: Final = 114
TRAIT_TENURE: Final = 115
TRAIT_DRIFT: Final = 116  # by week
TRAIT_ASLEEP: Final = 117
TRAIT_CONCERN: Final = 118
TRAIT_USAGE_BIAS: Final = 119
TRAIT_USAGE: Final = 120  # by week
TRAIT_ABILITY: Final = 121
TRAIT_FIT: Final = 122  # by channel
TRAIT_ACCEPTANCE: Final = 123
TRAIT_HABIT: Final = 124  # by channel
TRAIT_DIFFICULTY: Final = 125  # by need
TRAIT_NEED_CHANNEL: Final = 126  # by need and channel
TRAIT_REASON: Final = 127  # by departure
TRAIT_STATED: Final = 128  # by departure
TRAIT_HISTORY: Final = 129  # by past need
TRAIT_OPINION: Final = 130  # of price and product

ATTEMPTS: Final = 16
"""Addresses of attempts: need number × ATTEMPTS + attempt."""


def mix(z: U64) -> U64:
    """Return the mixed word."""
    z = ((z ^ (z >> 30)) * MIX_A) & MASK
    z = ((z ^ (z >> 27)) * MIX_B) & MASK
    return z ^ (z >> 31)


def luck_at(key: U64, customer: U64, index: U64) -> U64:
    """Return the address of all uniforms of a customer's (or agent's) attempt ``index``."""
    return mix((mix((key + customer * CUSTOMER_WEIGHT) & MASK) + index * INDEX_WEIGHT) & MASK)


def draw(luck: U64, purpose: U64) -> Float:
    """Return the uniform for a purpose at an address."""
    z = (luck + purpose * PURPOSE_WEIGHT) & MASK
    z = ((z ^ (z >> 30)) * MIX_A) & MASK  # `mix`, written out: nothing is called so often
    z = ((z ^ (z >> 27)) * MIX_B) & MASK
    return ((z ^ (z >> 31)) >> 12) * DRAW_SCALE + DRAW_HALF


def uniform(key: U64, customer: U64, index: U64, purpose: U64) -> Float:
    """Return the uniform at one whole address."""
    return draw(luck_at(key, customer, index), purpose)
