"""Addressed random numbers: a uniform belongs to its address, and to nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.population import draws
from sim.population.draws import (
    FOR_CHOICE,
    FOR_TALK,
    PURPOSE_WEIGHT,
    TRAIT_CHURN_THRESHOLD,
    draw,
    luck_at,
    mix,
    uniform,
)
from sim.population.streams import draws_at, lucks, stream_key, uniforms

N = 20_000
PURPOSES = [v for k, v in vars(draws).items() if k.startswith("FOR_")]
TRAITS = [v for k, v in vars(draws).items() if k.startswith("TRAIT_")]
IDS = np.arange(N, dtype=np.int64)
keys = st.integers(0, 2**64 - 1)
ids = st.integers(0, 2**31)
indices = st.integers(0, 2**45)
purposes = st.integers(0, 200)


@given(keys, ids, indices, purposes)
def test_scalar_and_vector_agree(key: int, customer: int, index: int, purpose: int) -> None:
    one = uniform(key, customer, index, purpose)
    who, at = np.array([customer]), np.array([index])
    assert uniforms(key, who, at, purpose)[0] == one
    assert uniforms(key, who, index, purpose)[0] == one


@given(keys, ids, indices)
def test_all_draws_of_a_contact_agree(key: int, customer: int, index: int) -> None:
    luck = luck_at(key, customer, index)
    row = [draw(luck, purpose) for purpose in PURPOSES]
    assert row == [uniform(key, customer, index, p) for p in PURPOSES]
    who, at = np.array([customer]), np.array([index])
    assert row == [uniforms(key, who, at, p)[0] for p in PURPOSES]


def _unmix(z: int) -> int:
    """The mixer backwards: multiply by the inverses, undo the shifts."""
    mask = 2**64 - 1
    z ^= (z >> 31) ^ (z >> 62)
    z = z * pow(0x94D049BB133111EB, -1, 2**64) & mask
    z ^= (z >> 27) ^ (z >> 54)
    z = z * pow(0xBF58476D1CE4E5B9, -1, 2**64) & mask
    return z ^ (z >> 30) ^ (z >> 60)


def test_addresses_of_many_attempts_agree_with_one() -> None:
    customer, index = np.array([0, 7, 2**31 - 1]), np.array([0, 2**40 * 16, 33])
    one = [luck_at(2**64 - 3, c, i) for c, i in zip(customer.tolist(), index.tolist(), strict=True)]
    assert lucks(2**64 - 3, customer, index).tolist() == one


@pytest.mark.parametrize("purpose", [0, 4, 21, 113])
def test_draws_at_addresses_agree_with_one_by_one(purpose: int) -> None:
    luck = np.array([0, 1, 2**63, 2**64 - 1, 0x9E3779B97F4A7C15], dtype=np.uint64)
    assert draws_at(luck, purpose).tolist() == [draw(z, purpose) for z in luck.tolist()]


def test_a_uniform_is_its_mixed_address_in_52_bits() -> None:
    for luck in (0, 12345, 2**64 - 1):
        word = mix((luck + 5 * PURPOSE_WEIGHT) % 2**64)
        assert draw(luck, 5) == ((word >> 12) + 0.5) / 2**52


@pytest.mark.parametrize("bits", [0, 1, 2**64 - 1, 2**64 - 2**11, 2**63])
def test_uniforms_lie_strictly_between_0_and_1(bits: int) -> None:
    """Also at the addresses whose hash is the smallest and the largest number."""
    key = _unmix(_unmix(_unmix(bits)))
    u = uniform(key, 0, 0, 0)
    assert u == (bits >> 12) * 2.0**-52 + 2.0**-53
    assert 0.0 < u < 1.0
    assert uniforms(key, np.array([0]), 0, 0)[0] == u


@pytest.mark.parametrize("purpose", [FOR_CHOICE, FOR_TALK, TRAIT_CHURN_THRESHOLD])
def test_uniform_over_customers_indices_and_keys(purpose: int) -> None:
    key = stream_key(1, 0)
    samples = {
        "customers": uniforms(key, IDS, 0, purpose),
        "indices": uniforms(key, np.zeros_like(IDS), IDS, purpose),
        "seeds": np.array([uniform(stream_key(s, 0), 0, 0, purpose) for s in range(4000)]),
        "replications": np.array([uniform(stream_key(0, r), 0, 0, purpose) for r in range(4000)]),
    }
    for name, sample in samples.items():
        assert stats.kstest(sample, "uniform").pvalue > 1e-3, name


def test_neighbouring_addresses_are_independent() -> None:
    """Chi-squared over a 16 × 16 grid of pairs, for every kind of neighbour."""
    key = stream_key(1, 0)
    base = uniforms(key, IDS, 5, FOR_TALK)
    neighbours = {
        "customer": uniforms(key, IDS + 1, 5, FOR_TALK),
        "index": uniforms(key, IDS, 6, FOR_TALK),
        "purpose": uniforms(key, IDS, 5, FOR_TALK + 1),
        "replication": uniforms(stream_key(1, 1), IDS, 5, FOR_TALK),
        "seed": uniforms(stream_key(2, 0), IDS, 5, FOR_TALK),
        "customer and index": uniforms(key, IDS + 1, 6, FOR_TALK),
    }
    for name, other in neighbours.items():
        pairs, _, _ = np.histogram2d(base, other, bins=16, range=[[0, 1], [0, 1]])
        assert stats.chisquare(pairs.ravel()).pvalue > 1e-3, name


def test_addresses_do_not_collide() -> None:
    key = stream_key(3, 4)
    grid = np.concatenate(
        [
            uniforms(key, IDS[:200].repeat(50), np.tile(IDS[:50], 200), purpose)
            for purpose in (*PURPOSES, *TRAITS)
        ]
    )
    assert len(np.unique(grid)) == len(grid)


def test_keys_differ_by_seed_and_replication() -> None:
    found = {stream_key(seed, replication) for seed in range(100) for replication in range(100)}
    assert len(found) == 10_000


def test_purposes_are_distinct_numbers() -> None:
    assert sorted(PURPOSES) == list(range(len(PURPOSES)))
    assert len({*PURPOSES, *TRAITS}) == len(PURPOSES) + len(TRAITS) > 30


@given(keys, ids, indices, purposes)
def test_another_purpose_shifts_no_other(key: int, customer: int, index: int, purpose: int) -> None:
    """A uniform is made of its own address, here written down once more: nothing else is in it."""

    def mixed(z: int) -> int:
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            z = (z ^ z >> shift) * factor % 2**64
        return z ^ z >> 31

    place = mixed((key + customer * 0x9E3779B97F4A7C15) % 2**64)
    place = mixed((place + index * 0xD1B54A32D192ED03) % 2**64)
    bits = mixed((place + purpose * 0x8CB92BA72F3D8DD7) % 2**64) >> 12
    assert uniform(key, customer, index, purpose) == (bits + 0.5) / 2**52
