"""The answer to `factorial`: contrasts per replication, Shapley values, each alone, all together.

Everything is a linear combination of the cells, computed within each replication, where all cells
share their luck. A factor's Shapley value averages what it adds over all orders in which the
factors may be switched on (Shapley, A value for n-person games, 1953), so that the values sum to
all against none.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import factorial

from experiments.questions.factorial.block import Factorial
from experiments.questions.factorial.design import Plan, members, sign
from experiments.questions.measured import Measured, Weights, spread, worths
from experiments.questions.results import (
    Contrast,
    Design,
    Factor,
    FactorialAnswer,
    Share,
    Spread,
    Worth,
)
from experiments.statistics import ratio_of_means

ROUNDING = 1e-9
GOAL_ORDER = 2
"""The stopping rule looks at main effects and interactions of two."""


def contrast(plan: Plan, product: int) -> dict[int, float]:
    """Return the weights of a main effect or interaction over the cells of the design."""
    each = 2 / len(plan.cells)
    return {cell: each * sign(cell, product) for cell in plan.cells}


def shapley(plan: Plan, factor: int) -> dict[int, float]:
    """Return the weights of a factor's Shapley value over the cells.

    In a fraction it is the main effect, from which it differs by interactions of an odd number of
    three or more factors only (an interaction of an even number shares out nothing: it is the same
    with all factors on as with none), and by what the main effect is aliased with.
    """
    if plan.words:
        return contrast(plan, 1 << factor)
    k, bit = plan.factors, 1 << factor
    weights: dict[int, float] = {}
    for cell in plan.cells:
        if not cell & bit:
            size = cell.bit_count()
            weight = factorial(size) * factorial(k - size - 1) / factorial(k)
            weights[cell | bit], weights[cell] = weight, -weight
    return weights


def goals(block: Factorial) -> dict[str, Weights]:
    """Return what a stopping rule looks at: main effects and interactions of two, by name."""
    plan, names = block.plan, list(block.factors)
    return {
        "factorial " + " × ".join(names[i] for i in members(p)): _named(block, contrast(plan, p))
        for p in plan.contrasts()
        if p.bit_count() <= GOAL_ORDER
    }


def answer(block: Factorial, reference: str, measured: Measured) -> FactorialAnswer:
    """Return what the factors are worth.

    Args:
        block: the question.
        reference: the run's.
        measured: of all cells.
    """
    plan, names = block.plan, list(block.factors)
    everything = (1 << plan.factors) - 1
    alone = {n: _named(block, {1 << i: 1.0, 0: -1.0}) for i, n in enumerate(names)}
    total = _named(block, {everything: 1.0, 0: -1.0})
    shares = {n: _named(block, shapley(plan, i)) for i, n in enumerate(names)}
    whole: dict[str, Worth] = worths(measured, {"total": total})["total"]
    return FactorialAnswer(
        of=block.base(reference),
        metrics=measured.metrics,
        factors=_factors(block, measured),
        design=_design(block),
        contrasts=_contrasts(block, measured),
        shapley=tuple(
            Share(factor=n, worth=worth, share=_share(measured, shares[n], total, whole))
            for n, worth in worths(measured, shares).items()
        ),
        alone=worths(measured, alone),
        total=whole,
        remainder=_remainder(measured, total, shares),
    )


def _named(block: Factorial, weights: Mapping[int, float]) -> dict[str, float]:
    return {block.cell_name(cell): weight for cell, weight in weights.items()}


def _factors(block: Factorial, measured: Measured) -> tuple[Factor, ...]:
    none = block.cell_name(0)
    return tuple(
        Factor(
            name=name,
            title=factor.title or name,
            off=factor.off.title or "off",
            on=factor.on.title or "on",
            unchanged=measured.same(block.cell_name(1 << i), none),
        )
        for i, (name, factor) in enumerate(block.factors.items())
    )


def _design(block: Factorial) -> Design:
    plan, names = block.plan, list(block.factors)

    def named(product: int) -> tuple[str, ...]:
        return tuple(names[i] for i in members(product))

    missing = (1 << plan.factors) // len(plan.cells)
    return Design(
        fraction=f"1/{missing}" if plan.words else "full",
        cells=len(plan.cells),
        resolution=plan.resolution,
        generators=tuple((names[i], named(product)) for i, product in plan.generators),
        words=tuple(named(word) for word in plan.words),
        extra=len(block.cells()) - len(plan.cells),
    )


def _contrasts(block: Factorial, measured: Measured) -> tuple[Contrast, ...]:
    """Return the main effects in the factors' order, then the interactions, the largest first.

    Main effects are what was asked about, so that they are not corrected for the interactions.
    """
    plan, names = block.plan, list(block.factors)
    products = plan.contrasts()
    weights = {p: _named(block, contrast(plan, p)) for p in products}
    found = worths(measured, {p: of for p, of in weights.items() if p.bit_count() == 1})
    found |= worths(measured, {p: of for p, of in weights.items() if p.bit_count() > 1})

    def place(product: int) -> tuple[bool, float]:
        mean = found[product][measured.metrics[0]].mean
        return product.bit_count() > 1, 0.0 if product.bit_count() == 1 else -abs(mean or 0.0)

    return tuple(
        Contrast(
            factors=tuple(names[i] for i in members(product)),
            aliases=tuple(tuple(names[i] for i in members(a)) for a in plan.aliases(product)),
            worth=found[product],
        )
        for product in sorted(products, key=place)
    )


def _share(
    measured: Measured, part: Weights, total: Weights, whole: Mapping[str, Worth]
) -> Spread | None:
    """Return the part of the total in the objective, if there is a total to have a part of."""
    metric = measured.metrics[0]
    if not whole[metric].shown:
        return None
    return spread(ratio_of_means(measured.gaps(metric, part), measured.gaps(metric, total)))


def _remainder(
    measured: Measured, total: Weights, shares: Mapping[str, Weights]
) -> Mapping[str, Worth] | None:
    """Return what the Shapley values leave out, if there can be such a thing."""
    weights = dict(total)
    for part in shares.values():
        for cell, weight in part.items():
            weights[cell] = weights.get(cell, 0.0) - weight
    weights = {cell: weight for cell, weight in weights.items() if abs(weight) > ROUNDING}
    return worths(measured, {"": weights})[""] if weights else None
