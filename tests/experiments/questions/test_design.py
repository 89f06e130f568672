"""Two-level designs: the fractions of the textbooks, and what they cannot tell apart."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.questions.factorial.design import fraction, full, members, sign


@pytest.mark.parametrize(
    ("factors", "resolution", "cells", "reached"),
    # Box, Hunter & Hunter, Statistics for Experimenters, 2005, table 6.22.
    [
        (3, 3, 4, 3),
        (4, 4, 8, 4),
        (5, 5, 16, 5),
        (5, 3, 8, 3),
        (6, 5, 32, 6),
        (6, 4, 16, 4),
        (7, 4, 16, 4),
        (7, 3, 8, 3),
        (8, 5, 64, 5),
        (8, 4, 16, 4),
        (9, 4, 32, 4),
        (10, 5, 128, 5),
    ],
)
def test_the_smallest_fraction_is_that_of_the_tables(
    factors: int, resolution: int, cells: int, reached: int
) -> None:
    plan = fraction(factors, resolution)
    assert (len(plan.cells), plan.resolution) == (cells, reached)
    assert len(set(plan.cells)) == cells
    assert len(plan.words) == 2**factors // cells - 1
    assert (1 << factors) - 1 in plan.cells


def test_no_smaller_fraction_means_the_full_design() -> None:
    assert fraction(3, 4) == full(3)
    assert (full(3).resolution, full(3).aliases(1), len(full(3).contrasts())) == (None, (), 7)


@pytest.mark.parametrize(("factors", "resolution"), [(5, 3), (6, 4), (7, 4), (8, 5)])
def test_aliases_are_the_products_that_are_equal_in_every_cell(
    factors: int, resolution: int
) -> None:
    plan = fraction(factors, resolution)

    def column(product: int) -> tuple[int, ...]:
        return tuple(sign(cell, product) for cell in plan.cells)

    every = range(1, 1 << factors)
    for product in plan.contrasts():
        equal = {other for other in every if other != product and column(other) == column(product)}
        assert set(plan.aliases(product)) == equal
        assert all(other.bit_count() >= product.bit_count() for other in equal)
        # Regular: in every other column the two are never confounded in part.
        assert set(np.array([column(p) for p in every]) @ column(product)) <= {0, len(plan.cells)}
    assert len(plan.contrasts()) == len(plan.cells) - 1


def test_a_generated_factor_follows_its_product() -> None:
    plan = fraction(6, 4)
    for factor, product in plan.generators:
        for cell in plan.cells:
            assert sign(cell, 1 << factor) == sign(cell, product)
    assert members(0b1011) == (0, 1, 3)
